"""Reads drafts: rule files that are not the law, and that no ordinary load ever reads."""

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from gateway.journey.calendar import Calendar
from gateway.journey.difference import DraftRulebook
from gateway.journey.duty import Rulebook
from gateway.rulebook.load import failing_examples, files_in, read_duties
from gateway.rulebook.refusal import Refusal, RulebookError, RuleFault

# A folder for each draft, named as it is asked for. A file in it is a whole rule: it replaces the
# rule in force with the same id, or adds one.
DRAFTS = files("gateway.rulebook") / "drafts"


def load_drafts(
    in_force: Rulebook, calendar: Calendar, folder: Traversable = DRAFTS
) -> dict[str, DraftRulebook]:
    """Return every draft of a folder by its name, each as `load_draft` does.

    Raises RulebookError with everything that is wrong with any of them.
    """
    drafts, faults = {}, []
    named = (draft for draft in folder.iterdir() if draft.is_dir())
    for draft in sorted(named, key=lambda draft: draft.name):
        try:
            drafts[draft.name] = load_draft(draft.name, files_in(draft), in_force, calendar)
        except RulebookError as error:
            faults += [replace(f, file=f"{draft.name}/{f.file}") for f in error.faults]
    if faults:
        raise RulebookError(faults)
    return drafts


def load_draft(
    name: str, found: Iterable[Traversable], in_force: Rulebook, calendar: Calendar
) -> DraftRulebook:
    """Return the rules of some files as a draft, once every worked example has come out.

    The files are held to all that the rules in force are. Raises RulebookError, and OSError where a
    file cannot be read.
    """
    found = tuple(found)
    rules, faults = read_duties(found, in_force.by_id)
    if not found:
        words = "there is no rule file here: put one in, or take the draft away"
        faults.append(RuleFault("", 1, Refusal.NO_RULES, words))
    if not faults:
        law = {**in_force.by_id, **{rule.duty.id: rule.duty for rule in rules}}
        for rule in rules:
            faults += failing_examples(rule, law.values(), calendar)
    if faults:
        raise RulebookError(faults)
    digest = sha256(in_force.hash.encode())
    for file in found:
        content = file.read_bytes()
        digest.update(f"{file.name} {len(content)}\n".encode() + content)
    ours = in_force.by_id
    proposed = [rule.duty for rule in rules if ours.get(rule.duty.id) != rule.duty]
    replaced = [ours[duty.id] for duty in proposed if duty.id in ours]
    return DraftRulebook(
        name=name,
        hash=digest.hexdigest(),
        in_force=replace(in_force, duties=tuple(replaced)),
        proposed=replace(in_force, duties=tuple(proposed), hash=digest.hexdigest()),
    )

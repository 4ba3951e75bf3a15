"""Every rule of the Code shows what it says, and every worked example comes out."""

import csv
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from gateway.journey.duty import (
    Answer,
    Clock,
    Counts,
    Duty,
    Kind,
    Rulebook,
    Start,
    Terms,
    Unit,
)
from gateway.journey.obligation import Obligation
from gateway.journey.obligations import follow
from gateway.journey.phrases import facts_words
from gateway.journey.standing import Standing
from gateway.journey.story import story_of
from gateway.rulebook import RulebookError, england_and_wales, load_rulebook
from gateway.rulebook.examples import events_of, fails
from gateway.rulebook.grammar import Example
from gateway.rulebook.lists import NotObservable
from gateway.rulebook.load import DUTIES, RuleFile, read_files
from shared.london import last_moment_of
from tests.gateway.rulebook.folders import folder_of_rules
from tests.gateway.rulebook.leaving_out import wheres_without_a_part, without_one

READ = read_files()
RULES = READ.rules
RULEBOOK = Rulebook(tuple(rule.duty for rule in RULES), "")
CATALOGUE = Path(__file__).parent / "catalogue.csv"

EXAMPLES = [
    pytest.param(rule.duty, example, id=f"{rule.duty.id}: {example.name}")
    for rule in RULES
    for example in rule.examples
]
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.duty.id)


@pytest.mark.parametrize(("duty", "example"), EXAMPLES)
def test_the_example_comes_out(duty: Duty, example: Example) -> None:
    assert fails(example, duty, england_and_wales(), RULEBOOK) is None


@every_rule
def test_the_rule_is_found_under_its_id(rule: RuleFile) -> None:
    group, _, name = rule.duty.id.lower().replace("-", "_").partition(".")
    if group[1:].isdecimal():
        group = f"r{rule.duty.right:02}"
    assert rule.name == f"{group}_{name}.yaml"


def rows_of_the_catalogue() -> dict[tuple[str, str], dict[str, str]]:
    """The rows by id and first day in force, without what names them."""
    lines = CATALOGUE.read_text().splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    keyed = {(row.pop("id"), row.pop("in_force")): row for row in rows}
    assert len(keyed) == len(rows)
    return keyed


def row_of(duty: Duty, terms: Terms) -> dict[str, str]:
    """One edition of a rule, written as a row; the catalogue counts weeks in days.

    What an edition names no time for is the same with and without Enhanced Rights.
    """
    unit, counts = "untimed", ["", ""]
    if terms.within is not None and terms.within_enhanced is not None:
        both = [terms.within, terms.within_enhanced]
        unit = terms.within.unit.value
        assert terms.within_enhanced.unit.value == unit
        weeks = terms.within.unit is Unit.WEEKS
        counts = [str(allowed.count * (7 if weeks else 1)) for allowed in both]
        unit = Unit.CALENDAR_DAYS.value if weeks else unit
    return {
        "edition": terms.edition,
        "owner": terms.owner or duty.owner,
        "unit": unit,
        "ordinary": counts[0],
        "enhanced": counts[1],
        "kind": duty.kind.value,
        "confidence": terms.cite.confidence,
    }


def test_every_row_of_the_catalogue_is_a_rule_as_it_says_and_no_other_is() -> None:
    rules = {
        (rule.duty.id, terms.in_force.isoformat()): row_of(rule.duty, terms)
        for rule in RULES
        for terms in rule.duty.terms
    }
    others = {(row.id, row.in_force.isoformat()): row_beside(row) for row in READ.not_observable}
    assert rules.keys().isdisjoint(others)
    assert rules | others == rows_of_the_catalogue()


def row_beside(row: NotObservable) -> dict[str, str]:
    """A row that no event can show, written as a row of the catalogue."""
    return {
        "edition": row.cite.source,
        "owner": row.owner,
        "unit": "not observable",
        "ordinary": "",
        "enhanced": "",
        "kind": row.kind.value,
        "confidence": row.cite.confidence,
    }


def test_every_right_of_the_catalogue_has_its_rows() -> None:
    # Counted by hand in the catalogue, beside the list of its rows, so that neither can shrink.
    rows = {id_ for id_, _ in rows_of_the_catalogue()}
    counted = {
        "R1": 4, "R2": 7, "R3": 3, "R4": 7, "R5": 2, "R6": 16, "R7": 8, "R8": 12, "R9": 8,
        "R10": 2, "R11": 10, "R12": 4, "VRR": 8, "ULS": 1, "CICA": 2, "LOC": 1,
    }  # fmt: skip
    groups = Counter(id_.partition(".")[0] for id_ in rows)
    assert groups == counted


def test_what_stands_beside_the_code_names_no_edition_of_it() -> None:
    editions = {edition.id for edition in READ.editions}
    beside = [
        terms for rule in RULES if rule.duty.kind is not Kind.CODE for terms in rule.duty.terms
    ]
    assert beside
    assert not {terms.edition for terms in beside} & editions


def comes_out(rule: RuleFile, example: Example) -> Obligation | None:
    """The obligation that an example speaks of."""
    as_of = last_moment_of(example.as_of)
    story = story_of(events_of(example, rule.duty), as_of=as_of)
    obligations = follow(rule.duty, story, england_and_wales()).obligations
    return obligations[(example.which or 0) - 1] if obligations else None


@every_rule
def test_every_edition_shows_a_journey_that_keeps_it_and_one_that_breaks_it(
    rule: RuleFile,
) -> None:
    broken = {Standing.MET_LATE, Standing.OVERDUE}
    if rule.duty.kind is Kind.WINDOW:
        broken = {Standing.ENDED}
    shown = [o for o in (comes_out(rule, example) for example in rule.examples) if o is not None]
    for terms in rule.duty.terms:
        standings = {o.standing for o in shown if o.terms is terms}
        if terms.within is None:
            assert {Standing.RECORDED, Standing.NOTHING_RECORDED} <= standings
            assert not standings & {Standing.MET, Standing.PENDING, *broken}
        else:
            assert Standing.MET in standings
            assert standings & broken


@every_rule
def test_an_example_shows_what_enhanced_rights_change_or_leave(rule: RuleFile) -> None:
    timed = any(terms.within is not None for terms in rule.duty.terms)
    assert any(example.enhanced for example in rule.examples) or not timed


@every_rule
def test_what_starts_it_and_what_meets_it_are_not_said_in_the_same_words(rule: RuleFile) -> None:
    for terms in rule.duty.terms:
        starts, met_by = terms.starts or rule.duty.starts, terms.met_by or rule.duty.met_by
        other = set(met_by.done) - set(starts.facts)
        assert not {*facts_words(starts.facts)} & {*facts_words(other)}


@every_rule
def test_no_citation_names_a_paragraph(rule: RuleFile) -> None:
    # Paragraph numbers could not be read in a source, and none may be shown as if they had been.
    for terms in rule.duty.terms:
        assert terms.cite.at == f"Right {rule.duty.right}" or terms.edition != "VC2020"
        assert "paragraph" not in f"{terms.cite.at} {terms.cite.says}".lower()


@every_rule
def test_a_condition_that_fails_is_listed_as_not_owed(rule: RuleFile) -> None:
    listed = set()
    for example in rule.examples:
        as_of = last_moment_of(example.as_of)
        story = story_of(events_of(example, rule.duty), as_of=as_of)
        followed = follow(rule.duty, story, england_and_wales())
        if example.not_owed:
            listed |= {not_owed.condition for not_owed in followed.not_owed}
    assert {condition.says for condition in rule.duty.conditions} <= listed


def notices(rule: RuleFile, duty: Duty) -> bool:
    """Say whether any example comes out otherwise under a rule that has been changed."""
    others = (other for other in RULEBOOK.duties if other.id != duty.id)
    rulebook = Rulebook((duty, *others), "")
    return any(fails(e, duty, england_and_wales(), rulebook) for e in rule.examples)


def with_terms(duty: Duty, index: int, **changes: Any) -> Duty:
    terms = list(duty.terms)
    terms[index] = replace(terms[index], **changes)
    return replace(duty, terms=tuple(terms))


@every_rule
def test_no_limit_changes_without_an_example_noticing(rule: RuleFile) -> None:
    for index, terms in enumerate(rule.duty.terms):
        for name in ("within", "within_enhanced"):
            allowed = getattr(terms, name)
            if allowed is None or (rule.duty.kind is Kind.LOCAL and name == "within_enhanced"):
                continue  # local practice knows no Enhanced Rights
            longer = replace(allowed, count=allowed.count + 1)
            changed = with_terms(rule.duty, index, **{name: longer})
            assert notices(rule, changed), f"{terms.edition} {name}"


def starts_without_a_part(starts: Start) -> Iterator[Start]:
    for where in wheres_without_a_part(starts.where):
        yield replace(starts, where=where)
    for facts in without_one(starts.facts):
        if facts:
            yield replace(starts, facts=facts)
    for told_about in without_one(starts.told_about):
        if told_about:
            yield replace(starts, told_about=told_about)
    if starts.decided_by:
        yield replace(starts, decided_by=None)
    if starts.clock is Clock.RECEIVED:
        yield replace(starts, clock=Clock.HAPPENED)
    if starts.not_before:
        yield replace(starts, not_before=None)
    if starts.else_fact:
        yield replace(starts, else_fact=None)


def answers_without_a_part(met_by: Answer) -> Iterator[Answer]:
    for where in wheres_without_a_part(met_by.where):
        yield replace(met_by, where=where)
    for done in without_one(met_by.done):
        if done:
            yield replace(met_by, done=done)
    for index, content in enumerate(met_by.contents):
        changed = [replace(content, carrying=some) for some in without_one(content.carrying)]
        changed += [replace(content, where=where) for where in wheres_without_a_part(content.where)]
        if not met_by.told:  # which carries one thing, and is nothing without it
            for other in changed:
                contents = (*met_by.contents[:index], other, *met_by.contents[index + 1 :])
                yield replace(met_by, contents=contents)
    for offered in without_one(met_by.offered):
        if offered or met_by.done or met_by.told:
            yield replace(met_by, offered=offered)
    if met_by.offered and met_by.done:
        yield replace(met_by, done=())
    if met_by.or_reason:
        yield replace(met_by, or_reason=False)
    if met_by.written:
        yield replace(met_by, written=False)
    if met_by.counts is not Counts.AFTERWARDS:
        yield replace(met_by, counts=Counts.AFTERWARDS)
    if met_by.same_organisation:
        yield replace(met_by, same_organisation=False)


def duties_without_a_part(duty: Duty) -> Iterator[Duty]:
    """The rule with one thing that it says left out, in every possible way."""
    for conditions in without_one(duty.conditions):
        yield replace(duty, conditions=conditions)
    for index, condition in enumerate(duty.conditions):
        for where in wheres_without_a_part(condition.where):
            some = list(duty.conditions)
            some[index] = replace(condition, where=where)
            yield replace(duty, conditions=tuple(some))
        if condition.undone_by:
            some = list(duty.conditions)
            some[index] = replace(condition, undone_by=None)
            yield replace(duty, conditions=tuple(some))
    if duty.opt_out:
        yield replace(duty, opt_out=None)
    for declined_by in without_one(duty.declined_by):
        yield replace(duty, declined_by=declined_by)
    for stops_when in without_one(duty.stops_when):
        yield replace(duty, stops_when=stops_when)
    for index, stop in enumerate(duty.stops_when):
        for where in wheres_without_a_part(stop.where):
            stops = list(duty.stops_when)
            stops[index] = replace(stop, where=where)
            yield replace(duty, stops_when=tuple(stops))
    for starts in starts_without_a_part(duty.starts):
        yield replace(duty, starts=starts)
    for met_by in answers_without_a_part(duty.met_by):
        yield replace(duty, met_by=met_by)
    if duty.follows:
        yield replace(duty, follows=None)
    if duty.repeats:
        yield replace(duty, repeats=False)
    if duty.rolls_back:
        yield replace(duty, rolls_back=False)
    for index, terms in enumerate(duty.terms):
        for organisations in without_one(terms.organisations):
            yield with_terms(duty, index, organisations=organisations)
        if terms.owner:
            yield with_terms(duty, index, owner=None)
        if terms.starts:
            yield with_terms(duty, index, starts=None)
            for starts in starts_without_a_part(terms.starts):
                yield with_terms(duty, index, starts=starts)
        if terms.met_by:
            yield with_terms(duty, index, met_by=None)
            for met_by in answers_without_a_part(terms.met_by):
                yield with_terms(duty, index, met_by=met_by)


@every_rule
def test_nothing_that_a_rule_says_goes_without_an_example_noticing(rule: RuleFile) -> None:
    unnoticed = [
        {name: said for name, said in parts_of(duty).items() if said != parts_of(rule.duty)[name]}
        for duty in duties_without_a_part(rule.duty)
        if not notices(rule, duty)
    ]
    assert unnoticed == []


def parts_of(duty: Duty) -> dict[str, Any]:
    """What a rule says, by name."""
    return {field.name: getattr(duty, field.name) for field in fields(duty)}


def test_the_hash_follows_every_byte_of_every_file(tmp_path: Path) -> None:
    folder = folder_of_rules(tmp_path)
    before = load_rulebook(folder)
    own = load_rulebook()
    assert (before.duties, before.order, before.hash) == (own.duties, own.order, own.hash)
    hashes = {before.hash}
    for name in ("victims_code/r06_arrest.yaml", "order/views_bail.yaml", "editions.yaml"):
        changed = folder / name
        changed.write_bytes(changed.read_bytes() + b"# A remark.\n")
        remarked = load_rulebook(folder)
        assert (remarked.duties, remarked.order) == (before.duties, before.order)
        assert remarked.hash not in hashes
        hashes.add(remarked.hash)
    arrest = folder / DUTIES / "r06_arrest.yaml"
    arrest.rename(arrest.with_name("r06_arrested.yaml"))
    assert load_rulebook(folder).hash not in hashes


def test_a_folder_without_rules_is_refused(tmp_path: Path) -> None:
    folder = folder_of_rules(tmp_path)
    shutil.rmtree(folder / DUTIES)
    with pytest.raises(RulebookError, match="there is no rule file here"):
        load_rulebook(folder)


@pytest.mark.parametrize("missing", ["editions.yaml", "not_observable.yaml"])
def test_a_folder_without_a_list_is_refused(tmp_path: Path, missing: str) -> None:
    folder = folder_of_rules(tmp_path)
    (folder / missing).unlink()
    with pytest.raises(RulebookError, match=f"{missing}:1: there is no list"):
        load_rulebook(folder)


def test_examples_may_be_left_for_later(tmp_path: Path) -> None:
    folder = folder_of_rules(tmp_path, few=True)
    gallery = Path(__file__).parent / "bad_rules"
    shutil.copy(gallery / "example_fails.yaml", folder / DUTIES)
    duties = load_rulebook(folder, check_examples=False).duties
    assert [duty.id for duty in duties] == ["R6.ARREST", "R6.BAD"]
    with pytest.raises(RulebookError, match="does not come out"):
        load_rulebook(folder)

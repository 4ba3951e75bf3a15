"""Every rule of the Code shows what it says, and every worked example comes out."""

import csv
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from gateway.journey.duty import Answer, Clock, Duty, Kind, Rulebook, Start, Terms, Unit, Where
from gateway.journey.obligation import Obligation
from gateway.journey.obligations import follow
from gateway.journey.standing import Standing
from gateway.journey.story import story_of
from gateway.rulebook import RulebookError, england_and_wales, load_rulebook
from gateway.rulebook.examples import events_of, fails
from gateway.rulebook.grammar import Example
from gateway.rulebook.load import VICTIMS_CODE, RuleFile, read_rules
from shared.london import last_moment_of

RULES = read_rules()
RULEBOOK = Rulebook(tuple(rule.duty for rule in RULES), "")
EDITIONS = {
    "VC2020": "2021-04-01",
    "VC2015": "2015-11-16",
    "VC2013": "2013-12-10",
    "VC2006": "2006-04-03",
}
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
    """One edition of a rule, written as a row; the catalogue counts weeks in days."""
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
    assert rules == rows_of_the_catalogue()


@every_rule
def test_every_term_is_in_force_with_its_edition(rule: RuleFile) -> None:
    for terms in rule.duty.terms:
        expected = EDITIONS.get(terms.edition)
        assert expected in (None, terms.in_force.isoformat())
        assert (expected is not None) == (rule.duty.kind is Kind.CODE)


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
            assert not standings
        else:
            assert Standing.MET in standings
            assert standings & broken


@every_rule
def test_an_example_shows_what_enhanced_rights_change_or_leave(rule: RuleFile) -> None:
    assert any(example.enhanced for example in rule.examples)


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


def without_one(items: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Each way of leaving one of several items out."""
    for index in range(len(items)):
        yield (*items[:index], *items[index + 1 :])


def wheres_without_a_part(where: Where) -> Iterator[Where]:
    """A test with one of its alternatives, or one test of an alternative, left out."""
    for rest in without_one(where.alternatives):
        yield Where(rest)
    for index, tests in enumerate(where.alternatives):
        for some in without_one(tests):
            if some:
                alternatives = list(where.alternatives)
                alternatives[index] = some
                yield Where(tuple(alternatives))


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
    for file in VICTIMS_CODE.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    before = load_rulebook(tmp_path)
    assert (before.duties, before.hash) == (load_rulebook().duties, load_rulebook().hash)
    changed = tmp_path / "r06_arrest.yaml"
    changed.write_bytes(changed.read_bytes() + b"# A remark.\n")
    remarked = load_rulebook(tmp_path)
    assert remarked.duties == before.duties
    assert remarked.hash != before.hash
    changed.rename(tmp_path / "r06_arrested.yaml")
    assert load_rulebook(tmp_path).hash not in {before.hash, remarked.hash}


def test_a_folder_without_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="there is no rule file here"):
        load_rulebook(tmp_path)


def test_examples_may_be_left_for_later(tmp_path: Path) -> None:
    gallery = Path(__file__).parent / "bad_rules"
    (tmp_path / "rule.yaml").write_bytes((gallery / "example_fails.yaml").read_bytes())
    assert load_rulebook(tmp_path, check_examples=False).duties[0].id == "R6.BAD"
    with pytest.raises(RulebookError, match="does not come out"):
        load_rulebook(tmp_path)


def test_one_command_checks_every_rule() -> None:
    check = [sys.executable, "-m", "gateway.rulebook", "check"]
    root = Path(__file__).parents[3]
    checked = subprocess.run(check, cwd=root, capture_output=True, text=True, check=True)
    examples = sum(len(rule.examples) for rule in RULES)
    assert checked.stdout == f"{len(RULES)} rules, {examples} examples, all come out\n"

"""Every rule of the Code shows what it says, and every worked example comes out."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.journey.duty import Duty
from gateway.journey.obligations import Standing, follow
from gateway.journey.story import story_of
from gateway.rulebook import RulebookError, england_and_wales, load_rulebook
from gateway.rulebook.examples import events_of, fails
from gateway.rulebook.grammar import Example
from gateway.rulebook.load import VICTIMS_CODE, RuleFile, read_rules
from shared.london import last_moment_of

RULES = read_rules()
EDITIONS = {"VC2020": "2021-04-01", "VC2015": "2015-11-16"}


EXAMPLES = [
    pytest.param(rule.duty, example, id=f"{rule.duty.id}: {example.name}")
    for rule in RULES
    for example in rule.examples
]


@pytest.mark.parametrize(("duty", "example"), EXAMPLES)
def test_the_example_comes_out(duty: Duty, example: Example) -> None:
    assert fails(example, duty, england_and_wales()) is None


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.duty.id)
def test_the_rule_is_found_under_its_id(rule: RuleFile) -> None:
    name = rule.duty.id.partition(".")[2].lower().replace("-", "_")
    assert rule.name == f"r{rule.duty.right:02}_{name}.yaml"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.duty.id)
def test_every_term_is_in_force_with_its_edition(rule: RuleFile) -> None:
    for terms in rule.duty.terms:
        assert EDITIONS[terms.edition] == terms.in_force.isoformat()
    assert {terms.edition for terms in rule.duty.terms} == set(EDITIONS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.duty.id)
def test_every_edition_shows_a_journey_that_keeps_it_and_one_that_breaks_it(
    rule: RuleFile,
) -> None:
    shown: dict[str, set[Standing | None]] = {terms.edition: set() for terms in rule.duty.terms}
    for example in rule.examples:
        on = events_of(example, rule.duty)[0].occurred_at.date()
        terms = rule.duty.terms_on(on)
        if terms is not None:
            shown[terms.edition].add(example.standing)
    for standings in shown.values():
        assert Standing.MET in standings
        assert standings & {Standing.MET_LATE, Standing.OVERDUE}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.duty.id)
def test_an_example_shows_what_enhanced_rights_change_or_leave(rule: RuleFile) -> None:
    assert any(example.enhanced for example in rule.examples)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.duty.id)
def test_no_citation_names_a_paragraph(rule: RuleFile) -> None:
    # Paragraph numbers could not be read in a source, and none may be shown as if they had been.
    for terms in rule.duty.terms:
        assert terms.cite.at == f"Right {rule.duty.right}" or terms.edition != "VC2020"
        assert "paragraph" not in f"{terms.cite.at} {terms.cite.says}".lower()


@pytest.mark.parametrize(
    ("name", "condition"),
    [
        (
            "Custody under 12 months is not",
            "custody of 12 months or more or without a fixed length, or a hospital order",
        ),
        ("Long custody for another offence is not", "a specified violent or sexual offence"),
        (
            "A suspended sentence is not",
            "custody of 12 months or more or without a fixed length, or a hospital order",
        ),
    ],
)
def test_a_condition_that_fails_is_listed_as_not_owed(name: str, condition: str) -> None:
    (rule,) = (rule for rule in RULES if rule.duty.id == "R11.REF")
    (example,) = (example for example in rule.examples if example.name == name)
    as_of = last_moment_of(example.as_of)
    story = story_of(events_of(example, rule.duty), as_of=as_of)
    followed = follow(rule.duty, story, england_and_wales(), as_of=as_of)
    assert [not_owed.condition for not_owed in followed.not_owed] == [condition]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.duty.id)
def test_no_limit_changes_without_an_example_noticing(rule: RuleFile) -> None:
    for index, terms in enumerate(rule.duty.terms):
        for name in ("within", "within_enhanced"):
            allowed = getattr(terms, name)
            longer: Any = {name: replace(allowed, count=allowed.count + 1)}
            changed = list(rule.duty.terms)
            changed[index] = replace(terms, **longer)
            duty = replace(rule.duty, terms=tuple(changed))
            noticed = [e for e in rule.examples if fails(e, duty, england_and_wales())]
            assert noticed, f"{terms.edition} {name}"


def test_the_hash_follows_every_byte_of_every_file(tmp_path: Path) -> None:
    for file in VICTIMS_CODE.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    before = load_rulebook(tmp_path)
    assert before == load_rulebook()
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

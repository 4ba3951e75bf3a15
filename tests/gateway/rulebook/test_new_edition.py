"""A new edition of the Code is data: the one that the documents invent is added and followed."""

import re
from datetime import date
from pathlib import Path

import pytest

from gateway.journey.duty import Rulebook
from gateway.journey.obligation import Obligation
from gateway.journey.obligations import follow_all
from gateway.journey.standing import Standing
from gateway.journey.story import story_of
from gateway.rulebook import RulebookError, load_rulebook
from gateway.rulebook.__main__ import main
from gateway.rulebook.load import DUTIES, EDITIONS
from tests.builders import JourneyBuilder, calendar, rulebook, seen_from
from tests.gateway.rulebook.folders import folder_of_rules

PAGE = Path(__file__).parents[3] / "docs" / "adding-an-edition.md"
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)


def add_the_example(folder: Path) -> None:
    """Write the blocks of the page where it says that they belong."""
    edition, terms, examples, duty = BLOCKS
    editions = folder / EDITIONS
    editions.write_text(editions.read_text().replace("editions:\n", f"editions:\n{edition}\n"))
    arrest = folder / DUTIES / "r06_arrest.yaml"
    text = arrest.read_text().replace("terms:\n", f"terms:\n{terms}\n")
    arrest.write_text(f"{text}\n{examples}")
    (folder / DUTIES / "r06_callback.yaml").write_text(duty)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The project's rules with the invented edition added."""
    folder = folder_of_rules(tmp_path)
    add_the_example(folder)
    return folder


def owed(rules: Rulebook, rule: str, reported: str) -> list[Obligation]:
    """What a rule asks after a report, with an arrest on the next day."""
    journey = JourneyBuilder().reported(reported)
    journey.police(f"{reported[:-2]}{int(reported[-2:]) + 1:02}", "suspect.arrested", suspect="S1")
    as_of = seen_from("2026-10-31")
    followed = follow_all(rules, story_of(journey.events, as_of=as_of), calendar())
    return [one for one in followed.obligations if one.duty.id == rule]


def test_the_example_edition_is_held_from_its_day_on_and_no_earlier(folder: Path) -> None:
    rules = load_rulebook(folder, calendar=calendar())
    (under_it,) = owed(rules, "R6.ARREST", "2026-09-02")
    assert (under_it.terms.edition, under_it.due_on) == ("VCEXAMPLE", date(2026, 9, 7))
    (before,) = owed(rules, "R6.ARREST", "2026-08-26")
    assert (before.terms.edition, before.due_on) == ("VC2020", date(2026, 9, 4))
    (new,) = owed(rules, "R6.CALLBACK", "2026-09-02")
    assert (new.terms.edition, new.standing) == ("VCEXAMPLE", Standing.NOTHING_RECORDED)
    assert owed(rules, "R6.CALLBACK", "2026-08-26") == []
    # What it says nothing about stays as it was.
    (referral,) = owed(rules, "R4.REFER", "2026-09-02")
    assert referral.terms.edition == "VC2020"


def test_the_example_edition_is_nowhere_in_the_projects_own_rules(folder: Path) -> None:
    (arrest,) = owed(rulebook(), "R6.ARREST", "2026-09-02")
    assert arrest.terms.edition == "VC2020"
    assert owed(rulebook(), "R6.CALLBACK", "2026-09-02") == []
    assert load_rulebook(folder, calendar=calendar()).hash != rulebook().hash


def test_two_editions_are_compared_duty_by_duty(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--folder", str(folder), "compare", "VC2020", "VCEXAMPLE"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[:4] == [
        "R6.ARREST: The victim is told that a suspect has been arrested",
        "  limit: 5 working days, 1 working day under Enhanced Rights -> 2 working days",
        "R6.CALLBACK: The victim is told what comes next",
        "  only in VCEXAMPLE: untimed",
    ]
    assert told[4].startswith("2 duties differ between VC2020 and VCEXAMPLE, ")


def test_terms_of_an_edition_that_is_not_listed_are_refused(tmp_path: Path) -> None:
    folder = folder_of_rules(tmp_path)
    listed = (folder / EDITIONS).read_text()
    add_the_example(folder)
    (folder / EDITIONS).write_text(listed)
    with pytest.raises(RulebookError, match="'VCEXAMPLE' is no edition") as refusal:
        load_rulebook(folder)
    assert {fault.file for fault in refusal.value.faults} == {
        "r06_arrest.yaml",
        "r06_callback.yaml",
    }

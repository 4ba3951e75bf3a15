"""A draft is held to all that the rules in force are, and is read by nothing that tells the law."""

import shutil
from pathlib import Path

import pytest

from gateway.journey.difference import DraftRulebook
from gateway.journey.duty import Rulebook
from gateway.rulebook import RulebookError, load_draft, load_drafts, load_rulebook
from gateway.rulebook.drafts import DRAFTS
from gateway.rulebook.load import DUTIES, RULES
from gateway.rulebook.refusal import Refusal
from tests.builders import calendar, rulebook

SAMPLE = Path(str(DRAFTS)) / "sentence-review" / "uls_req.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of drafts with one in it, which is good."""
    folder = tmp_path / "drafts"
    (folder / "trial").mkdir(parents=True)
    shutil.copy(SAMPLE, folder / "trial")
    return folder


def refused(folder: Path) -> list[str]:
    with pytest.raises(RulebookError) as refusal:
        load_drafts(rulebook(), calendar(), folder)
    return [str(fault) for fault in refusal.value.faults]


def test_our_drafts_come_out_and_name_the_rules_they_replace() -> None:
    drafts = load_drafts(rulebook(), calendar())
    assert list(drafts) == ["code-2026", "sentence-review"]
    draft = drafts["sentence-review"]
    assert list(draft.duties) == ["ULS.REQ"]
    assert draft.in_force.duties == (rulebook().by_id["ULS.REQ"],)
    assert draft.in_force.hash == rulebook().hash != draft.hash
    assert all(terms.cite.says for duty in draft.duties.values() for terms in duty.terms)


def test_no_ordinary_load_reads_a_draft(tmp_path: Path) -> None:
    """The law in force is the same with drafts, without them, and with one that is broken."""
    rules, drafts = Path(str(RULES)), Path(str(DRAFTS))
    assert list(drafts.glob("*/*.yaml"))
    for name in ("with", "without", "broken"):
        shutil.copytree(rules, tmp_path / name, ignore=shutil.ignore_patterns("*.py", "drafts"))
    for name in ("with", "broken"):
        shutil.copytree(drafts, tmp_path / name / "drafts")
        shutil.copytree(drafts, tmp_path / name / DUTIES / "drafts")
    for broken in (tmp_path / "broken").rglob("uls_req.yaml"):
        if "drafts" in broken.parts:
            broken.write_text("not a rule")
    loaded = [
        load_rulebook(tmp_path / name, calendar=calendar(), check_examples=False)
        for name in ("with", "without", "broken")
    ]
    assert {one.hash for one in loaded} == {rulebook().hash}
    assert {one.duties for one in loaded} == {rulebook().duties}


def test_a_draft_is_no_rulebook() -> None:
    """So that the type checker refuses one wherever the law is told."""
    assert not issubclass(DraftRulebook, Rulebook)


def test_a_file_replaces_the_rule_with_its_id_whatever_its_name(tmp_path: Path) -> None:
    handed_in = tmp_path / "anything.yaml"
    shutil.copy(SAMPLE, handed_in)
    draft = load_draft("anything", [handed_in], rulebook(), calendar())
    assert [duty.id for duty in draft.in_force.duties] == ["ULS.REQ"]


def test_the_hash_is_of_the_draft_over_the_law_in_force(folder: Path) -> None:
    one = load_drafts(rulebook(), calendar(), folder)["trial"]
    again = load_drafts(rulebook(), calendar(), folder)["trial"]
    assert one.hash == again.hash
    other_law = Rulebook(rulebook().duties, "another")
    assert load_drafts(other_law, calendar(), folder)["trial"].hash != one.hash
    file = folder / "trial" / "uls_req.yaml"
    file.write_text(file.read_text() + "# More.\n")
    assert load_drafts(rulebook(), calendar(), folder)["trial"].hash != one.hash


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("within: 6 months", "within: 6 moons", 15, "is not an allowance"),
        ("id: ULS.REQ", "id: uls", 2, "is not an id"),
        ("due: 2024-09-01", "due: 2024-09-02", 25, "does not come out: it says met"),
        ("rolls_back: true", "follows: R6.NOWHERE", 10, "is not another rule's id"),
        ("confidence: medium", "confidence: certain", 16, "is not a known confidence"),
    ],
)
def test_a_bad_draft_is_refused_with_its_name_file_line_and_remedy(
    folder: Path, old: str, new: str, line: int, words: str
) -> None:
    file = folder / "trial" / "uls_req.yaml"
    text = file.read_text()
    file.write_text(text.replace(old, new, 1))
    told = refused(folder)
    assert len(told) == 1
    assert told[0].startswith(f"trial/uls_req.yaml:{line}: ")
    assert words in told[0]


def test_a_draft_may_follow_a_rule_in_force(tmp_path: Path) -> None:
    text = (Path(str(RULES / DUTIES)) / "r09_ulsinfo.yaml").read_text()
    file = tmp_path / "r09_ulsinfo.yaml"
    file.write_text(text.replace("source: VC2020", "source: DRAFT"))
    assert list(load_draft("trial", [file], rulebook(), calendar()).duties) == ["R9.ULSINFO"]


def test_one_rule_twice_in_a_draft_is_refused(folder: Path) -> None:
    shutil.copy(SAMPLE, folder / "trial" / "zzz.yaml")
    (told,) = refused(folder)
    assert told.startswith("trial/zzz.yaml:2: ULS.REQ is also the rule of uls_req.yaml")


def test_every_bad_draft_is_told_at_once(folder: Path) -> None:
    (folder / "empty").mkdir()
    (folder / "trial" / "uls_req.yaml").write_text("# A list.\n[]\n")
    with pytest.raises(RulebookError) as refusal:
        load_drafts(rulebook(), calendar(), folder)
    assert [fault.file for fault in refusal.value.faults] == ["empty/", "trial/uls_req.yaml"]
    assert refusal.value.faults[0].refusal is Refusal.NO_RULES

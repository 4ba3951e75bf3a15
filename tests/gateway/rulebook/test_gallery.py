"""Every way of writing a bad rule is refused at its line, in words that say what to do.

Each file of the gallery says in comments which refusals it expects: `# expect <line>: <words>`.
"""

import re
import shutil
from pathlib import Path

import pytest

from gateway.rulebook import RulebookError, load_rulebook
from gateway.rulebook.load import VICTIMS_CODE
from gateway.rulebook.refusal import Refusal, RuleFault

GALLERY = sorted((Path(__file__).parent / "bad_rules").iterdir())
GOOD = Path(str(VICTIMS_CODE)) / "r06_arrest.yaml"
EXPECTED = re.compile(r"^# expect (\d+): (.+)$", re.MULTILINE)


def refusals_of(bad: Path, folder: Path) -> list[RuleFault]:
    """What loading a folder with one good rule and one bad one refuses."""
    shutil.copy(GOOD, folder)
    shutil.copy(bad, folder)
    with pytest.raises(RulebookError) as refusal:
        load_rulebook(folder)
    return refusal.value.faults


@pytest.mark.parametrize("bad", GALLERY, ids=lambda path: path.stem)
def test_a_bad_rule_is_refused_as_it_expects_and_for_nothing_else(
    bad: Path, tmp_path: Path
) -> None:
    expected = [(int(n), words) for n, words in EXPECTED.findall(bad.read_text(errors="replace"))]
    told = [str(fault) for fault in refusals_of(bad, tmp_path)]
    assert expected
    assert len(told) == len(expected), told
    for line, words in expected:
        assert any(t.startswith(f"{bad.name}:{line}: ") and words in t for t in told), told


def test_the_gallery_shows_every_kind_of_refusal(tmp_path: Path) -> None:
    shown = {Refusal.NO_RULES}  # a folder and not a file; tested with the loader
    for bad in GALLERY:
        folder = tmp_path / bad.stem
        folder.mkdir()
        shown |= {fault.refusal for fault in refusals_of(bad, folder)}
    assert shown == set(Refusal)

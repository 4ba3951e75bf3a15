"""Every way of writing a bad rule is refused at its line, in words that say what to do.

Each file of the gallery says in comments which refusals it expects: `# expect <line>: <words>`.
"""

import re
import shutil
from pathlib import Path

import pytest

from gateway.rulebook import RulebookError, load_rulebook
from gateway.rulebook.load import DUTIES, ORDER
from gateway.rulebook.refusal import Refusal, RuleFault
from tests.gateway.rulebook.folders import folder_of_rules

# Bad duties lie in the folder itself; the others in folders of what they would be.
BAD = Path(__file__).parent / "bad_rules"
GALLERY = sorted(path for path in BAD.rglob("*") if path.is_file())
LISTS = ("editions", "not_observable")
EXPECTED = re.compile(r"^# expect (\d+): (.+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, list[RuleFault]]:
    """What loading a folder of good rules and one bad file refuses, for each bad file."""
    refused = {}
    for bad in GALLERY:
        folder = folder_of_rules(tmp_path_factory.mktemp(bad.stem), few=True)
        if bad.parent == BAD:
            shutil.copy(bad, folder / DUTIES)
        elif bad.parent.name == ORDER:
            shutil.copy(bad, folder / ORDER)
        else:
            shutil.copy(bad, folder / f"{bad.parent.name}.yaml")
        with pytest.raises(RulebookError) as refusal:
            load_rulebook(folder)
        refused[bad] = refusal.value.faults
    return refused


@pytest.mark.parametrize("bad", GALLERY, ids=lambda path: str(path.relative_to(BAD))[:-5])
def test_a_bad_rule_is_refused_as_it_expects_and_for_nothing_else(
    bad: Path, refusals: dict[Path, list[RuleFault]]
) -> None:
    expected = [(int(n), words) for n, words in EXPECTED.findall(bad.read_text(errors="replace"))]
    name = f"{bad.parent.name}.yaml" if bad.parent.name in LISTS else bad.name
    # What the good files cite may be unknown where the list of editions is the bad one.
    told = [str(f) for f in refusals[bad] if bad.parent.name != "editions" or f.file == name]
    assert expected
    assert len(told) == len(expected), told
    for line, words in expected:
        assert any(t.startswith(f"{name}:{line}: ") and words in t for t in told), told


def test_the_gallery_shows_every_kind_of_refusal(
    refusals: dict[Path, list[RuleFault]],
) -> None:
    shown = {Refusal.NO_RULES}  # a folder and not a file; tested with the loader
    shown |= {fault.refusal for faults in refusals.values() for fault in faults}
    assert shown == set(Refusal)

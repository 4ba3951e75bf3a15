"""The verbs of `python -m gateway.rulebook`: what each prints, and the code it ends with."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.rulebook.__main__ import main
from gateway.rulebook.load import DUTIES, read_files
from gateway.rulebook.rendering import render
from tests.gateway.rulebook.folders import folder_of_rules

READ = read_files()
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a verb, and return its code and what it printed and complained of."""

    def verb(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return verb


def test_check_counts_what_comes_out() -> None:
    check = [sys.executable, "-m", "gateway.rulebook", "check"]
    root = Path(__file__).parents[3]
    checked = subprocess.run(check, cwd=root, capture_output=True, text=True, check=True)
    assert checked.stdout == (
        f"{len(READ.rules)} rules, {len(READ.order)} rules of order, "
        f"{len(READ.not_observable)} rows not observable, {READ.examples} examples, all come out\n"
        "drafts, which are not the law, come out too: code-2026, sentence-review\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("due: 2021-04-12", "due: 2021-04-13", "does not come out"),
        ("owner: police", "owner: polic", "did you mean 'police'?"),
    ],
)
@pytest.mark.parametrize("verb", [["check"], ["show", "R6.ARREST"], ["render"]])
def test_a_rule_that_cannot_stand_is_told_with_file_and_line(
    tmp_path: Path, run: Run, verb: list[str], old: str, new: str, words: str
) -> None:
    folder = folder_of_rules(tmp_path, few=True)
    arrest = folder / DUTIES / "r06_arrest.yaml"
    arrest.write_text(arrest.read_text().replace(old, new, 1))
    code, _, complaint = run("--folder", str(folder), *verb)
    if words == "does not come out" and verb != ["check"]:
        assert code == 0  # only the check follows the examples
    else:
        assert code == 1
        assert complaint.startswith("r06_arrest.yaml:")
        assert words in complaint


def test_show_tells_a_duty_in_plain_english(run: Run) -> None:
    code, told, _ = run("show", "R6.ARREST")
    assert code == 0
    lines = told.splitlines()
    assert lines[:5] == [
        "R6.ARREST: The victim is told that a suspect has been arrested.",
        "Right 6, code. Owed by the police. File: r06_arrest.yaml",
        "",
        "It begins with the arrest.",
        "It is met by news about the arrest.",
    ]
    assert (
        "- from 2021-04-01, VC2020: 5 working days, 1 working day under Enhanced Rights." in lines
    )
    assert "  By 2021-05-01: met, due 2021-04-12." in lines


def test_show_tells_every_row_of_the_rulebook(run: Run) -> None:
    ids = [rule.duty.id for rule in READ.rules]
    ids += [one.rule.id for one in READ.order]
    ids += [row.id for row in READ.not_observable]
    for id_ in ids:
        code, told, complaint = run("show", id_)
        assert (code, complaint) == (0, "")
        assert told.startswith(f"{id_}: ")
        head = told.split("Examples:")[0]
        assert "None" not in head
        assert "_" not in head.replace(".yaml", "").partition("File: ")[0]


@pytest.mark.parametrize(
    ("id_", "words"),
    [
        ("R6.RUI", "It is met by news about the release of the suspect, with the reasons."),
        (
            "R8.WITNESS",
            "with the victim being required to give evidence, from when the owner hears",
        ),
        ("R7.COPY", "Not observable, and never judged: it is owed on request"),
        ("R6.OOCD-VIEWS", "(where on is disposal), before it began."),
        ("R11.ANNUAL", "Each answer begins it again."),
        ("R4.REFER", "It ends with the victim declining support: the victim's own no."),
        ("R11.KEYSTAGE", "It ends when the victim declines the contact scheme."),
        ("R11.KEYSTAGE", "It is owed only if: the victim is a member of the contact scheme."),
        ("R1.SUPPORTER", "the offer of a supporter of their choice, or the reason why not."),
        ("R9.ULSINFO", "It follows R9.HMCTS; both legs are told as one as well."),
        (
            "ORDER.RELEASE-DATE",
            "News with the release date comes before a milestone of the offender",
        ),
    ],
)
def test_show_says_each_kind_of_thing(run: Run, id_: str, words: str) -> None:
    assert words in run("show", id_)[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "R6.AREST"], "'R6.AREST' is no duty: did you mean 'R6.ARREST'?\n"),
        (["compare", "VC2015", "VC2202"], "'VC2202' is no edition: did you mean 'VC2020'?\n"),
    ],
)
def test_an_unknown_word_is_answered_with_the_nearest(
    run: Run, arguments: list[str], words: str
) -> None:
    assert run(*arguments) == (2, "", words)


def test_compare_tells_what_changed_from_one_edition_to_the_next(run: Run) -> None:
    code, told, _ = run("compare", "VC2015", "VC2020")
    assert code == 0
    lines = told.splitlines()
    place = lines.index("R11.REF: The victim is referred to the Victim Contact Scheme")
    assert lines[place + 1] == "  limit: 20 working days -> 10 working days"
    place = next(n for n, line in enumerate(lines) if line.startswith("R8.WARRANT"))
    assert "  owed by: the police -> the Witness Care Unit" in lines[place + 1 : place + 4]
    assert not any(line.startswith("R10.EXP") for line in lines)


def test_an_edition_does_not_differ_from_itself(run: Run) -> None:
    _, told, _ = run("compare", "VC2013", "VC2013")
    assert told.startswith("0 duties differ between VC2013 and VC2013, ")


def test_render_prints_writes_and_compares(tmp_path: Path, run: Run) -> None:
    text = render(READ)
    assert run("render") == (0, text, "")
    file = tmp_path / "rulebook.md"
    assert run("render", str(file), "--check")[0] == 1
    assert run("render", str(file)) == (0, "", "")
    assert file.read_text() == text
    assert run("render", str(file), "--check") == (0, "", "")
    file.write_text(text + "A remark.\n")
    code, _, complaint = run("render", str(file), "--check")
    assert code == 1
    assert complaint == (
        f"{file} differs from what the rules say: run python -m gateway.rulebook render {file}\n"
    )


def test_the_register_holds_every_row_with_its_number_of_examples() -> None:
    lines = render(READ).splitlines()
    for rule in READ.rules:
        rows = [line for line in lines if line.startswith(f"| **{rule.duty.id}** ")]
        assert len(rows) == len(rule.duty.terms)
        assert all(row.endswith(f" | {len(rule.examples)} |") for row in rows)
    for row in READ.not_observable:
        (line,) = (line for line in lines if line.startswith(f"| **{row.id}** "))
        assert line.endswith(f" | {row.because} |")
    for one in READ.order:
        assert any(line.startswith(f"| **{one.rule.id}** ") for line in lines)
    widths = {line.count(" | ") for line in lines if line.startswith("| **R6.ARREST** ")}
    assert widths == {8}


def test_nobody_is_served_without_a_verb() -> None:
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2

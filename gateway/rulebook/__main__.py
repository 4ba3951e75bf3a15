"""Checks, shows, compares and renders the rules: `python -m gateway.rulebook --help`."""

import argparse
import os
import sys
from collections.abc import Collection, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path

from gateway.rulebook.bank_holidays import england_and_wales
from gateway.rulebook.comparing import compare
from gateway.rulebook.drafts import load_drafts
from gateway.rulebook.grammar import suggest
from gateway.rulebook.load import RULES, RuleFiles, load_rulebook, read_files
from gateway.rulebook.refusal import RulebookError
from gateway.rulebook.rendering import render
from gateway.rulebook.saying import say_not_observable, say_order, say_rule

DONE, REFUSED, UNKNOWN = 0, 1, 2


class _UnknownWord(ValueError):
    """A word of the command line that names nothing."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when done, 1 for rules or a document that cannot stand, 2 for an unknown word.

    What was asked for goes to standard output, what is wrong to standard error.
    """
    asked = _parser().parse_args(arguments)
    try:
        read = read_files(asked.folder)
        match asked.verb:
            case "check":
                return _check(read, asked.folder)
            case "show":
                print(*_shown(asked.id, read), sep="\n")
            case "compare":
                editions = {edition.id: edition for edition in read.editions}
                one = editions[_known(asked.one, editions, "edition")]
                other = editions[_known(asked.other, editions, "edition")]
                print(*compare(one, other, [rule.duty for rule in read.rules]), sep="\n")
            case "render":
                return _render(read, asked.file, only_check=asked.check)
    except RulebookError as error:
        print(error, file=sys.stderr)
        return REFUSED
    except _UnknownWord as error:
        print(error, file=sys.stderr)
        return UNKNOWN
    except BrokenPipeError:  # whoever reads has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gateway.rulebook", description=__doc__)
    parser.add_argument(
        "--folder", type=Path, default=RULES, help="another folder of rules than the project's"
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("check", help="check every rule and worked example")
    show = verbs.add_parser("show", help="tell one duty, rule of order or row in plain English")
    show.add_argument("id", help="such as R6.ARREST")
    compared = verbs.add_parser("compare", help="tell how two editions differ, duty by duty")
    compared.add_argument("one", help="such as VC2015")
    compared.add_argument("other", help="such as VC2020")
    rendered = verbs.add_parser("render", help="write the register of every row, in Markdown")
    rendered.add_argument("file", type=Path, nargs="?", help="where; left out, standard output")
    rendered.add_argument(
        "--check", action="store_true", help="write nothing; fail where the file differs"
    )
    return parser


def _check(read: RuleFiles, folder: Traversable) -> int:
    rulebook = load_rulebook(folder)
    drafts = load_drafts(rulebook, england_and_wales()) if folder == RULES else {}
    print(
        f"{len(read.rules)} rules, {len(read.order)} rules of order, "
        f"{len(read.not_observable)} rows not observable, {read.examples} examples, all come out"
    )
    if drafts:
        print(f"drafts, which are not the law, come out too: {', '.join(drafts)}")
    return DONE


def _shown(id_: str, read: RuleFiles) -> list[str]:
    told = {rule.duty.id: say_rule(rule) for rule in read.rules}
    told |= {one.rule.id: say_order(one) for one in read.order}
    told |= {row.id: say_not_observable(row) for row in read.not_observable}
    return told[_known(id_, told, "duty")]


def _known(word: str, known: Collection[str], what: str) -> str:
    if word not in known:
        raise _UnknownWord(f"'{word}' is no {what}: {suggest(word, known)}")
    return word


def _render(read: RuleFiles, file: Path | None, *, only_check: bool) -> int:
    text = render(read)
    if file is None:
        print(text, end="")
        return DONE
    if not only_check:
        file.write_text(text, encoding="utf-8")
        return DONE
    if file.is_file() and file.read_text(encoding="utf-8") == text:
        return DONE
    command = f"python -m gateway.rulebook render {file}"
    print(f"{file} differs from what the rules say: run {command}", file=sys.stderr)
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())

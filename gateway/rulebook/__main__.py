"""Checks every rule, draft and worked example: `python -m gateway.rulebook check`."""

import argparse
import sys

from gateway.rulebook import RulebookError, england_and_wales, load_drafts, load_rulebook
from gateway.rulebook.load import read_rules


def main() -> int:
    """Print what was checked and return 0, or print the refusals and return 1."""
    parser = argparse.ArgumentParser(prog="python -m gateway.rulebook", description=__doc__)
    parser.add_argument("command", choices=["check"])
    parser.parse_args()
    try:
        drafts = load_drafts(load_rulebook(), england_and_wales())
    except RulebookError as error:
        print(error, file=sys.stderr)
        return 1
    rules = read_rules()
    examples = sum(len(rule.examples) for rule in rules)
    print(f"{len(rules)} rules, {examples} examples, all come out")
    print(f"drafts, which are not the law, come out too: {', '.join(drafts)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

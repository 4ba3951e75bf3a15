"""Makes a token for this machine, or a new key to sign them with: the development issuer's command.

Run `python -m shared.access token ROLE [--organisation police/dorset] [--scope special_category]`
or `python -m shared.access rotate`.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import timedelta

from pydantic import ValidationError

from shared.access.caller import EVERY, ROLES, SPECIAL_CATEGORY
from shared.access.development import ALL_SENDERS, RealIssuer, local_issuer

FAILED, WRONG_OPTIONS = 1, 2
# Whom a token speaks for where nobody is named: on a laptop everybody, except for a reader.
EVERYBODY = {"sender": ALL_SENDERS, "inspector": (EVERY,)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Make what is asked for and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m shared.access", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    token = verbs.add_parser("token", help="print a token")
    token.add_argument("role", choices=sorted(ROLES))
    token.add_argument("--organisation", action="append", metavar="AGENCY/ORGANISATION")
    token.add_argument("--area", action="append", default=[], metavar="GSS", help="a partner's")
    token.add_argument("--scope", action="append", default=[], choices=[SPECIAL_CATEGORY])
    token.add_argument("--hours", type=float, default=1.0, help="how long it is good (default 1)")
    rotate = verbs.add_parser("rotate", help="sign with a new key from now on")
    rotate.add_argument("--forget", action="store_true", help="refuse tokens of the old keys")
    asked = parser.parse_args(arguments)
    if asked.verb == "token" and asked.role == "agency_reader" and not asked.organisation:
        token.error("an agency_reader sees its own organisation: name it with --organisation")
    try:
        issuer = local_issuer()
        if asked.verb == "rotate":
            issuer.rotate(forget=asked.forget)
        else:
            print(
                issuer.token(
                    asked.role,
                    organisations=asked.organisation or EVERYBODY.get(asked.role, ()),
                    areas=asked.area,
                    scopes=asked.scope,
                    good_for=timedelta(hours=asked.hours),
                )
            )
    except RealIssuer as error:
        print(error, file=sys.stderr)
        return FAILED
    except ValidationError as error:
        for fault in error.errors():
            print(f"{str(fault['loc'][0]).upper()}: {fault['msg']}.", file=sys.stderr)
        return WRONG_OPTIONS
    return 0


if __name__ == "__main__":
    sys.exit(main())

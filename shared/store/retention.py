"""Erases what events said, once it may no longer be kept: `python -m shared.store.retention`.

It signs in as the one role that may, which no service has: DATABASE_URL names the server with that
role's login; left out, it is the embedded one. What was erased cannot be brought back. The event's
identity and receipt stay, so that the same event, sent again, is known and brings nothing back.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from shared.problems import NotReady
from shared.settings import StoreSettings
from shared.store.access import Asker
from shared.store.address import database_for
from shared.store.embedded import CannotStart
from shared.store.store import Store
from shared.tracing import new_trace

DONE, FAILED, WRONG_QUESTION = 0, 1, 2
ROLE = "retention"


def run(arguments: Sequence[str]) -> int:
    """Return 0 when erased, 1 where the store cannot be reached, 2 where nothing has that name."""
    asked = _parser().parse_args(arguments)
    try:
        with database_for(ROLE, StoreSettings()) as url:
            erased = asyncio.run(_erase(asked, url))
    except (NotReady, CannotStart) as error:
        print(error, file=sys.stderr)
        return FAILED
    if erased is None:
        print("nothing is kept under that name, so nothing was erased", file=sys.stderr)
        return WRONG_QUESTION
    print(f"erased the content of {erased:,} event{'' if erased == 1 else 's'}")
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m shared.store.retention",
        description="Erase the content of one event with its corrections, or of a reference's "
        "events, for good.",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--event", nargs=2, metavar=("SOURCE", "ID"), help="an event, by its source and id"
    )
    what.add_argument("--reference", help="every event of a reference kept so far")
    parser.add_argument("--reason", required=True, help="why, in a phrase that names nobody")
    parser.add_argument("--who", required=True, help="who erases, as the access log is to say")
    parser.add_argument("--organisation", required=True, help="for which organisation")
    return parser


async def _erase(asked: argparse.Namespace, url: str) -> int | None:
    store = await Store.open(url, pool_size=1)
    by = Asker(
        who=asked.who,
        role=ROLE,
        organisation=asked.organisation,
        what=f"erase {asked.reference or ' '.join(asked.event)}: {asked.reason}",
        request=new_trace(),
    )
    try:
        if asked.reference:
            return await store.erase_reference(asked.reference, reason=asked.reason, by=by)
        source, id = asked.event
        return await store.erase_event(source, id, reason=asked.reason, by=by)
    finally:
        await store.close()


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))

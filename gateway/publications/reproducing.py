"""Counts a frozen figure again from the events, as they were known then, and says what differs.

Every journey is read and judged anew, page by page, so that memory does not grow with them. It is
done with the very rules, or not at all.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from gateway.publications.answers import DifferingCell, Reproduction, ReproductionOutcome
from gateway.publications.counting import Counting, differing
from gateway.publications.freezing import UNSETTLED, judged_by
from gateway.publications.frozen import FrozenFigure, JudgedThen, hash_of, tail_hash
from gateway.publications.kept import Edition
from gateway.publications.known import Known
from gateway.register.rows import Yardstick
from gateway.register.share import ALL_KEYS
from shared.problems import NotReady
from shared.store import Store

# References a page: some 8,000 events and a few megabytes.
PAGE = 500
ERASED_SINCE = "SELECT count(*) FROM erasure WHERE erased_at > $1"


async def reproduce(
    store: Store,
    yardstick: Yardstick,
    edition: Edition,
    now: datetime,
    show: Callable[[float, int], None],
) -> Reproduction:
    """Return what an edition comes to when it is counted from the events known at its freezing.

    `show` is told the share that is done and the journeys. Raises NotReady, also where what was
    being written at the freezing may not have landed yet.
    """
    figure = FrozenFigure.model_validate_json(edition.frozen)
    why = [*_tampered(edition, figure), *_otherwise(figure.judged_by, judged_by(yardstick))]
    if why:
        return Reproduction(
            edition=edition.number,
            run_at=now,
            outcome=ReproductionOutcome.CANNOT,
            why=why,
            journeys=0,
        )
    if now < figure.known.until + UNSETTLED:
        raise NotReady("It was frozen only just now: come again in half a minute.")
    counting = Counting(figure.counted.question(figure.as_of), yardstick)
    await _count(store, edition, figure.known.until, counting, show)
    cells = counting.cells(yardstick.rulebook)
    found = differing(
        ((cell.key, cell.counts) for cell in figure.cells),
        ((cell.key, cell.counts) for cell in cells),
    )
    ((erased,),) = await store.ask(ERASED_SINCE, edition.frozen_at)
    return Reproduction(
        edition=edition.number,
        run_at=now,
        outcome=ReproductionOutcome.DIFFERENT if found else ReproductionOutcome.EQUAL,
        why=[f"{erased:,} events were erased since, and say nothing any more."] if erased else [],
        journeys=counting.journeys,
        erased_since=erased,
        differing=[DifferingCell.of(*one) for one in found],
    )


async def _count(
    store: Store,
    edition: Edition,
    until: datetime,
    counting: Counting,
    show: Callable[[float, int], None],
) -> None:
    known = Known(edition.settled_at, edition.frozen_at, frozenset(edition.tail))
    after, more = UUID(int=0), True
    while more:
        keys = await store.read_keys(after=after, limit=PAGE, known_at=until)
        more = len(keys) == PAGE
        for record in await store.read_records(keys, known_at=until) if keys else ():
            counting.add(known.of(record))
        if keys:
            after = keys[-1]
            show(after.int / ALL_KEYS, counting.journeys)


def _tampered(edition: Edition, figure: FrozenFigure) -> list[str]:
    """Return, in words, what is not as it was frozen."""
    found = []
    if hash_of(edition.frozen).hex() != edition.sha256:
        found.append("What is kept is not what was frozen: its hash is another.")
    if tail_hash([str(id) for id in edition.tail]) != figure.known.tail_sha256:
        found.append("The events known then are not those kept: their hash is another.")
    return found


def _otherwise(then: JudgedThen, now: JudgedThen) -> list[str]:
    """Return, in words, by what this program judges or counts otherwise than was done then."""
    names = {
        "rulebook": "The rulebook",
        "calendar": "The calendar of working days",
        "silence_days": "The local standard of silence",
        "member_silence_days": "The local standard of silence for members of the contact scheme",
        "shape": "The shape of the register's rows",
        "classes": "What the classes of the tally are",
    }
    return [
        f"{words} is not what it was: {getattr(then, name)} then, {getattr(now, name)} now."
        for name, words in names.items()
        if getattr(then, name) != getattr(now, name)
    ]

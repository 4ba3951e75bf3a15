"""Says how far the register is behind the events, and by which yardstick its rows are judged."""

from dataclasses import dataclass
from datetime import datetime

from gateway.register.rows import SHAPE, Yardstick
from shared.store import Store
from shared.store.snapshot import Asks

# More than this is not counted: it is a great deal, and counting must not add to it.
COUNTED = 10_000
# Of how many that wait the oldest news is looked for.
LOOKED_AT = 200

ADD_YARDSTICK = """
INSERT INTO register_yardstick (rulebook, calendar, silence_days, member_silence_days, shape)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
"""
FIND_YARDSTICK = """
SELECT yardstick_id FROM register_yardstick
WHERE (rulebook, calendar, silence_days, member_silence_days, shape) = ($1, $2, $3, $4, $5)
"""

# In one snapshot. Keys are hashes, so that the first of those that wait are as good as any.
LAG = """
SELECT
    (SELECT revision FROM register_state) AS revision,
    (SELECT count(*) FROM (
        SELECT FROM reference WHERE behind LIMIT $2 + 1
    ) AS waiting) AS behind,
    (SELECT count(*) FROM (
        (SELECT FROM register_journey WHERE yardstick_id < $1 LIMIT $2 + 1)
        UNION ALL
        (SELECT FROM register_journey WHERE yardstick_id > $1 LIMIT $2 + 1)
    ) AS otherwise) AS judged_otherwise,
    (SELECT min(received_at) FROM (
        SELECT reference_id FROM reference
        WHERE behind ORDER BY reference_id LIMIT $3
    ) AS waiting
    LEFT JOIN register_reference AS kept USING (reference_id)
    CROSS JOIN LATERAL (
        SELECT min(received_at) AS received_at FROM event
        WHERE event.reference_id = waiting.reference_id
          AND (told_until IS NULL OR received_at > told_until)
    ) AS untold) AS waiting_since
"""


@dataclass(frozen=True, slots=True)
class Lag:
    """How far the register is behind.

    `revision` rises with every change of it. `behind` is how many references wait to be projected
    and `judged_otherwise` how many journeys to be judged by the rules in force, neither counted
    beyond COUNTED: one more then. `waiting_since` is when (UTC) we were told of the oldest event
    among the first LOOKED_AT that wait, None where no event does.
    """

    revision: int
    behind: int
    judged_otherwise: int
    waiting_since: datetime | None

    @property
    def is_up_to_date(self) -> bool:
        """Whether the register holds all that was known, judged by the rules in force."""
        return not self.behind and not self.judged_otherwise


async def read_lag(store: Asks, yardstick: Yardstick) -> Lag:
    """Return how far the register is behind, seen by one yardstick. Raises NotReady."""
    number = await find_yardstick(store, yardstick)
    # The numbers of yardsticks begin with 1: by one that nobody has used, all is judged otherwise.
    (row,) = await store.ask(LAG, number or 0, COUNTED, LOOKED_AT)
    return Lag(
        row["revision"],
        min(row["behind"], COUNTED + 1),
        min(row["judged_otherwise"], COUNTED + 1),
        row["waiting_since"],
    )


async def find_yardstick(store: Asks, yardstick: Yardstick) -> int | None:
    """Return the number by which rows say that they were judged by this yardstick, if any do."""
    rows = await store.ask(FIND_YARDSTICK, *_words_of(yardstick))
    return int(rows[0]["yardstick_id"]) if rows else None


async def number_of(store: Store, yardstick: Yardstick) -> int:
    """Return the number of a yardstick, the same for ever; give it one where it has none."""
    number = await find_yardstick(store, yardstick)
    if number is None:
        await store.ask(ADD_YARDSTICK, *_words_of(yardstick))
        return await number_of(store, yardstick)
    return number


def _words_of(yardstick: Yardstick) -> tuple[str, str, int, int, int]:
    standard = yardstick.standard
    return (
        yardstick.rulebook.hash,
        yardstick.calendar.hash,
        standard.days,
        standard.member_days,
        SHAPE,
    )

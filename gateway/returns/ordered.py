"""Counts how rules of order came out over many journeys, of those that are counted, by area."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from gateway.figures.areas import AREAS, AreaKind, area_of
from gateway.figures.metrics import metrics
from gateway.figures.periods import Period
from gateway.journey.order import Outcome
from shared.codes.lists import Organisation
from shared.store import Store

# The one metric by which rules of order are counted, and how each of them may come out.
ORDER_METRIC = metrics()["kept-in-order"]
UNKNOWN = "unknown"
OUTCOMES = (*(outcome.value for outcome in Outcome), UNKNOWN)

_COUNT = """
SELECT rule, force, agency, organisation, date_trunc('month', then_on)::date AS month,
       CASE WHEN unknown_from <= $4 THEN 'unknown' ELSE outcome END AS outcome, count(*) AS often
FROM register_order
WHERE rule = ANY ($1::text[]) AND then_on >= $2 AND then_on < $3 AND then_at <= $4
GROUP BY 1, 2, 3, 4, 5, 6
"""


async def count_orders(
    store: Store,
    rules: Collection[str],
    period: Period,
    kind: AreaKind,
    *,
    as_of: datetime,
) -> Mapping[tuple[str, Organisation | None], Mapping[str, int]]:
    """Return how often rules came out how by a moment (UTC), by rule and by area of a kind.

    It is of the area of the force that had the journey or, for an area of the kind of whoever
    answers for the order, of theirs. Raises NotReady.
    """
    found: dict[tuple[str, Organisation | None], Counter[str]] = {}
    asked = (sorted(rules), period.first, period.after, as_of)
    for row in await store.ask(_COUNT, *asked):
        key = row["rule"], _area(row, kind)
        found.setdefault(key, Counter())[row["outcome"]] += row["often"]
    return found


def _area(row: Any, kind: AreaKind) -> Organisation | None:
    agency, _ = AREAS[kind]
    own = row["agency"] == agency and row["organisation"] is not None
    party = (agency, row["organisation"]) if own else ("police", row["force"])
    return area_of(party, kind, row["month"])

"""The rows of a what-if table: one for each obligation that differs, each naming its draft.

Each says how it is to be handled too, because rows are cut out of tables and passed on.
"""

from collections.abc import Iterator

from gateway.journey.difference import Difference, DraftRulebook
from gateway.journey.obligation import Obligation
from shared.handling import HANDLING

Row = tuple[str, ...]

_SIDE = ("owner", "organisation", "edition", "due_on", "standing", "breach")
HEADINGS: Row = (
    "handling",
    "not_the_law_draft",
    "journey",
    "reference",
    "obligation",
    "rule",
    "right",
    "trigger",
    "trigger_day",
    "suspect",
    "ways",
    *(f"{side}_{name}" for side in ("before", "after") for name in _SIDE),
)


def rows_of(difference: Difference, draft: DraftRulebook) -> Iterator[Row]:
    """Yield a row for each obligation of a journey that differs; days are London days."""
    for pair, sides in difference.differing:
        either = pair.either
        yield (
            HANDLING,
            draft.name,
            str(difference.membership.id),
            difference.membership.name,
            either.id,
            either.duty.id,
            str(either.duty.right),
            either.start.type,
            str(either.start.day),
            either.start.suspect or "",
            " ".join(sides.ways),
            *_side(pair.before),
            *_side(pair.after),
        )


def _side(obligation: Obligation | None) -> Row:
    if obligation is None:
        return ("",) * len(_SIDE)
    due_on = obligation.due_on
    return (
        obligation.owner,
        obligation.organisation or "",
        obligation.terms.edition,
        "" if due_on is None else str(due_on),
        obligation.standing,
        "true" if obligation.is_breach else "false",
    )

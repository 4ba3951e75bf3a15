"""A journey's record from the rows in which the statements of `statements` and `pages` tell it."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from pydantic_core import from_json

from shared.feed_silence import SilenceWord, noticed_of
from shared.interruption import KeptDeclaration, interruptions_of
from shared.journey_event import ErasedEvent, JourneyRecord, KeptEvent, KnownReference
from shared.store.feed_silences import word_of
from shared.store.feeds import declaration_of

# After its origin a row tells an event and its reference: taken by place at once, and not by
# fourteen names, because there is a row for every event.
_EVENT = slice(1, 15)


def records_of(rows: Sequence[Any]) -> list[JourneyRecord]:
    """Return the records of some rows, those of one origin after the other."""
    return [record_of(list(own)) for _, own in groupby(rows, itemgetter(0))]


def record_of(rows: Sequence[Any]) -> JourneyRecord:
    """Return the record of the rows of one origin; those without a reference are interruptions."""
    references: dict[str, KnownReference] = {}
    events: list[KeptEvent] = []
    erased: list[ErasedEvent] = []
    declarations: list[KeptDeclaration] = []
    noticed: list[SilenceWord] = []
    for row in rows:
        (
            key,
            reference,
            first_received_at,
            version,
            event_id,
            source,
            id_,
            type_,
            occurred_at,
            precision,
            recorded_at,
            received_at,
            data,
            backfill,
        ) = row[_EVENT]
        if key is None:
            if row["withdrawn"] is None:
                declarations.append(declaration_of(row))
            else:
                noticed.append(word_of(row))
            continue
        if reference not in references:
            references[reference] = KnownReference(
                reference=reference,
                reference_id=key,
                first_received_at=first_received_at,
                version=version,
            )
        if data is not None:
            events.append(
                KeptEvent(
                    source=source,
                    id=id_,
                    type=type_,
                    reference=reference,
                    occurred_at=occurred_at,
                    data=from_json(data),
                    precision=precision,
                    recorded_at=recorded_at,
                    backfill=backfill,
                    received_at=received_at,
                    event_id=event_id,
                )
            )
        elif event_id is not None:
            erased.append(
                ErasedEvent(
                    source=source,
                    reference=reference,
                    occurred_at=occurred_at,
                    precision=precision,
                    received_at=received_at,
                )
            )
    return JourneyRecord(
        references=tuple(
            sorted(
                references.values(), key=lambda known: (known.first_received_at, known.reference)
            )
        ),
        events=tuple(events),
        erased=tuple(erased),
        interruptions=(
            interruptions_of(declarations) + noticed_of(noticed) if declarations or noticed else ()
        ),
    )

"""Takes from the record of a journey what was not known when a figure was frozen."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from shared.interruption import Interruption
from shared.journey_event import JourneyRecord, KeptEvent


@dataclass(frozen=True, slots=True)
class Known:
    """Which events were known: those received by `settled_at`, and those of `tail`; UTC.

    Words on feeds were known that had come by `settled_at`: while one had only just come, nothing
    was frozen.
    """

    settled_at: datetime
    known_at: datetime
    tail: frozenset[UUID]

    def of(self, record: JourneyRecord) -> JourneyRecord:
        """Return the record as it was then.

        What was erased since says nothing any more, and is left as it is now.
        """
        events = tuple(event for event in record.events if self._knew(event))
        named = {name for event in events for name in _names(event)}
        return replace(
            record,
            events=events,
            references=tuple(
                one
                for one in record.references
                if one.first_received_at <= self.settled_at or one.reference in named
            ),
            interruptions=tuple(
                then for one in record.interruptions if (then := self._as_known(one)) is not None
            ),
            # They have no names any more by which the last of them could be told apart.
            erased=tuple(one for one in record.erased if one.received_at <= self.known_at),
        )

    def _knew(self, event: KeptEvent) -> bool:
        return event.received_at <= self.settled_at or event.event_id in self.tail

    def _as_known(self, one: Interruption) -> Interruption | None:
        if one.declared_at > self.settled_at:
            return None
        if one.replaced_at is not None and one.replaced_at > self.settled_at:
            return replace(one, replaced_at=None)
        return one


def _names(event: KeptEvent) -> Iterator[str]:
    """Yield the references of which an event has us hear: its own, and that of a link."""
    yield event.reference
    content = event.data.get("content")
    corrected = content.get("data") if isinstance(content, dict) else None
    for said in (event.data, corrected):
        other = said.get("reference") if isinstance(said, dict) else None
        if isinstance(other, str):
            yield other

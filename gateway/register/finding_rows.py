"""The register's rows of what was found on one journey, and of whose report it is."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from gateway.journey.duty import Rulebook
from gateway.journey.findings.finders import find_all
from gateway.journey.findings.finding import Evidence
from gateway.journey.findings.meanings import is_special, resting_on_special
from gateway.journey.findings.repeats import victims_of
from gateway.journey.story import Story


class FindingRow(NamedTuple):
    """A row of `register_finding`: moments in UTC, `holds_until` None for good.

    The events it rests on are in order of time, `event_sources[n]` and `event_ids[n]` are one's.
    """

    journey_id: UUID
    holds_from: datetime
    kind: str
    about: str
    holds_until: datetime | None
    agency: str | None
    organisation: str | None
    stage: int | None
    days: int | None
    says: str
    special: bool
    event_sources: list[str]
    event_ids: list[str]
    obligation_ids: list[bytes]


class VictimRow(NamedTuple):
    """A row of `register_victim`: a pseudonym, and when (UTC) a report first bore it."""

    journey_id: UUID
    victim_key: str
    reported_at: datetime


def finding_rows(journey_id: UUID, evidence: Evidence, rulebook: Rulebook) -> Iterator[FindingRow]:
    """Yield what was found on a journey, in order of time."""
    found = find_all(evidence)
    resting: frozenset[bytes] = frozenset()
    if any(finding.obligations for finding in found):
        resting = resting_on_special(evidence, rulebook)
    for finding in found:
        yield FindingRow(
            journey_id,
            finding.holds_from,
            finding.kind.value,
            finding.about,
            finding.holds_until,
            finding.agency,
            finding.organisation,
            None if finding.stage is None else int(finding.stage),
            finding.days,
            finding.says,
            is_special(finding, resting),
            [event.source for event in finding.events],
            [event.id for event in finding.events],
            list(finding.obligations),
        )


def victim_rows(journey_id: UUID, story: Story) -> Iterator[VictimRow]:
    """Yield the pseudonyms that the reports of a journey bear."""
    for key, reported_at in victims_of(story).items():
        yield VictimRow(journey_id, key, reported_at)

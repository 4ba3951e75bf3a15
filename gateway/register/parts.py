"""What each organisation's own part of a record says that it owes, where others are on it too.

An organisation is told of its duties as what it holds alone tells them: a link must not open what
others hold, nor betray it by the way a duty stands. For most duties the part and the whole journey
say the same, and the whole journey's row says that they do. Only where they differ is there a row
of the part itself, under the name by which the organisation knows the journey.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from uuid import UUID

from gateway.journey.duty import Rulebook
from gateway.journey.limits import AGENCY_OF
from gateway.journey.marks import MARKS
from gateway.journey.membership import Membership, journeys_of
from gateway.journey.obligations import follow_all
from gateway.journey.part import SENT_TO, owes, part_of
from gateway.journey.stages import course_of
from gateway.register.rows import (
    FOR_GOOD,
    MarkRow,
    ObligationRow,
    PartMarkRow,
    PartRow,
    Row,
    Rows,
    Yardstick,
    marks,
    obligation_rows,
)
from shared.access.caller import Party, View
from shared.journey_event import JourneyRecord, speaker

Holdings = Mapping[Party, set[str]]


def holdings_of(record: JourneyRecord) -> Holdings:
    """Return the organisations that sent something of a record, or were sent something by name.

    With each are the types of what it holds.
    """
    holdings: dict[Party, set[str]] = defaultdict(set)
    for source, type_ in {(event.source, event.type) for event in record.events}:
        holdings[speaker(source)].add(type_)
    for event in [event for event in record.events if event.type in SENT_TO]:
        agency, field = SENT_TO[event.type]
        organisation = event.data.get(field)
        if organisation is not None:
            holdings[agency, organisation].add(event.type)
    for erased in record.erased:
        holdings[speaker(erased.source)].add("")  # of which nothing is known any more
    return holdings


def add_parts(
    rows: Rows,
    record: JourneyRecord,
    holdings: Holdings,
    journeys: Mapping[UUID, UUID],
    yardstick: Yardstick,
) -> None:
    """Add what every holder's part says, and mark the rows of which it says the same.

    `journeys` are the journeys of the record's references. Who holds nothing that starts a duty of
    its own owes nothing on its part, which need not be judged.
    """
    for party in sorted(holdings):
        if holdings[party].isdisjoint(starting(yardstick.rulebook, party[0])):
            continue
        view = View(frozenset({party}), special=True)
        for membership in journeys_of(part_of(record, view)):
            journey_id = journeys[membership.references[0].reference_id]
            _add_part(rows, journey_id, membership, party, yardstick)


def _add_part(
    rows: Rows, journey_id: UUID, membership: Membership, party: Party, yardstick: Yardstick
) -> None:
    agency, organisation = party
    view = View(frozenset({party}), special=True)
    rulebook = owed_by(yardstick.rulebook, agency)
    story = membership.story(as_of=FOR_GOOD)
    course = course_of(story)
    followed = follow_all(rulebook, story, yardstick.calendar, course=course)
    own = [one for one in followed.obligations if not one.demand.is_window and owes(one, view)]
    beside: dict[bytes, list[MarkRow]] = {}
    told = obligation_rows(journey_id, own, course, None)
    for mark in marks(story, own, told):
        beside.setdefault(mark.obligation_id, []).append(mark)
    of_whole, known_by_its_name = rows["register_obligation"], journey_id == membership.id
    for row in told:
        marked = beside.get(row.obligation_id, [])
        if known_by_its_name:
            key = (journey_id, row.obligation_id)
            if of_whole.get(key) == row and marked == _marks_beside(rows, key):
                of_whole[key] = ObligationRow._make((*row[:-1], True))  # in its part
                continue
        part = part_row(row, organisation, membership)
        rows["register_part"][part[:3]] = part
        for mark in marked:
            noted = PartMarkRow(journey_id, organisation, *mark[1:])
            rows["register_part_mark"][noted[:4]] = noted


def part_row(row: ObligationRow, organisation: str, membership: Membership) -> PartRow:
    """Return what a part says of one obligation, under the name that the part has."""
    return PartRow(
        row.journey_id,
        organisation,
        row.obligation_id,
        membership.id,
        membership.name,
        row.rule,
        row.owner,
        *row[5:-1],
    )


def _marks_beside(rows: Rows, key: tuple[UUID, bytes]) -> list[Row]:
    """Return the marks of the whole journey beside an obligation, in the order of MARKS."""
    kept = rows["register_mark"]
    if not kept:
        return []
    return [kept[(*key, mark)] for mark in MARKS if (*key, mark) in kept]


@lru_cache(maxsize=32)
def owed_by(rulebook: Rulebook, agency: str) -> Rulebook:
    """Return the duties that an agency may owe, each whole, without those to keep in touch.

    Those of `any` provider, whoever it falls to, are among them.
    """
    return Rulebook(
        tuple(
            duty
            for duty in rulebook.duties
            if any(_may_owe(t.owner or duty.owner, agency) for t in duty.terms)
            and not all(start.silence for start in duty.all_starts)
        ),
        rulebook.hash,
    )


@lru_cache(maxsize=32)
def starting(rulebook: Rulebook, agency: str) -> frozenset[str]:
    """Return the types of the facts that start a duty of an agency, itself or by news of it."""
    return frozenset(
        type_
        for duty in owed_by(rulebook, agency).duties
        for start in duty.all_starts
        for type_ in (*start.facts, *start.told_about, *filter(None, (start.else_fact,)))
    )


def _may_owe(owner: str, agency: str) -> bool:
    """Say whether what this owner owes may fall to an agency."""
    return owner == "any" or AGENCY_OF.get(owner) == agency

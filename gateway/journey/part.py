"""The part of a journey that a caller may see: what its organisations hold, and what they owe.

An organisation holds what it sent, and what was sent to it by name: a referral to its region, a
file to its Area. Links open nothing by themselves, so that nobody links their way into another's
journey: a part is followed from what is held alone, and whatever others say cannot change it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from gateway.journey.limits import AGENCY_OF
from gateway.journey.obligation import Followed, Obligation, agency_of
from gateway.journey.story import ABOUT_EVENTS, ABOUT_REFERENCES
from gateway.journey.timeline import Entry, Timeline, row_of
from shared.access.caller import Party, View
from shared.journey_event import ErasedEvent, JourneyRecord, KeptEvent, speaker

# The types that are sent to an organisation by name: whose agency, and the field that names it.
SENT_TO: Mapping[str, tuple[str, str]] = {
    "contact_scheme.referred": ("probation", "region"),
    "file.submitted": ("cps", "to"),
}
NOT_SEEN = (
    "What other organisations sent, what they owe, and the references that only they use.",
    "Silences, gaps and duties to keep in touch: whether nobody spoke is known from all events.",
    "News that another organisation gave: it may have answered what stands open here.",
)


def part_of(record: JourneyRecord, view: View) -> JourneyRecord:
    """Return what a caller's organisations hold of a record, as if nothing else were kept."""
    if view.organisations is None:
        return record
    sources = {event.source for event in record.events}  # few, so that each is asked about once
    sources = {source for source in sources if view.holds(*speaker(source))}
    own = [event for event in record.events if event.source in sources]
    sent = [event for event in record.events if event.type in SENT_TO and is_sent_to(event, view)]
    links = links_of(sent, record) if sent else []
    amending = [event for event in record.events if event.type in ABOUT_EVENTS]
    seen = {id(event): event for event in (*own, *sent, *links)}
    while more := amendments_of(seen.values(), amending):
        seen |= {id(event): event for event in more}
    erased = tuple(event for event in record.erased if view.holds(*speaker(event.source)))
    held = {event.reference for event in (*own, *sent)} | {one.reference for one in erased}
    events = tuple([event for event in record.events if id(event) in seen])
    first = first_received((*events, *erased))
    return JourneyRecord(
        references=tuple(
            sorted(
                (
                    replace(reference, first_received_at=first[reference.reference])
                    for reference in record.references
                    if reference.reference in held
                ),
                key=lambda known: (known.first_received_at, known.reference),
            )
        ),
        events=events,
        interruptions=tuple(
            one for one in record.interruptions if view.holds(one.agency, one.organisation)
        ),
        erased=erased,
    )


def is_sent_to(event: KeptEvent, view: View) -> bool:
    """Say whether an event was sent to one of a caller's organisations by name."""
    agency, field = SENT_TO.get(event.type, ("", ""))
    return agency != "" and view.holds(agency, event.data.get(field))


def links_of(sent: Iterable[KeptEvent], record: JourneyRecord) -> list[KeptEvent]:
    """Return the links by which whoever sent an event to us said whose victim it is about."""
    opened: set[tuple[Party, str]] = {(speaker(e.source), e.reference) for e in sent}
    return [
        link
        for link in record.events
        if link.type in ABOUT_REFERENCES
        and not opened.isdisjoint(
            (speaker(link.source), end) for end in (link.reference, link.data["reference"])
        )
    ]


def amendments_of(seen: Iterable[KeptEvent], amending: Sequence[KeptEvent]) -> list[KeptEvent]:
    """Return the corrections and withdrawals, by who sent it, of what is seen already."""
    if not amending:
        return []
    seen = list(seen)
    known = {id(event) for event in seen}
    targets = {(event.source, event.id) for event in seen}
    return [
        by
        for by in amending
        if id(by) not in known
        and (by.data["event"]["source"], by.data["event"]["id"]) in targets
        and speaker(by.source) == speaker(by.data["event"]["source"])
    ]


def first_received(events: Iterable[KeptEvent | ErasedEvent]) -> dict[str, datetime]:
    """Return when (UTC) each reference was first heard of, as far as these events tell.

    When somebody else first used it is theirs, and would tell that they did.
    """
    first: dict[str, datetime] = {}
    for event in events:
        at = first.get(event.reference)
        if at is None or event.received_at < at:
            first[event.reference] = event.received_at
    return first


def followed_part(followed: Followed, view: View) -> Followed:
    """Return what a caller's organisations owe, of what was followed on their part."""
    if view.organisations is None:
        return followed
    agencies = {agency for agency, _ in view.organisations}
    return Followed(
        obligations=tuple(one for one in followed.obligations if owes(one, view)),
        not_owed=tuple(
            one for one in followed.not_owed if agency_of(one.demand, one.start) in agencies
        ),
    )


def owes(obligation: Obligation, view: View) -> bool:
    """Say whether an obligation is a caller's organisation's, or the victim's own time to act."""
    if view.organisations is None:
        return True
    if obligation.silence is not None:
        return False
    return obligation.demand.is_window or view.holds(obligation.agency, obligation.organisation)


def timeline_part(timeline: Timeline, view: View) -> Timeline:
    """Return a timeline without what a part cannot tell: others' duties, silences and findings."""
    if view.organisations is None:
        return timeline
    followed = followed_part(timeline.followed, view)
    owed = {id(one) for one in followed.obligations}
    agencies = {agency for agency, _ in view.organisations}
    return replace(
        timeline,
        followed=followed,
        silences=(),
        entries=tuple(
            entry
            for entry in timeline.entries
            if entry.kind is not Entry.GAP
            and (entry.obligation is None or id(entry.obligation) in owed)
        ),
        stages=tuple(
            row_of(row.span, timeline.story, timeline.course, followed, ())
            for row in timeline.stages
        ),
        order=tuple(
            one
            for one in timeline.order
            if AGENCY_OF.get(one.rule.owner, one.rule.owner) in agencies
        ),
        findings=(),
    )

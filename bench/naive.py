"""The heart's honest rival: the same duties followed plainly, day by day, event by event.

Written from the readings alone, with nothing of the heart but the rulebook's values, so that the
two also check each other. It explains nothing, and knows no corrections and no withdrawals.
"""

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from holidays import country_holidays

from gateway.journey.duty import (
    Allowance,
    Answer,
    Clock,
    Condition,
    Counts,
    Duty,
    Kind,
    Rulebook,
    Start,
    Terms,
    Unit,
)
from gateway.journey.readings import CLOCK_TOLERANCE, MOST_SERIOUS
from shared.journey_event import KeptEvent
from shared.london import LONDON
from shared.words import WRITTEN

CONTACTS = ("victim.told", "victim.offered")
ENDS_A_MEMBERSHIP = ("discharge", "death", "deportation")
ENDS_A_CASE = ("prosecution.declined", "disposal.given", "offender.sentenced")
# These put their suspect into the case; so does every suspect.* fact.
BRINGS_IN = ("investigation.decided", "file.submitted", "case.concluded", "offender.sentenced")


class Verdict(NamedTuple):
    """One obligation: the rule, the event that started it, its limit (UTC, exclusive), standing."""

    rule: str
    source: str
    id: str
    suspect: str | None
    due: datetime | None
    standing: str


@dataclass(slots=True)
class Thing:
    """A fact or a contact: when (UTC, London day), about whom, what was said, and its events."""

    type: str
    at: datetime
    day: date
    by_day: bool
    suspect: str | None
    hearing: str | None
    data: dict[str, Any]
    events: list[KeptEvent]


# A fact, whether the case was open after it, and whether its last stage had begun.
Step = tuple[Thing, bool, bool]


def bank_holidays() -> frozenset[date]:
    """Return the bank holidays of England and Wales, 2006 to 2028."""
    return frozenset(country_holidays("GB", subdiv="ENG", years=range(2006, 2029)))


def follow_plainly(
    events: Sequence[KeptEvent], rulebook: Rulebook, days_off: frozenset[date], as_of: datetime
) -> list[Verdict]:
    """Return a verdict for everything the rulebook asked on one journey, seen from a moment."""
    things = read(events, as_of)
    verdicts = []
    for duty in rulebook.duties:
        if duty.starts.silence:
            verdicts += silences(duty, things, days_off, as_of)
        begun = set()
        for starts in starts_of(duty):
            for fact in things:
                start = started(duty, starts, fact, things)
                if start is None:
                    continue
                terms = terms_of(duty, start.day, starts)
                if fact.type in starts.told_about and terms is not None:
                    turn = start.events[0].source, start.events[0].id, start.suspect
                    if turn in begun:
                        continue
                    begun.add(turn)
                while terms is not None and owed(duty, terms, start, fact, things):
                    verdict, answer = judge(duty, terms, starts, start, things, days_off, as_of)
                    verdicts.append(verdict)
                    if not duty.repeats or answer is None:
                        break
                    turn = answer.events[0].source, answer.events[0].id, start.suspect
                    if turn in begun:
                        break
                    begun.add(turn)
                    start = fact = replace(
                        start,
                        at=answer.at,
                        day=answer.day,
                        by_day=answer.by_day,
                        events=answer.events,
                    )
                    terms = terms_of(duty, start.day, starts)
    return verdicts


def starts_of(duty: Duty) -> list[Start]:
    """Return what starts a duty, in any of its editions."""
    every = [duty.starts]
    for terms in duty.terms:
        if terms.starts is not None and terms.starts not in every:
            every.append(terms.starts)
    return every


def read(events: Sequence[KeptEvent], as_of: datetime) -> list[Thing]:
    """Return what had happened by a moment, in order of time, each fact once."""
    things: list[Thing] = []
    seen_on = day_of(as_of)
    for event in events:
        day = day_of(event.occurred_at)
        by_day = event.precision == "day"
        if day > seen_on if by_day else event.occurred_at > as_of:
            continue
        at = start_of(day) if by_day else event.occurred_at
        suspect = suspect_of(event, events)
        hearing = event.data.get("hearing")
        data = {**event.data, "type": event.type}
        things.append(Thing(event.type, at, day, by_day, suspect, hearing, data, [event]))
    things.sort(key=lambda thing: (thing.at, thing.events[0].source, thing.events[0].id))
    once: list[Thing] = []
    for thing in things:
        twin = next((one for one in reversed(once) if is_twin(one, thing)), None)
        if twin is None:
            once.append(thing)
            continue
        twin.hearing = twin.hearing or thing.hearing
        twin.data = {**thing.data, **twin.data}
        twin.events = [*twin.events, *thing.events]
    return once


def is_twin(one: Thing, other: Thing) -> bool:
    """Say whether two facts are one, told by two agencies."""
    return (
        one.type == other.type
        and one.type not in CONTACTS
        and one.day == other.day
        and one.suspect == other.suspect
        and same(one.hearing, other.hearing)
        and all(event.agency != other.events[0].agency for event in one.events)
    )


def suspect_of(event: KeptEvent, events: Sequence[KeptEvent]) -> str | None:
    """Return the police's label of the suspect an event speaks of."""
    label: str | None = event.data.get("suspect")
    if label is None or event.agency == "police":
        return label
    known = {e.data["suspect"] for e in events if e.agency == "police" and "suspect" in e.data}
    for link in events:
        if link.type == "reference.linked" and link.agency == "police":
            known |= set(link.data.get("suspects", {}).values())
    if len(known) == 1:
        return str(known.pop())
    for link in events:
        if link.type == "reference.linked" and link.data["reference"] == event.reference:
            label = link.data.get("suspects", {}).get(label, label)
    return label


def started(duty: Duty, starts: Start, fact: Thing, things: list[Thing]) -> Thing | None:
    """Return what started a duty's clock, if this fact or the news of it did."""
    if fact.type in starts.told_about:
        if not starts.where.holds(fact.data, fact.type):
            return None
        if starts.decided_by and all(e.agency != starts.decided_by for e in fact.events):
            return None
        for telling in things:
            if (
                tells_of(telling, fact, fact.type)
                and not before(telling, fact)
                and entitled(telling, things)
            ):
                return replace(telling, suspect=fact.suspect, hearing=fact.hearing, data=fact.data)
        return None
    if fact.type == starts.else_fact:
        if any(
            other.type in starts.facts
            and same(other.suspect, fact.suspect)
            and not before(fact, other)
            for other in things
        ):
            return None
    elif fact.type not in starts.facts:
        return None
    if not starts.where.holds(fact.data, fact.type):
        return None
    return None if asked_before(duty, starts, fact, things) else fact


def asked_before(duty: Duty, starts: Start, fact: Thing, things: list[Thing]) -> bool:
    """Say whether an older edition, which starts otherwise, had already asked for the same."""
    for terms in duty.terms:
        older = terms.starts
        if older is None or older == starts:
            continue
        starting = None
        for thing in things:
            if (
                thing.type in older.facts
                and older.where.holds(thing.data, thing.type)
                and same(thing.suspect, fact.suspect)
                and not before(fact, thing)
            ):
                starting = thing
        if starting is not None and duty.terms_on(starting.day) is terms:
            return True
    return False


def terms_of(duty: Duty, day: date, starts: Start) -> Terms | None:
    """Return the terms of a day, if they begin with this start."""
    for terms in duty.terms:
        if terms.in_force <= day:
            wanted = terms.starts or duty.starts
            return terms if wanted == starts else None
    return None


def owed(duty: Duty, terms: Terms, start: Thing, fact: Thing, things: list[Thing]) -> bool:
    """Say whether the duty was owed at a start, to anybody."""
    for condition in duty.conditions:
        if condition.earlier is None:
            holds = condition.where.holds(fact.data, fact.type)
        else:
            holds = any(
                thing.type == condition.earlier
                and condition.where.holds(thing.data, thing.type)
                and same(thing.suspect, fact.suspect)
                and not before(start, thing)
                and not any(undoes(other, thing, start, condition) for other in things)
                for thing in things
            )
            holds = holds is not condition.absent
        if not holds:
            return False
    if terms.organisations:
        speakers = [e for e in start.events if e.agency == "cps"]
        speakers += [e for thing in things for e in thing.events if e.agency == "cps"]
        if not speakers or speakers[0].organisation not in terms.organisations:
            return False
    return somebody(start, things)


def undoes(other: Thing, thing: Thing, start: Thing, condition: Condition) -> bool:
    """Say whether one thing had undone another by a start."""
    return (
        other.type == condition.undone_by
        and same(other.suspect, thing.suspect)
        and thing.at <= other.at
        and not before(start, other)
    )


def somebody(start: Thing, things: list[Thing]) -> bool:
    """Say whether this journey's victim is the one to be owed anything at a start."""
    named = [t for t in things if t.type not in CONTACTS and t.data.get("named_contact")]
    if kind_of(things) == "business" and (not named or start.day < named[0].day):
        return False
    for thing in things:
        representative = thing.data.get("representative", {})
        if (
            thing.type == "preferences.agreed"
            and representative.get("kind") == "spokesperson"
            and "reference" in representative
        ):
            return start.day < thing.day
    return True


def judge(
    duty: Duty,
    terms: Terms,
    starts: Start,
    start: Thing,
    things: list[Thing],
    days_off: frozenset[date],
    as_of: datetime,
) -> tuple[Verdict, Thing | None]:
    """Return how one obligation stands, and what answered it."""
    owner = terms.owner or duty.owner
    owner = start.events[0].agency if owner == "any" else owner
    owner = "police" if owner == "wcu" else owner
    met_by = terms.met_by or duty.met_by
    allowed = terms.within_enhanced if enhanced(start.day, things) else terms.within
    counted_from: datetime | None = start.at
    if starts.clock is Clock.RECEIVED:
        counted_from = receipt(start, owner)
    if counted_from is not None and starts.not_before is not None:
        for thing in things:
            if thing.type == starts.not_before and same(thing.suspect, start.suspect):
                counted_from = max(counted_from, thing.at)
                break
    if counted_from is not None and counted_from > as_of:
        counted_from = None
    due = None
    if counted_from is not None and allowed is not None:
        due = limit(counted_from, allowed, days_off)
    answer = answered(start, met_by, things, as_of, repeats=duty.repeats)
    ended = ended_at(duty, met_by, start, things)
    if ended is not None and due is not None and ended >= due:
        ended = None
    opted_out = declined(start.at, scopes_of(duty, met_by, start), things)
    if ended is not None and answer is not None and answer.at <= ended and not opted_out:
        ended = None
    if ended is not None or opted_out:
        standing, answer = "ended", None
    elif allowed is None:
        standing = "recorded" if answer is not None else "nothing_recorded"
    elif counted_from is None:
        standing = "not_started"
    elif answer is not None:
        standing = "met" if due is None or answer.at < due else "met_late"
    elif due is None or as_of < due:
        standing = "pending"
    else:
        standing = "ended" if duty.kind is Kind.WINDOW else "overdue"
    event = start.events[0]
    return Verdict(duty.id, event.source, event.id, start.suspect, due, standing), answer


def receipt(start: Thing, owner: str) -> datetime | None:
    """Return when the owner heard of a fact, by its own word or by when it keyed or sent it."""
    stated = [
        datetime.fromisoformat(event.data["received_at_wcu"])
        for event in start.events
        if "received_at_wcu" in event.data
    ]
    if stated:
        return max(start.at, min(stated))
    for event in start.events:
        if event.agency == owner:
            return max(start.at, event.recorded_at or event.received_at)
    return None


def limit(counted_from: datetime, allowed: Allowance, days_off: frozenset[date]) -> datetime:
    """Return the exclusive instant (UTC) at which a limit ends."""
    if allowed.unit is Unit.HOURS:
        return counted_from + timedelta(hours=allowed.count)
    day = day_of(counted_from)
    if allowed.unit is Unit.WORKING_DAYS:
        left = allowed.count
        while left:
            day += timedelta(days=1)
            if day.weekday() < 5 and day not in days_off:
                left -= 1
    elif allowed.unit is Unit.MONTHS:
        months = day.year * 12 + day.month - 1 + allowed.count
        year, month = months // 12, months % 12 + 1
        day = date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
    else:
        week = 7 if allowed.unit is Unit.WEEKS else 1
        day += timedelta(days=allowed.count * week)
    return start_of(day + timedelta(days=1))


def answered(
    start: Thing, met_by: Answer, things: list[Thing], as_of: datetime, *, repeats: bool
) -> Thing | None:
    """Return the first thing in time that answers a start."""
    if met_by.received:
        heard = receipt(start, "police")
        if heard is None or heard > as_of:
            return None
        return replace(start, at=heard, day=day_of(heard))
    required = [
        word
        for content in met_by.contents
        if content.where.holds(start.data, start.type)
        for word in content.carrying
    ]
    for thing in things:
        if repeats and thing.at <= start.at:
            continue
        if in_turn(thing, start, met_by) and (
            does(thing, start, met_by) or offers(thing, start, met_by, things)
        ):
            return thing
        if met_by.done or (met_by.offered and not met_by.told) or before(thing, start):
            continue
        if met_by.written and thing.data.get("channel") not in (*WRITTEN, "in_person"):
            continue
        if thing.type in CONTACTS and entitled(thing, things):
            carried = thing.data.get("carried")
            if carried is not None and any(word not in carried for word in required):
                continue
            if speaks(thing, start, met_by, required):
                return thing
    return None


def in_turn(thing: Thing, start: Thing, met_by: Answer) -> bool:
    """Say whether a deed or an offer lies on the side of the start where it counts."""
    if met_by.counts is Counts.WHENEVER:
        return True
    if met_by.counts is Counts.BEFOREHAND:
        return not before(start, thing)
    return not before(thing, start)


def offers(thing: Thing, start: Thing, met_by: Answer, things: list[Thing]) -> bool:
    """Say whether a contact is the offer that a start asked for, or the reason why not."""
    if thing.data.get("offer") not in met_by.offered:
        return False
    if not (
        names(thing, start)
        and same(thing.suspect, start.suspect)
        and same(thing.hearing, start.hearing)
    ):
        return False
    if "not_offered" in thing.data:
        return met_by.or_reason
    return entitled(thing, things)


def does(thing: Thing, start: Thing, met_by: Answer) -> bool:
    """Say whether a fact is the deed that a start asked for."""
    one, other = thing.events[0], start.events[0]
    return (
        thing.type in met_by.done
        and same(thing.suspect, start.suspect)
        and met_by.where.holds(thing.data, thing.type)
        and (
            not met_by.same_organisation
            or (one.agency, one.organisation) == (other.agency, other.organisation)
        )
        and names(thing, start)
    )


def speaks(contact: Thing, start: Thing, met_by: Answer, required: list[str]) -> bool:
    """Say whether a contact is of the kind that a start asked for."""
    agency = contact.events[0].agency
    if met_by.told_about:
        return any(tells_of(contact, start, type_) for type_ in met_by.told_about)
    if met_by.first_contact_by is not None:
        return agency == met_by.first_contact_by
    if met_by.told_by is not None:
        return met_by.told_by in (agency, "any") and has_content(contact)
    return any(word in contact.data.get("carried", ()) for word in required)


def tells_of(contact: Thing, fact: Thing, type_: str) -> bool:
    """Say whether a contact was about a type of fact, and this suspect, hearing and event."""
    return (
        contact.type in CONTACTS
        and type_ in contact.data.get("about", ())
        and names(contact, fact)
        and same(contact.suspect, fact.suspect)
        and same(contact.hearing, fact.hearing)
    )


def names(thing: Thing, start: Thing) -> bool:
    """Say whether a thing names the event it answers, or none."""
    about = thing.data.get("about_event", [])
    named = [about] if isinstance(about, str) else about
    return not named or any(event.id in named for event in start.events)


def has_content(contact: Thing) -> bool:
    """Say whether the victim was told something, and not only called."""
    said = contact.data.get("about") or contact.data.get("carried")
    return contact.type == "victim.told" and bool(said)


def entitled(contact: Thing, things: list[Thing]) -> bool:
    """Say whether a contact reached a person entitled to the news, by a channel agreed to."""
    data = contact.data
    reached = data.get("reached", data.get("response") in ("accepted", "declined"))
    if reached is not True or data.get("recipient_excluded"):
        return False
    recipient, kind = data.get("recipient", "victim"), kind_of(things)
    if recipient == "other" or (recipient == "named_contact" and kind != "business"):
        return False
    by_parent = recipient == "parent_or_guardian" and kind != "parent_or_guardian"
    if by_parent and not under_18(contact.day, things):
        return False
    channels: list[str] = []
    for thing in things:
        if thing.type == "preferences.agreed" and thing.at <= contact.at:
            channels = thing.data.get("channels", channels)
    channel = data.get("channel")
    return channel not in WRITTEN or not channels or channel in channels


def report_of(things: list[Thing]) -> dict[str, Any]:
    """Return what the report of the crime said."""
    return next((thing.data for thing in things if thing.type == "crime.reported"), {})


def kind_of(things: list[Thing]) -> str:
    """Return who was harmed: a person, a business, ..."""
    return str(report_of(things).get("victim_kind", "person"))


def under_18(day: date, things: list[Thing]) -> bool:
    """Say whether the victim was a child on a day."""
    report = report_of(things)
    if "turns_18_on" in report:
        return day < date.fromisoformat(report["turns_18_on"])
    return bool(report.get("under_18"))


def enhanced(day: date, things: list[Thing]) -> bool:
    """Say whether Enhanced Rights were owed on a day."""
    report, kind = report_of(things), kind_of(things)
    if kind == "business":
        return False
    serious = any(flag in MOST_SERIOUS for flag in report.get("flags", ()))
    if serious or kind == "bereaved_relative" or under_18(day, things):
        return True
    found, found_since = False, date.min
    for thing in things:
        if thing.type == "needs.assessed":
            stated = thing.data.get("since")
            since = thing.day if stated is None else date.fromisoformat(stated)
            if found_since <= since <= day:
                found, found_since = bool(thing.data.get("enhanced_rights")), since
    return found


def scopes_of(duty: Duty, met_by: Answer, start: Thing) -> set[str]:
    """Return the scopes of opting out that cover a duty."""
    if duty.opt_out is not None:
        return {"all", start.type, duty.opt_out}
    if met_by.told_about or met_by.told or met_by.offered:
        return {"all", start.type}
    if met_by.first_contact_by is not None or met_by.told_by is not None:
        return {"all", "contact_scheme"}
    return set()


def scope_said(thing: Thing) -> set[str]:
    """Return the scope of an opting out or in."""
    scope = thing.data.get("scope", "all")
    return {scope} if isinstance(scope, str) else set(scope)


def declined(at: datetime, scopes: set[str], things: list[Thing]) -> bool:
    """Say whether the victim had opted out of any of these scopes at a moment."""
    out = False
    for thing in things:
        if thing.at > at:
            break
        if thing.type == "contact.declined" and scope_said(thing) & scopes:
            out = True
        elif thing.type == "contact.resumed" and scope_said(thing) & {"all", *scopes}:
            out = False
    return out


def ended_at(duty: Duty, met_by: Answer, start: Thing, things: list[Thing]) -> datetime | None:
    """Return when a duty first ended otherwise than by its answer or its limit."""
    scopes = scopes_of(duty, met_by, start)
    for thing in things:
        if thing.type == "contact.declined" and thing.at > start.at and scope_said(thing) & scopes:
            return thing.at
        if before(thing, start) or not same(thing.suspect, start.suspect):
            continue
        if thing.type in duty.declined_by or any(
            thing.type == stop.fact and stop.where.holds(thing.data, thing.type)
            for stop in duty.stops_when
        ):
            return max(thing.at, start.at)
    return None


def silences(
    duty: Duty, things: list[Thing], days_off: frozenset[date], as_of: datetime
) -> list[Verdict]:
    """Return a verdict for every silence of a journey that a duty to keep in touch asks about."""
    told = [t for t in things if has_content(t) and entitled(t, things)]
    steps = list(course(things))
    verdicts = []
    for opened, closed in listening(things, steps, as_of):
        turns = [opened, *(t.at for t in told if opened < t.at < closed), closed]
        for since, until in pairwise(turns):
            if since < until and not after_sentence(since, steps):
                still = until == as_of
                ends = [t.at for t, _, sentenced in steps if sentenced and since < t.at <= until]
                if ends:
                    until, still = ends[0], False
                verdict = silence(duty, since, until, things, days_off, as_of, still=still)
                if verdict is not None:
                    verdicts.append(verdict)
    return verdicts


def silence(
    duty: Duty,
    since: datetime,
    until: datetime,
    things: list[Thing],
    days_off: frozenset[date],
    as_of: datetime,
    *,
    still: bool,
) -> Verdict | None:
    """Return how the duty to break one silence stands."""
    told = [t for t in things if has_content(t) and entitled(t, things)]
    talks = [t for t in told if t.at == since]
    others = [t for t in things if t.type not in CONTACTS and t.at >= since]
    start = (talks or others)[0]
    day = start.day if talks else day_of(since)
    terms = terms_of(duty, day, duty.starts)
    if terms is None or terms.within is None:
        return None
    if not somebody(replace(start, at=since, day=day), things):
        return None
    allowed = terms.within_enhanced if enhanced(day, things) else terms.within
    if duty.kind is Kind.LOCAL:
        due = patience(since, until, terms.within.count, things)
    else:
        due = limit(since, allowed or terms.within, days_off)
    broken = any(t.at == until for t in told)
    if still or not broken:
        ended = not still and until < due
        standing = "ended" if ended else "overdue" if as_of >= due else "pending"
    else:
        standing = "met" if until < due else "met_late"
    event = start.events[0]
    return Verdict(duty.id, event.source, event.id, None, due, standing)


def patience(since: datetime, until: datetime, days: int, things: list[Thing]) -> datetime:
    """Return when a silence had lasted longer than was agreed, else than so many days."""
    agreed = None
    for thing in things:
        if thing.type == "preferences.agreed" and thing.at <= since:
            agreed = thing.data.get("update_every_days", agreed)
    allowed = agreed or days
    due = start_of(day_of(since) + timedelta(days=allowed + 1))
    for thing in things:
        if thing.type == "preferences.agreed" and since < thing.at < min(due, until):
            promised = thing.data.get("update_every_days")
            if promised and promised != agreed:
                agreed = promised
                due = start_of(thing.day + timedelta(days=promised + 1))
    return due


def listening(
    things: list[Thing], steps: list[Step], as_of: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the times in which the case was open and the victim wanted news."""
    for opened, closed in open_times(steps, as_of):
        turns = {t.at for t in things if t.type in ("contact.declined", "contact.resumed")}
        since = None
        for at in sorted({opened, closed} | {at for at in turns if opened < at < closed}):
            away = at == closed or declined(at, {"all"}, things)
            if since is None and not away:
                since = at
            elif since is not None and away:
                yield since, at
                since = None


def open_times(steps: list[Step], as_of: datetime) -> list[tuple[datetime, datetime]]:
    """Return the times in which the case was open."""
    times: list[tuple[datetime, datetime]] = []
    since = None
    for thing, is_open, _ in steps:
        if is_open and since is None:
            since = thing.at
            if thing.type == "contact_scheme.joined" and times:
                since = times.pop()[0]  # a member's case never closed
        elif since is not None and not is_open:
            if since < thing.at:
                times.append((since, thing.at))
            since = None
    if since is not None and since < as_of:
        times.append((since, as_of))
    return times


def after_sentence(moment: datetime, steps: list[Step]) -> bool:
    """Say whether the journey was in its last stage at a moment."""
    latest = False
    for thing, _, is_last_stage in steps:
        if thing.at <= moment:
            latest = is_last_stage
    return latest


def course(things: list[Thing]) -> Iterator[Step]:
    """Yield every fact with whether the case was open after it, and whether all was sentenced."""
    live, over, sentenced, appealing = set[str](), set[str](), set[str](), set[str]()
    closed = member = False
    last = None
    for thing in things:
        type_, data, suspect = thing.type, thing.data, thing.suspect
        if type_ in CONTACTS or type_.startswith("reference."):
            continue
        if type_.startswith("suspect."):
            closed = False
            if suspect is not None:  # a new arrest or charge begins all over again
                over.discard(suspect)
                sentenced.discard(suspect)
                live.add(suspect)
        elif suspect is not None and type_ in BRINGS_IN and suspect not in over:
            live.add(suspect)
        if suspect is not None and type_ in ("suspect.charged", "appeal.changed", *BRINGS_IN):
            last = suspect
        if type_ == "appeal.changed" and suspect is not None:
            settled = data["outcome"] in ("result", "leave_refused", "sentence_changed")
            appealing = appealing - {suspect} if settled else appealing | {suspect}
        if type_ in ("investigation.decided", "outcome.assigned") and "decision" in data:
            closed = data["decision"] in ("closed", "not_investigate")
        if type_ == "contact_scheme.joined":
            member = True
        elif type_ == "contact_scheme.left" or data.get("milestone") in ENDS_A_MEMBERSHIP:
            member = False
        if type_ == "offender.sentenced" and suspect is not None:
            sentenced.add(suspect)
        if (
            type_ in ENDS_A_CASE
            or (type_ == "case.concluded" and data.get("outcome") != "convicted")
            or (
                type_ == "prosecution.stopped"
                and data.get("all_proceedings_end")
                and not data.get("provisional")
            )
        ):
            over |= {suspect} if suspect is not None else live
            live -= over
        is_open = bool(appealing) or member or (not closed and (bool(live) or not over))
        yield thing, is_open, not appealing and not live and last in sentenced


def before(one: Thing, other: Thing) -> bool:
    """Say whether one thing came before another, by day where only the day of one is known."""
    if one.by_day or other.by_day:
        return one.day < other.day
    return one.at < other.at - CLOCK_TOLERANCE


def same(one: str | None, other: str | None) -> bool:
    """Say whether two labels may mean the same: naming none means any."""
    return one is None or other is None or one == other


def day_of(moment: datetime) -> date:
    """Return the London day of a moment."""
    return moment.astimezone(LONDON).date()


def start_of(day: date) -> datetime:
    """Return the first instant (UTC) of a London day."""
    return datetime.combine(day, time.min, LONDON).astimezone(UTC)

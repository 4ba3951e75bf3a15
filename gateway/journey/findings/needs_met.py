"""Finds needs that were recorded and for which nothing that would answer them is recorded.

A need is what an assessment wrote down, an interpreter or another language that was agreed, or the
ways of contact that were. Whether the Code was kept on the journey at the time is for the reader to
put beside it: a need may go unmet where every limit was kept. How often news was agreed is told of
as gaps, and no event can say that a safe way of contact was used.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.journey.findings.finding import Evidence, Finding, FindingKind
from gateway.journey.findings.needs_known import (
    ENGLISH,
    INTERPRETER,
    TRANSLATION,
    UNKNOWN,
    Need,
    needs_in,
    plain,
)
from gateway.journey.findings.saying import days_words, hidden_by_any, hidden_words, whom
from gateway.journey.phrases import any_of
from gateway.journey.readings import NEWS_ANOTHER_WAY
from gateway.journey.silences import days_between
from gateway.journey.stages import Stage
from gateway.journey.story import Contact, Fact, Story
from gateway.journey.wording import AGENCIES, CHANNELS, NEWS, OFFERS, day_words, listed
from shared.london import london_day

ASSESSED, AGREED = "needs.assessed", "preferences.agreed"


@dataclass(slots=True)
class Recorded:
    """A need with the fact that first recorded it, and the one that took it back, if any did."""

    need: Need
    fact: Fact
    gone: Fact | None = None


def find_needs_unmet(evidence: Evidence) -> Iterator[Finding]:
    """Yield a finding for every need, from its recording until an action answers it.

    It ends too where the need was taken back or the victim declined all contact. `about` is the
    need, `channel` for the ways of contact; `days` are London days from its beginning to its end,
    or to the closing of the case; None while neither has come.
    """
    facts = evidence.story.facts_by_type
    assessed, agreed = facts.get(ASSESSED, ()), facts.get(AGREED, ())
    if not assessed and not agreed:
        return
    needs = [*assessed_needs(assessed), *(agreed_needs(agreed) if agreed else ())]
    for recorded in merged(needs) if needs else ():
        finding = _unmet(recorded, evidence)
        if finding is not None:
            yield finding
    if agreed:
        yield from _another_way(agreed, evidence)


def assessed_needs(assessed: Sequence[Fact]) -> list[Recorded]:
    """Return the needs that assessments wrote down, each stay once, in order of time.

    An assessment that lists needs takes back those it leaves out; one that lists none at all says
    nothing of them.
    """
    open_needs: dict[str, Recorded] = {}
    found = []
    for fact in assessed:
        words = fact.data.get("needs")
        if words is None:
            continue
        named = {need.about: need for need in needs_in(words)}
        for about in [about for about in open_needs if about not in named]:
            open_needs.pop(about).gone = fact
        for about, need in named.items():
            if about not in open_needs:
                open_needs[about] = Recorded(need, fact)
                found.append(open_needs[about])
    return found


def agreed_needs(agreed: Sequence[Fact]) -> list[Recorded]:
    """Return the interpreter and the language that were agreed, each stay once."""
    open_needs: dict[str, Recorded] = {}
    found = []
    for fact in agreed:
        language = fact.data.get("language")
        foreign = None if language is None else plain(language) not in ENGLISH
        for need, wanted in (
            (INTERPRETER, fact.data.get("interpreter")),
            (TRANSLATION, foreign),
        ):
            if wanted is None:
                continue
            if not wanted:
                if need.about in open_needs:
                    open_needs.pop(need.about).gone = fact
            elif need.about not in open_needs:
                open_needs[need.about] = Recorded(need, fact)
                found.append(open_needs[need.about])
    return found


def merged(recorded: list[Recorded]) -> list[Recorded]:
    """Return needs recorded twice at once, in an assessment and an agreement, as one need."""
    found: dict[str, list[Recorded]] = {}
    for one in sorted(recorded, key=lambda one: (one.fact.at, one.fact.event.id)):
        stays = found.setdefault(one.need.about, [])
        if stays and (stays[-1].gone is None or stays[-1].gone.at >= one.fact.at):
            before = stays[-1]
            if before.gone is not None and (one.gone is None or one.gone.at > before.gone.at):
                before.gone = one.gone
        else:
            stays.append(one)
    return [one for stays in found.values() for one in stays]


def _unmet(recorded: Recorded, evidence: Evidence) -> Finding | None:
    story, need, fact = evidence.story, recorded.need, recorded.fact
    since = _since(recorded, evidence)
    if since is None:
        return None
    answer, tried = answer_to(need, story)
    ends: list[tuple[datetime, str]] = []
    if answer is not None:
        ends.append((answer.at, _answered(answer, need)))
    if recorded.gone is not None:
        ends.append((recorded.gone.at, "it was no longer recorded as a need"))
    ends += [
        (out.since, f"{whom(story)} declined all contact")
        for out in story.victim.opt_outs
        if "all" in out.scope and (out.until is None or out.until > since)
    ]
    event = fact.event
    first = min(story.facts[0].at, fact.at)
    until = min((at for at, _ in ends), default=None)
    hidden = hidden_by_any(story, first, until)
    if hidden is not None:
        ends.append((hidden, f"it is not known what was done, because {hidden_words(hidden)}"))
    end = min(ends, key=lambda one: one[0], default=None)
    if end is not None and end[0] <= since:
        return None
    span = evidence.course.at(since)
    closed = _closed(since, evidence)
    last = closed if end is None else end[0]
    return Finding(
        kind=FindingKind.NEED_UNMET,
        about=need.about,
        holds_from=since,
        holds_until=None if end is None else end[0],
        agency=event.agency,
        organisation=event.organisation,
        stage=None if span is None else span.stage,
        days=None if last is None else days_between(since, last),
        says=_says(recorded, since, end, closed, tried),
        events=(*fact.sources, *(() if tried is None else (tried.event,))),
    )


def _since(recorded: Recorded, evidence: Evidence) -> datetime | None:
    """Return from when (UTC) a need counts; None where it never came to court."""
    at = recorded.fact.at
    if not recorded.need.at_court:
        return at
    return next(
        (
            max(at, span.since)
            for span in evidence.course.spans
            if span.stage in (Stage.BEFORE_TRIAL, Stage.TRIAL)
            and (span.until is None or span.until > at)
        ),
        None,
    )


def _closed(since: datetime, evidence: Evidence) -> datetime | None:
    """Return when (UTC) the case was closed after a moment and stayed closed, or None."""
    closed = evidence.course.open[-1][1] if evidence.course.open else None
    return closed if closed is not None and closed > since else None


def answer_to(need: Need, story: Story) -> tuple[Fact | Contact | None, Contact | None]:
    """Return the first thing that answers a need, and the last offer before it that does not."""
    answers: list[Fact | Contact] = [
        fact for type_ in need.done for fact in story.facts_by_type.get(type_, ())
    ]
    offers = [c for c in story.contacts if c.event.data.get("offer") in need.offers]
    tried = None
    for contact in offers:
        withheld = "not_offered" in contact.event.data
        if need.or_reason if withheld else contact.why_not_told is None:
            answers.append(contact)
            break
        tried = contact
    return min(answers, key=lambda one: one.at, default=None), tried


def _answered(answer: Fact | Contact, need: Need) -> str:
    if isinstance(answer, Fact):
        return f"{NEWS[answer.type]} is recorded"
    offer = OFFERS[answer.event.data["offer"]]
    if "not_offered" in answer.event.data:
        return f"the reason why there was no offer of {offer} is recorded"
    return f"the offer of {offer} is recorded"


def _says(
    recorded: Recorded,
    since: datetime,
    end: tuple[datetime, str] | None,
    closed: datetime | None,
    tried: Contact | None,
) -> str:
    need, fact = recorded.need, recorded.fact
    by = AGENCIES[fact.event.agency]
    said = [f"On {day_words(fact.day)} {by} recorded a need: {need.says}."]
    if since > fact.at:
        said.append(f"It counts from the charge on, {_day(since)}.")
    wanted = f"an offer of {any_of([OFFERS[offer] for offer in sorted(need.offers)])}"
    deeds = [NEWS[type_] for type_ in need.done]
    if need is UNKNOWN:
        wanted, deeds = "an offer, a referral or an application that answers any need", []
    ways = any_of([wanted, *deeds, *(["the reason why not"] if need.or_reason else [])])
    said.append(f"What would answer it is {ways};")
    if end is None:
        said.append("nothing of the kind is recorded.")
    else:
        count = days_words(days_between(since, end[0]))
        said.append(f"until {_day(end[0])}, for {count}, nothing of the kind is recorded.")
        said.append(f"Then {end[1]}.")
    if end is None and closed is not None:
        count = days_words(days_between(since, closed))
        said.append(f"The case was closed on {_day(closed)}, {count} later.")
    if tried is not None and (end is None or tried.at < end[0]):
        why = tried.why_not_told
        if "not_offered" in tried.event.data:
            why = "it says that it was not made"
        said.append(f"An offer recorded on {day_words(tried.day)} did not count: {why}.")
    return " ".join(said)


def _day(at: datetime) -> str:
    return day_words(london_day(at))


def _another_way(agreed: Sequence[Fact], evidence: Evidence) -> Iterator[Finding]:
    """Yield the times in which news came by ways that were not agreed, and none by those agreed."""
    ways = [fact for fact in agreed if fact.data.get("channels") is not None]
    stays: list[tuple[Fact, frozenset[str], datetime | None]] = []
    for fact in ways:
        channels = frozenset(fact.data["channels"])
        if stays and stays[-1][1] == channels:
            continue
        if stays:
            before, was, _ = stays[-1]
            stays[-1] = before, was, fact.at
        stays.append((fact, channels, None))
    for fact, channels, until in stays:
        if channels:
            yield from _in_stay(fact, channels, until, evidence)


def _in_stay(
    fact: Fact, channels: frozenset[str], until: datetime | None, evidence: Evidence
) -> Iterator[Finding]:
    """Yield what is found while one agreement on the ways of contact held, at most one thing."""
    others: list[Contact] = []
    right: Contact | None = None
    tipped: Contact | None = None
    for contact in evidence.story.contacts:
        # Of what came on a day of which only the day is known, nobody can say that it came after.
        if (
            not _is_news(contact)
            or contact.at < fact.at
            or (fact.by_day and contact.day == fact.day)
        ):
            continue
        if until is not None and contact.at >= until:
            break
        if contact.channel in channels:
            right = contact
            break
        # A visit is no lesser way, and of another way we know no more than that.
        if contact.channel not in (None, "in_person", "other"):
            others.append(contact)
            tipped = tipped or _tips(others)
    if tipped is None:
        return
    end = until if right is None else right.at
    hidden = hidden_by_any(evidence.story, fact.at, end)
    if hidden is not None:
        end = hidden if end is None else min(end, hidden)
    if end is not None and end <= tipped.at:
        return
    others = [contact for contact in others if end is None or contact.at < end]
    span = evidence.course.at(tipped.at)
    came = listed(list(dict.fromkeys(f"{_way(c.channel)} on {day_words(c.day)}" for c in others)))
    ended = "" if end is None else f" until {_day(end)}"
    if hidden is not None and end == hidden:
        ended += f"; after that it is not known, because {hidden_words(hidden)}"
    yield Finding(
        kind=FindingKind.NEED_UNMET,
        about="channel",
        holds_from=tipped.at,
        holds_until=end,
        agency=tipped.agency,
        organisation=tipped.event.organisation,
        stage=None if span is None else span.stage,
        days=None if end is None else days_between(tipped.at, end),
        says=(
            f"On {day_words(fact.day)} news {any_of([_way(c) for c in sorted(channels)])} was "
            f"agreed. News came another way, {came}, and none by a way that was agreed is "
            f"recorded{ended}."
        ),
        events=(*fact.sources, *(contact.event for contact in others)),
    )


def _tips(others: list[Contact]) -> Contact | None:
    """Return the last of these contacts where it makes them too many: a call a day is one."""
    return others[-1] if len({contact.day for contact in others}) >= NEWS_ANOTHER_WAY else None


def _is_news(contact: Contact) -> bool:
    return (
        contact.event.type == "victim.told"
        and contact.reached
        and not contact.excluded
        and contact.recipient != "other"
    )


def _way(channel: str | None) -> str:
    return CHANNELS.get(channel or "other", f"by {channel}")

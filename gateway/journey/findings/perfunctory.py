"""Finds tellings that answer a duty and, by their structure, say nothing: perfunctory contacts.

Only what the sender stated is read, never a text: what the news carried, whether it was a template
with no way to answer, and when it came. It needs two signs, and a telling that is said to have
carried anything is none. It is said of one telling, never of a person.
"""

from collections.abc import Iterator
from datetime import datetime

from gateway.journey.findings.finding import Evidence, Finding, FindingKind
from gateway.journey.findings.saying import clock_words, place_words, whom
from gateway.journey.obligation import Obligation
from gateway.journey.readings import CLOSING, SIGNS_NEEDED, TOLD_TOGETHER
from gateway.journey.sentences import upper_first
from gateway.journey.standing import Standing
from gateway.journey.story import Contact, Story
from gateway.journey.telling import same
from gateway.journey.wording import AGENCIES, CONTENTS, NEWS, day_words, listed

ANSWERED = (Standing.MET, Standing.MET_LATE, Standing.RECORDED)


def find_perfunctory_contacts(evidence: Evidence) -> Iterator[Finding]:
    """Yield a finding for every perfunctory contact, until the victim was told more of the same.

    `about` is the first duty that it answers, and which of its obligations on this journey that is:
    `R6.ARREST/2`. `days` are None.
    """
    answered: dict[int, list[Obligation]] = {}
    for obligation in evidence.obligations:
        contact = obligation.answer
        if (
            isinstance(contact, Contact)
            and not contact.carried
            and contact.event.type == "victim.told"
            and obligation.standing in ANSWERED
            and (obligation.silence is None or obligation.silence.days)  # there was one to break
        ):
            answered.setdefault(id(contact), []).append(obligation)
    for obligations in answered.values():
        finding = _finding(obligations, evidence)
        if finding is not None:
            yield finding


def signs_of(contact: Contact, obligations: list[Obligation], story: Story) -> list[str]:
    """Return the signs that a telling was perfunctory, each in words."""
    signs = []
    data = contact.event.data
    if contact.carried is not None:
        signs.append("it is stated to have carried nothing")
    elif not contact.about:
        signs.append("it is stated neither what it was about nor what it carried")
    elif not all(one.content_stated for one in obligations):
        signs.append("what it carried is not stated, and a duty that it answers asks for content")
    if data.get("template") is True and data.get("two_way") is False:
        signs.append("it was a template with no way to answer")
    if contact.by_day:
        return signs
    closing = any(o.due_at and o.due_at - CLOSING <= contact.at < o.due_at for o in obligations)
    if closing:
        minutes = int(CLOSING.total_seconds() // 60)
        signs.append(f"it came in the last {minutes} minutes before a limit ended")
    if len(signs) + 1 < SIGNS_NEEDED:
        return signs  # one more would not be enough
    together = sum(
        other.event.type == "victim.told"
        and not other.by_day
        and other.event.source == contact.event.source
        and _minute(other.at) == _minute(contact.at)
        for other in story.contacts
    )
    if together >= TOLD_TOGETHER:
        signs.append(
            f"it is one of {together} tellings of one organisation that are said to have happened "
            "in the same minute"
        )
    return signs


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def told_more(contact: Contact, story: Story) -> Contact | None:
    """Return the first later telling that is said to have carried anything of the same, or None."""
    for other in story.contacts:
        if (
            other.at >= contact.at
            and other is not contact
            and other.carried
            and other.why_not_told is None
            and same(other.suspect, contact.suspect)
            and same(other.hearing, contact.hearing)
            and (not contact.about or not other.about or set(contact.about) & set(other.about))
        ):
            return other
    return None


def _finding(obligations: list[Obligation], evidence: Evidence) -> Finding | None:
    first, story = obligations[0], evidence.story
    contact = first.answer
    if not isinstance(contact, Contact):
        return None
    signs = signs_of(contact, obligations, story)
    if len(signs) < SIGNS_NEEDED:
        return None
    more = told_more(contact, story)
    if more is not None and more.at <= contact.at:
        return None  # said in two events, and one of them told it
    span = evidence.course.at(contact.at)
    return Finding(
        kind=FindingKind.PERFUNCTORY_CONTACT,
        about=place_words(first, evidence.obligations),
        holds_from=contact.at,
        holds_until=None if more is None else more.at,
        agency=contact.agency,
        organisation=contact.event.organisation,
        stage=None if span is None else span.stage,
        days=None,
        says=_says(contact, obligations, signs, more, story),
        events=(contact.event, *(() if more is None else (more.event,))),
        obligations=tuple(obligation.key for obligation in obligations),
    )


def _says(
    contact: Contact,
    obligations: list[Obligation],
    signs: list[str],
    more: Contact | None,
    story: Story,
) -> str:
    topics = listed([NEWS[type_] for type_ in contact.about])
    when = f"on {day_words(contact.day)}" if contact.by_day else f"at {clock_words(contact.at)}"
    rules = listed(list(dict.fromkeys(one.duty.id for one in obligations)))
    said = (
        f"News{f' about {topics}' if topics else ''} by {AGENCIES[contact.agency]} {when} answers "
        f"{rules} and shows {len(signs)} signs that little was said: {'; '.join(signs)}."
    )
    who = upper_first(whom(story))
    if more is None:
        return f"{said} Nothing recorded says that more of it was told later."
    carried = listed([CONTENTS[item] for item in sorted(more.carried or ())])
    return f"{said} {who} was told more on {day_words(more.day)}: {carried}."

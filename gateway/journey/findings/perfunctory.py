"""Finds tellings that answer a duty and, by their structure, say nothing: perfunctory contacts.

Only what the sender stated is read, never a text: what the news carried, whether it was a template
with no way to answer, and when it came. It needs two signs, and a telling that is said to have
carried anything is none. It is said of one telling, never of a person.
"""

from collections.abc import Iterator
from datetime import timedelta

from gateway.journey.findings.finding import Evidence, Finding, FindingKind
from gateway.journey.findings.saying import clock_words, place_words, whom
from gateway.journey.obligation import Obligation
from gateway.journey.readings import CLOSING, SIGNS_NEEDED, TOLD_TOGETHER
from gateway.journey.sentences import upper_first
from gateway.journey.standing import Standing
from gateway.journey.story import Contact, Story
from gateway.journey.telling import same
from gateway.journey.wording import AGENCIES, CONTENTS, NEWS, day_words, listed

_MINUTE = timedelta(minutes=1)
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
    signs = _signs_of_sending(contact, obligations, story)
    if len(signs) + 1 < SIGNS_NEEDED:
        return signs  # one more would not be enough
    if contact.carried is not None:
        return ["it is stated to have carried nothing", *signs]
    if not contact.about:
        return ["it is stated neither what it was about nor what it carried", *signs]
    if all(one.content_stated for one in obligations):
        return signs
    return ["what it carried is not stated, and a duty that it answers asks for content", *signs]


def _signs_of_sending(contact: Contact, obligations: list[Obligation], story: Story) -> list[str]:
    """Return the signs that lie in how a telling was sent, and when."""
    signs = []
    data = contact.event.data
    if data.get("template") is True and data.get("two_way") is False:
        signs.append("it was a template with no way to answer")
    if contact.by_day:
        return signs
    at, source = contact.at, contact.event.source
    for one in obligations:
        if one.due_at is not None and at < one.due_at and one.due_at - CLOSING <= at:
            minutes = int(CLOSING.total_seconds() // 60)
            signs.append(f"it came in the last {minutes} minutes before a limit ended")
            break
    begins = at.replace(second=0, microsecond=0)
    ends = begins + _MINUTE
    together = 0
    for other in story.contacts:
        if (
            begins <= other.at < ends
            and not other.by_day
            and other.event.source == source
            and other.event.type == "victim.told"
        ):
            together += 1
    if together >= TOLD_TOGETHER:
        signs.append(
            f"it is one of {together} tellings of one organisation that are said to have happened "
            "in the same minute"
        )
    return signs


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

"""The sentences of an explanation: why one obligation stands as it does, in plain English."""

from collections.abc import Sequence
from datetime import date

from gateway.journey.calendar import OutsideCalendar
from gateway.journey.duty import Clock, Kind, Unit
from gateway.journey.obligation import Obligation
from gateway.journey.sentences import fact_words
from gateway.journey.standing import Standing
from gateway.journey.story import Contact, Fact
from gateway.journey.wording import (
    AGENCIES,
    NEWS,
    NOTICED_BY,
    OFFERS,
    day_words,
    listed,
    words,
)
from shared.london import LONDON, london_day

KINDS = {
    Kind.CODE: "It is a duty under Right {right} of the Code",
    Kind.SCHEME: "It is no duty of the Code but one of a review scheme",
    Kind.WINDOW: "It is no duty but the victim's own time to act, and never a breach",
    Kind.EXTERNAL: "It is no duty of the Code but comes from rules outside it",
    Kind.LOCAL: "It is no duty of the Code but local practice",
}
EDITIONS = {
    "scheme": "the review scheme",
    "recording_rules": "the recording rules",
    "local": "local practice",
}
STANDINGS = {
    Standing.NOT_STARTED: "not started: the moment its clock runs from was never recorded",
    Standing.PENDING: "pending: its limit is not reached, and nothing that counts is recorded",
    Standing.MET: "met in time",
    Standing.MET_LATE: "met late",
    Standing.OVERDUE: "overdue: its limit was reached, and nothing that counts is recorded",
    Standing.ENDED: "ended",
    Standing.RECORDED: "recorded; the Code names no time, so that it is never late",
    Standing.NOTHING_RECORDED: "nothing recorded, which is not to say that nothing was done",
    Standing.UNKNOWN: "unknown: what its owner sent of a time when it may have been met is missing",
}


def say_start(obligation: Obligation) -> str:
    """Say what started the clock, when, and who told of it."""
    start, silence = obligation.start, obligation.silence
    day = day_words(start.day)
    if silence is not None:
        what = "the last news" if silence.after is not None else "the opening of the case"
        return f"On {day} a silence began, with {what}; it asked for this: {_title(obligation)}."
    tellers = listed([AGENCIES[a] for a in dict.fromkeys(e.agency for e in start.sources)])
    what = fact_words(start.type, start.data, start.suspect, start.hearing)
    did = "opened this window" if obligation.duty.kind is Kind.WINDOW else "asked for this"
    return f"On {day} {what} (told by {tellers}). That {did}: {_title(obligation)}."


def _title(obligation: Obligation) -> str:
    title = obligation.duty.title
    return f"{title[:1].lower()}{title[1:]} ({obligation.duty.id})"


def say_rule(obligation: Obligation) -> str:
    """Say what kind of duty it is, in which edition, and where that was read."""
    duty, terms, cite = obligation.duty, obligation.terms, obligation.terms.cite
    kind = KINDS[duty.kind].format(right=duty.right)
    day = day_words(obligation.start.day)
    return (
        f"{kind}. On {day} the terms of {_edition(terms.edition)} were in force, since "
        f"{day_words(terms.in_force)}: {cite.says} (read at: {cite.at}; confidence: "
        f"{cite.confidence})."
    )


def _edition(edition: str) -> str:
    """Name an edition: VC2020 is the 2020 Code."""
    year = edition.removeprefix("VC")
    return f"the {year} Code" if year.isdigit() else EDITIONS.get(edition, words(edition))


def say_owner(obligation: Obligation) -> str:
    """Say who owed it."""
    if obligation.duty.kind is Kind.WINDOW:
        return ""
    which = f" ({obligation.organisation})" if obligation.organisation else ""
    return f"It was owed by {AGENCIES[obligation.owner]}{which}."


def say_terms(obligation: Obligation) -> str:
    """Say how long was allowed, and whether Enhanced Rights made a difference."""
    allowed, terms, silence = obligation.allowed, obligation.terms, obligation.silence
    if allowed is None:
        return "No time is named, so that it is never late."
    if silence is not None and obligation.duty.kind is Kind.LOCAL:
        if silence.agreed:
            return f"The victim had agreed to news every {silence.allowed_days} days."
        return f"Nothing was agreed with the victim, so that the local {allowed} apply."
    because, day = obligation.enhanced_because, day_words(obligation.start.day)
    if terms.within_enhanced == terms.within:
        return f"It allows {allowed}, with or without Enhanced Rights."
    if because is None:
        return f"No Enhanced Rights were owed on {day}, so that {allowed} were allowed."
    were = "was" if allowed.count == 1 else "were"
    return f"Enhanced Rights were owed on {day} ({because}), so that {allowed} {were} allowed."


def say_clock(obligation: Obligation) -> str:
    """Say from which moment the time was counted, and how that moment is known."""
    if obligation.allowed is None or obligation.silence is not None:
        return ""
    moment, starts = obligation.counted_from, obligation.demand.starts
    received = starts.clock is Clock.RECEIVED
    if moment is None:
        return (
            "The clock runs from the moment its owner heard of it, and that moment was never "
            "recorded."
            if received
            else "The clock has not started."
        )
    day = day_words(london_day(moment))
    if obligation.receipt_inferred:
        return (
            f"The clock runs from the moment its owner heard of it. That was not stated, and is "
            f"taken from when it was recorded there or told to us: {day}."
        )
    if received:
        return f"The clock runs from the moment its owner heard of it: {day}."
    if starts.not_before is not None and moment > obligation.start.at:
        return f"The clock waited for {NEWS[starts.not_before]}, on {day}."
    return f"The clock runs from when it happened, on {day}."


def say_days(obligation: Obligation, off: Sequence[tuple[date, str]]) -> str:
    """Say where the limit fell, and which days before it did not count."""
    allowed, due_on, due_at = obligation.allowed, obligation.due_on, obligation.due_at
    if obligation.outside_calendar:
        return "The limit falls outside the days whose bank holidays are known, so no day is named."
    if allowed is None or due_on is None or due_at is None:
        return ""
    ends = "ended" if due_at <= obligation.story.as_of else "end"
    if allowed.unit is Unit.HOURS:
        local = due_at.astimezone(LONDON)
        return f"The {allowed} {ends} on {day_words(due_on)} at {local:%H:%M}."
    ends = "ended" if ends == "ended" else "ends"
    said = f"The limit {ends} with {day_words(due_on)}."
    if allowed.unit is Unit.WORKING_DAYS:
        said = f"{said} {_days_off(off)}"
    if obligation.useful_until is not None and obligation.useful_until != due_on:
        last = day_words(obligation.useful_until)
        said = f"{said} That is no working day: the last useful one was {last}."
    return said.strip()


def _days_off(off: Sequence[tuple[date, str]]) -> str:
    """Say which days did not count: weekends by their number, bank holidays by their names."""
    holidays = [
        f"{day_words(day)} ({why.removesuffix(', a bank holiday')})"
        for day, why in off
        if why.endswith("bank holiday")
    ]
    weekend = len(off) - len(holidays)
    days = [f"{weekend} weekend {'day' if weekend == 1 else 'days'}"] if weekend else []
    return f"Not counted before it: {listed([*days, *holidays])}." if off else ""


def say_close(obligation: Obligation) -> list[str]:
    """Say what looked like an answer, and why it was none."""
    return [
        f"On {day_words(london_day(near.at))} {AGENCIES[near.event.agency]} came close, and it did "
        f"not count: {near.why}."
        for near in obligation.came_close
    ]


def say_answer(obligation: Obligation) -> str:
    """Say what answered it."""
    answer = obligation.answer
    if answer is None:
        return ""
    day = f"{day_words(answer.day)}{_too_late(obligation, answer.day)}"
    who = AGENCIES[answer.event.agency]
    if isinstance(answer, Contact):
        stated = (
            ""
            if obligation.content_stated
            else "; what the news contained was not stated, and it is taken to have been enough"
        )
        return f"What answered it: on {day} {who} {_did(answer)}{stated}."
    if isinstance(answer, Fact):
        what = fact_words(answer.type, answer.data, answer.suspect, answer.hearing)
        return f"What answered it: on {day} {what} (told by {who})."
    return f"What answered it: on {day} {who} heard of it."


def _did(contact: Contact) -> str:
    """Say what a contact did that answered a start."""
    data = contact.event.data
    if contact.event.type == "victim.told":
        return "told the victim"
    if "not_offered" in data:
        return f"said why the victim was not offered {OFFERS[data['offer']]}: {data['not_offered']}"
    return f"offered the victim {OFFERS[data['offer']]}"


def _too_late(obligation: Obligation, day: date) -> str:
    """Say how many days after the limit an answer came, in days of the kind that were allowed."""
    due_on, allowed = obligation.due_on, obligation.allowed
    if due_on is None or allowed is None or obligation.standing is not Standing.MET_LATE:
        return ""
    if allowed.unit is Unit.HOURS:
        return ", after the limit"
    late, unit = (day - due_on).days, "day"
    if allowed.unit is Unit.WORKING_DAYS:
        try:
            late, unit = (
                obligation.demand.law.calendar.working_days_between(due_on, day),
                "working day",
            )
        except OutsideCalendar:
            return ""
    return f" ({late} {unit}{'' if late == 1 else 's'} after the limit)"


def say_ending(obligation: Obligation) -> str:
    """Say what ended it."""
    ending = obligation.ending
    return "" if ending is None else f"On {day_words(london_day(ending.at))} {ending.why}."


def say_standing(obligation: Obligation) -> str:
    """Say how it stands, and whether that is a breach."""
    seen = day_words(london_day(obligation.story.as_of))
    said = f"Seen from {seen} it stands as {STANDINGS[obligation.standing]}."
    if obligation.is_breach:
        said += (
            f" That is a breach of Right {obligation.duty.right} by {AGENCIES[obligation.owner]}."
        )
    return said


def say_total(obligation: Obligation) -> str:
    """Say how both legs of a chain stand as one."""
    total = obligation.total
    if total is None:
        return ""
    return (
        f"From the fact itself to the victim, {total.allowed} were allowed in all, until "
        f"{day_words(total.due_on)}: as one the two legs are {words(total.standing)}."
    )


def say_marks(obligation: Obligation) -> list[str]:
    """Say what was recorded beside the result, and what of it does not count."""
    marks, said = obligation.marks, []
    if marks.departure is not None:
        data = marks.departure.data
        said.append(
            f"A good reason for departing from it was recorded on "
            f"{day_words(marks.departure.day)}: {words(data['reason'])} (decided by: "
            f"{words(data['decided_by'])}). That moves no limit."
        )
    if marks.noticed is not None:
        after = marks.noticed_after or 0
        unit = "day" if after == 1 else "days"
        by = NOTICED_BY[marks.noticed_by or "agency"]
        said.append(f"The breach was noticed first by {by}, {after} {unit} after the limit.")
    elif obligation.is_breach:
        said.append("Nobody has recorded that the breach was noticed.")
    if marks.victim_told is not None:
        said.append(f"The victim was told of it on {day_words(marks.victim_told.day)}.")
    if marks.remedied is not None:
        said.append(f"It was put right on {day_words(marks.remedied.day)}.")
    for refused in marks.refused:
        day = day_words(refused.fact.day)
        said.append(f"What was recorded beside it on {day} does not count: {refused.why}.")
    return said


def say_change(if_: str, standing: Standing | None) -> str:
    """Say what a later fact would make of it."""
    becomes = "nothing would have been owed" if standing is None else _would_be(standing)
    return f"If {if_}, {becomes}."


def _would_be(standing: Standing) -> str:
    if standing is Standing.NOTHING_RECORDED:
        return "there would be nothing recorded"
    return f"it would be {words(standing)}"


def by_the_limit(obligation: Obligation) -> str:
    """Say when the limit ends, as a time by which something happens, with a space before it."""
    due_on, due_at = obligation.due_on, obligation.due_at
    if due_on is None or due_at is None:
        return ""
    allowed = obligation.allowed
    if allowed is not None and allowed.unit is Unit.HOURS:
        return f" by {due_at.astimezone(LONDON):%H:%M} on {day_words(due_on)}"
    return f" by the end of {day_words(due_on)}"

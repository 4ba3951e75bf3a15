"""What starts and meets duties in plain English, for whoever reads a rule or an explanation."""

from collections.abc import Iterable

from gateway.journey.duty import Answer, Counts, FactTest, Test, Where
from gateway.journey.story import Fact
from gateway.journey.wording import AGENCIES, CONTENTS, NEWS, OFFERS, listed

# What starts and meets duties, where the words for news about it would not say that it happened.
FACT_NOUNS = NEWS | {
    "complaint.acknowledged": "the acknowledgement of the complaint",
    "complaint.redirected": "the complaint being passed on",
    "contact_scheme.joined": "the victim joining the contact scheme",
    "contact_scheme.left": "the victim leaving the contact scheme",
    "handover.acknowledged": "the acknowledgement of the handover",
    "offender.milestone": "a milestone of the offender's sentence",
    "preferences.agreed": "the agreement on how to keep in touch",
    "representations.invited": "the victim being asked for their views",
    "review.acknowledged": "the acknowledgement of the request for a review",
    "support.declined": "the victim declining support",
    "witness.refreshed": "the victim seeing their own evidence again",
    "witness.required": "the victim being required to give evidence",
}
_COUNTS = {
    Counts.AFTERWARDS: "",
    Counts.BEFOREHAND: ", before it began",
    Counts.WHENEVER: ", before it began or after",
}


def answer_words(met_by: Answer, start: Fact | None = None) -> str:
    """Say what meets a duty, after any start or after this one, which decides what news carries."""
    ways = []
    if start is None:
        content = "; ".join(
            listed([CONTENTS[item] for item in part.carrying]) + where_words(part.where)
            for part in met_by.contents
        )
    else:
        required = met_by.required(start.data, start.type)
        content = listed([CONTENTS[item] for item in required])
    how = " in writing or by hand" if met_by.written else ""
    if met_by.told_about:
        about = any_of(news_words(met_by.told_about))
        ways.append(f"news{how} about {about}" + (f", with {content}" if content else ""))
    elif met_by.told:
        ways.append(f"news{how} with {content}")
    elif met_by.done:
        ways.append(any_of(facts_words(met_by.done)) + where_words(met_by.where))
    elif met_by.received:
        ways.append("word of it reaching the Witness Care Unit")
    elif met_by.first_contact_by is not None:
        ways.append(f"any news or offer by {AGENCIES[met_by.first_contact_by]}")
    elif met_by.told_by is not None:
        by = "" if met_by.told_by == "any" else f" by {AGENCIES[met_by.told_by]}"
        ways.append(f"any news{by}")
    if met_by.offered:
        offers = any_of([OFFERS[offer] for offer in met_by.offered])
        or_reason = ", or the reason why not" if met_by.or_reason else ""
        ways.append(f"the offer of {offers}{or_reason}")
    said = "; or ".join(ways) + _COUNTS[met_by.counts]
    return f"{said}, by the same organisation" if met_by.same_organisation else said


def test_words(test: FactTest) -> str:
    """Say which fact it is, and what it must hold."""
    return FACT_NOUNS[test.fact] + where_words(test.where)


def where_words(where: Where) -> str:
    """Say what a fact must hold, after the fact itself."""
    if not where.alternatives:
        return ""
    return f" (where {'; or '.join(listed([_test(t) for t in ts]) for ts in where.alternatives)})"


def _test(test: Test) -> str:
    field = test.field.replace("_", " ")
    if test.present is not None:
        return f"{field} is {'' if test.present else 'not '}stated"
    if test.at_least is not None:
        return f"{field} is at least {test.at_least}"
    if test.any_of:
        return f"{field} is {any_of(_value(value) for value in test.any_of)}"
    return f"{field} is not {any_of(_value(value) for value in test.none_of)}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "so" if value else "not so"
    return str(value).replace("_", " ")


def news_words(types: Iterable[str]) -> list[str]:
    """Return the words for news about each type, each once."""
    return list(dict.fromkeys(NEWS[type_] for type_ in types))


def facts_words(types: Iterable[str]) -> list[str]:
    """Return the words for each type having happened, each once."""
    return list(dict.fromkeys(FACT_NOUNS[type_] for type_ in types))


def any_of(words: Iterable[str]) -> str:
    """Write alternatives as people say them: one, two or three."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last

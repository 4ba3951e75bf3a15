"""Says what a rule says in plain English: what starts a duty, what meets it, under which terms."""

from collections.abc import Iterable

from gateway.journey.duty import (
    Clock,
    Duty,
    Start,
    Terms,
)
from gateway.journey.order import OrderRule
from gateway.journey.phrases import (
    FACT_NOUNS,
    answer_words,
    any_of,
    facts_words,
    news_words,
    test_words,
    where_words,
)
from gateway.journey.sentences import upper_first
from gateway.journey.wording import AGENCIES, listed
from gateway.rulebook.grammar import UNTIMED, Example
from gateway.rulebook.lists import NotObservable
from gateway.rulebook.load import RuleFile
from gateway.rulebook.order import OrderExample, OrderFile


def say_rule(rule: RuleFile) -> list[str]:
    """Return the lines that tell a duty: what it asks, its terms by date and its examples."""
    duty = rule.duty
    lines = [
        f"{duty.id}: {duty.title}.",
        f"Right {duty.right}, {duty.kind.value}. Owed by {AGENCIES[duty.owner]}. File: {rule.name}",
        "",
        f"It begins {_start(duty.starts)}.",
        f"It is met by {answer_words(duty.met_by)}.",
    ]
    lines += [f"It is owed only if: {condition.says}." for condition in duty.conditions]
    if duty.declined_by:
        lines.append(f"It ends with {any_of(facts_words(duty.declined_by))}: the victim's own no.")
    if duty.stops_when:
        lines.append(f"It ends with {any_of([test_words(stop) for stop in duty.stops_when])}.")
    if duty.opt_out is not None:
        scope = "all contact" if duty.opt_out == "all" else "the contact scheme"
        lines.append(f"It ends when the victim declines {scope}.")
    if duty.follows is not None:
        lines.append(f"It follows {duty.follows}; both legs are told as one as well.")
    if duty.repeats:
        lines.append("Each answer begins it again.")
    if duty.rolls_back:
        lines.append("It is useful until the last working day, where it ends on another.")
    lines += ["", "Terms, the newest first:"]
    for terms in duty.terms:
        lines.append(f"- from {terms.in_force}, {terms.edition}: {limits(terms)}.")
        lines += [f"  {line}" for line in _differences(terms)]
        cite = terms.cite
        lines.append(f'  {cite.at} (confidence {cite.confidence}): "{cite.says}"')
    return [*lines, "", "Examples:", *_examples(rule.examples)]


def say_order(file: OrderFile) -> list[str]:
    """Return the lines that tell a rule of order: what should come first, and its examples."""
    rule = file.rule
    lines = [
        f"{rule.id}: {rule.title}.",
        f"Right {rule.right}, {rule.kind.value}, a rule of order. "
        f"Owed by {AGENCIES[rule.owner]}. File: {file.name}",
        "",
        f"{upper_first(order_words(rule))}.",
    ]
    lines += [f"It is asked only if: {condition.says}." for condition in rule.conditions]
    cite = rule.cite
    lines += [
        f"From {rule.in_force}, {cite.source}, {cite.at} (confidence {cite.confidence}): "
        f'"{cite.says}"'
    ]
    return [*lines, "", "Examples:", *_examples(file.examples)]


def say_not_observable(row: NotObservable) -> list[str]:
    """Return the lines that tell a row which no event can show."""
    return [
        f"{row.id}: {row.title}.",
        f"Right {row.right}, {row.kind.value}. Owed by: {row.owner}. Limit: {row.within}.",
        f"From {row.in_force}, {row.cite.source} (confidence {row.cite.confidence}): "
        f'"{row.cite.says}"',
        "",
        f"Not observable, and never judged: {row.because}.",
    ]


def limits(terms: Terms) -> str:
    """Say how long terms allow, with and without Enhanced Rights."""
    if terms.within is None:
        return UNTIMED
    if terms.within_enhanced in (None, terms.within):
        return str(terms.within)
    return f"{terms.within}, {terms.within_enhanced} under Enhanced Rights"


def order_words(rule: OrderRule) -> str:
    """Say what should come before what."""
    since = "" if rule.after is None else f"after {test_words(rule.after)}, "
    then = any_of(facts_words(rule.before)) + where_words(rule.where)
    return f"{since}{answer_words(rule.first)} comes before {then}"


def _differences(terms: Terms) -> list[str]:
    """Say what else is different under these terms."""
    lines = []
    if terms.owner is not None:
        lines.append(f"Owed by {AGENCIES[terms.owner]}.")
    if terms.starts is not None:
        lines.append(f"It begins {_start(terms.starts)}.")
    if terms.met_by is not None:
        lines.append(f"It is met by {answer_words(terms.met_by)}.")
    if terms.organisations:
        lines.append(f"Only {listed(list(terms.organisations))} take part.")
    return lines


def _start(starts: Start) -> str:
    if starts.silence:
        return "with every silence: the report, and each time the victim was told something"
    if starts.told_about:
        by = "" if starts.decided_by is None else f", decided by {AGENCIES[starts.decided_by]}"
        news = any_of(news_words(starts.told_about)) + where_words(starts.where)
        return f"when the victim is told about {news}{by}"
    said = f"with {any_of(facts_words(starts.facts))}{where_words(starts.where)}"
    if starts.clock is Clock.RECEIVED:
        said += ", from when the owner hears of it"
    if starts.not_before is not None:
        said += f", but not before {FACT_NOUNS[starts.not_before]}"
    if starts.else_fact is not None:
        said += f"; where nobody tells of that, with {FACT_NOUNS[starts.else_fact]}"
    return said


def _examples(examples: Iterable[Example | OrderExample]) -> list[str]:
    lines = []
    for example in examples:
        enhanced = " (with Enhanced Rights)" if example.enhanced else ""
        lines.append(f"- {example.name}{enhanced}:")
        lines += [f"    {event}" for event in example.events]
        lines.append(f"  By {example.as_of}: {_outcome(example)}.")
    return lines


def _outcome(example: Example | OrderExample) -> str:
    due = None
    if isinstance(example, Example):
        outcome = "not owed" if example.standing is None else example.standing.value
        due = example.due
    else:
        outcome = "not asked" if example.outcome is None else example.outcome.value
    which = f"number {example.which} is " if example.which is not None else ""
    return f"{which}{outcome.replace('_', ' ')}" + (f", due {due}" if due is not None else "")


def what_differs(duty: Duty, terms: Terms) -> dict[str, str]:
    """Return what two editions may say differently of a duty, by name, in words."""
    return {
        "limit": limits(terms),
        "owed by": AGENCIES[terms.owner or duty.owner],
        "begins": _start(terms.starts or duty.starts),
        "met by": answer_words(terms.met_by or duty.met_by),
    }

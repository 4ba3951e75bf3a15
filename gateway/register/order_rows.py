"""The register's rows of how rules of order came out on one journey, of those that are counted."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from gateway.journey.duty import Rulebook
from gateway.journey.findings.saying import hidden_by_any
from gateway.journey.limits import AGENCY_OF
from gateway.journey.order import OrderFinding, Outcome, order_of
from gateway.journey.story import Story


class OrderRow(NamedTuple):
    """A row of `register_order`, by the event of the fact that asked for the order.

    `then_at` (UTC) and `then_on` (London day) are when what should come after came. From
    `unknown_from` (UTC) on nobody can tell whether what should come first had come.
    """

    journey_id: UUID
    rule: str
    event_source: str
    event_id: str
    agency: str
    organisation: str | None
    force: str | None
    then_at: datetime
    then_on: date
    outcome: str
    unknown_from: datetime | None


def order_rows(journey_id: UUID, story: Story, rulebook: Rulebook) -> Iterator[OrderRow]:
    """Yield how each counted rule of order came out; few journeys have the facts it is about."""
    facts = story.facts_by_type.keys()
    rules = [one for one in rulebook.order if one.counted and not facts.isdisjoint(one.before)]
    if not rules:
        return
    for found in order_of(rules, story):
        owner, then = found.rule.owner, found.then
        agency = AGENCY_OF.get(owner, owner)
        own = then.event.agency == agency
        yield OrderRow(
            journey_id,
            found.rule.id,
            found.asked.event.source,
            found.asked.event.id,
            agency,
            then.event.organisation if own else story.organisation_of(agency, then.at),
            story.organisation_of("police", then.at),
            then.at,
            then.day,
            found.outcome.value,
            _unknown_from(found, story),
        )


def _unknown_from(found: OrderFinding, story: Story) -> datetime | None:
    """Return from when (UTC) a feed may hide that it came first after all; None where none does.

    It may have come from the day on which the rule began to ask for it: whatever it asks about
    before, such as when the victim joined a scheme.
    """
    if found.outcome is not Outcome.NOT_SEEN:
        return None
    began = [
        fact.at
        for condition in found.rule.conditions
        if condition.earlier is not None
        for fact in story.facts_of(condition.earlier)
        if fact.at <= found.asked.at
    ]
    since = max(began, default=min(story.spoke_from.values()))
    hidden = hidden_by_any(story, since, found.then.at)
    return None if hidden is None else max(hidden, found.then.at)

"""Who the victim is at any time: rights, age, what was agreed or declined, who may hear news."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from gateway.journey.readings import MOST_SERIOUS
from shared.london import read_day
from shared.words import WRITTEN

if TYPE_CHECKING:
    from gateway.journey.story import Contact, Fact


_ALL = frozenset({"all"})


@dataclass(slots=True)
class Assessment:
    """What a needs assessment found about Enhanced Rights, true from a London day on."""

    since: date
    enhanced: bool
    grounds: tuple[str, ...]


@dataclass(slots=True)
class Agreement:
    """What had been agreed with the victim from one moment (UTC) on; None where nothing was."""

    at: datetime
    update_every_days: int | None
    channels: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class OptOut:
    """A time (UTC, `until` exclusive) in which the victim had declined contact of some scope.

    The scope is `all`, `contact_scheme`, or the types of event the victim does not want news of;
    `wanted` is what the victim has asked for again since declining all.
    """

    scope: frozenset[str]
    since: datetime
    until: datetime | None
    wanted: frozenset[str] = frozenset()

    def covers(self, scopes: frozenset[str]) -> bool:
        """Say whether news of any of these scopes, of which `all` says nothing, is declined."""
        if self.scope & (scopes - _ALL):
            return True
        return "all" in self.scope and "all" in scopes and not self.wanted & scopes


@dataclass(slots=True)
class Victim:
    """The person, family or business on whose behalf the story is told. Days are London days."""

    kind: str
    reported_on: date | None
    always_enhanced: str | None
    under_18: bool
    turns_18_on: date | None
    contact_named_from: datetime | None
    spokesperson: tuple[datetime, str] | None
    assessments: tuple[Assessment, ...]
    agreements: tuple[Agreement, ...]
    opt_outs: tuple[OptOut, ...]

    def under_18_on(self, day: date) -> bool:
        """Say whether the victim was a child on a day; without a birthday, as reported."""
        return day < self.turns_18_on if self.turns_18_on is not None else self.under_18

    def enhanced_because(self, day: date) -> str | None:
        """Return why Enhanced Rights were owed on a day, or None where they were not.

        Victims of the most serious crime, the bereaved and children have them from the report,
        whatever an assessment says; others from the day an assessment holds good. Businesses never.
        """
        if self.kind == "business":
            return None
        if self.always_enhanced is not None:
            return self.always_enhanced
        if self.under_18_on(day):
            return "under 18"
        current = None
        for assessment in self.assessments:
            if assessment.since <= day:
                current = assessment
        if current is None or not current.enhanced:
            return None
        found = f" ({', '.join(current.grounds)})" if current.grounds else ""
        return f"needs assessment{found}"

    def agreed_at(self, at: datetime) -> Agreement | None:
        """Return what had been agreed with the victim by a moment."""
        agreed = None
        for agreement in self.agreements:
            if agreement.at <= at:
                agreed = agreement
        return agreed

    def declines_at(self, at: datetime, scopes: frozenset[str]) -> OptOut | None:
        """Return the opt-out that covers any of these scopes at a moment, or None."""
        for out in self.opt_outs:
            if out.since <= at and (out.until is None or at < out.until) and out.covers(scopes):
                return out
        return None

    def declines_after(self, at: datetime, scopes: frozenset[str]) -> OptOut | None:
        """Return the first opt-out of any of these scopes that began after a moment, or None."""
        later = (out for out in self.opt_outs if out.since > at and out.covers(scopes))
        return min(later, key=lambda out: out.since, default=None)

    def why_not_told(self, contact: "Contact") -> str | None:
        """Return why a contact did not tell the victim, or None where it did.

        It must have reached a person entitled to the news: the victim, a child's parent or guardian
        unless excluded, a representative, a business's named contact. Written news counts when it
        was sent by a channel the victim agreed to; spoken news by any.
        """
        if not contact.reached:
            return "it did not reach anyone"
        if contact.excluded:
            return "the person told is excluded"
        if contact.recipient == "parent_or_guardian":
            if self.kind != "parent_or_guardian" and not self.under_18_on(contact.day):
                return "a parent or guardian is told only for a victim under 18"
        elif contact.recipient == "named_contact":
            if self.kind != "business":
                return "a named contact speaks for a business only"
        elif contact.recipient == "other":
            return "the person told is not entitled to the news"
        agreed = self.agreed_at(contact.at)
        if (
            contact.channel in WRITTEN
            and agreed is not None
            and agreed.channels
            and contact.channel not in agreed.channels
        ):
            return f"the victim did not agree to news by {contact.channel}"
        return None


def victim_of(facts: Mapping[str, Sequence["Fact"]]) -> Victim:
    """Return the victim whom these facts, by type and each in order of time, describe."""
    reports = facts.get("crime.reported", ())
    report: Mapping[str, Any] = {}
    reported_on = named_from = spokesperson = None
    for fact in reports:
        report = report or fact.data
        reported_on = reported_on or fact.day
        if named_from is None and fact.data.get("named_contact"):
            named_from = fact.at
    agreements: list[Agreement] = []
    for fact in facts.get("preferences.agreed", ()):
        data = fact.data
        before = agreements[-1] if agreements else None
        channels = data.get("channels")
        agreements.append(
            Agreement(
                fact.at,
                data.get("update_every_days", before and before.update_every_days),
                before.channels if channels is None and before else frozenset(channels or ()),
            )
        )
        if data.get("named_contact") and (named_from is None or fact.at < named_from):
            named_from = fact.at
        representative = data.get("representative")
        if (
            representative
            and spokesperson is None
            and representative.get("kind") == "spokesperson"
            and "reference" in representative
        ):
            spokesperson = (fact.at, representative["reference"])
    kind = report.get("victim_kind", "person")
    turns_18_on = report.get("turns_18_on")
    return Victim(
        kind=kind,
        reported_on=reported_on,
        always_enhanced=always_enhanced(kind, report.get("flags", ())),
        under_18=bool(report.get("under_18")),
        turns_18_on=None if turns_18_on is None else read_day(turns_18_on),
        contact_named_from=named_from,
        spokesperson=spokesperson,
        assessments=assessments_of(facts.get("needs.assessed", ())),
        agreements=tuple(agreements),
        opt_outs=opt_outs_of(facts),
    )


def always_enhanced(kind: str, flags: Sequence[str]) -> str | None:
    """Return why a victim has Enhanced Rights from the report on, or None."""
    serious = [flag for flag in flags if flag in MOST_SERIOUS]
    if serious:
        return f"victim of the most serious crime ({', '.join(serious)})"
    return "bereaved by the crime" if kind == "bereaved_relative" else None


def assessments_of(facts: Sequence["Fact"]) -> tuple[Assessment, ...]:
    """Return what assessments found, in order of the day from which each holds good."""
    if not facts:
        return ()
    assessments = []
    for fact in facts:
        data = fact.data
        since = read_day(data["since"]) if "since" in data else fact.day
        grounds = tuple(data.get("grounds", ()))
        assessments.append(Assessment(since, bool(data.get("enhanced_rights")), grounds))
    assessments.sort(key=lambda found: found.since)  # stable: a later finding wins the day
    return tuple(assessments)


def opt_outs_of(facts: Mapping[str, Sequence["Fact"]]) -> tuple[OptOut, ...]:
    """Return the times in which the victim had declined contact."""
    declined = facts.get("contact.declined")
    if declined is None:
        return ()
    turns = [*declined, *facts.get("contact.resumed", ())]
    turns.sort(key=lambda fact: (fact.at, fact.event.source, fact.event.id))
    opt_outs: list[OptOut] = []
    for fact in turns:
        if fact.type == "contact.declined":
            opt_outs.append(OptOut(scope_of(fact.data), fact.at, None))
        else:
            opt_outs = resumed(opt_outs, scope_of(fact.data), fact.at)
    return tuple(opt_outs)


def scope_of(data: Mapping[str, Any]) -> frozenset[str]:
    """Return the scope of a declined or resumed contact as a set of words."""
    scope = data.get("scope", "all")
    return frozenset({scope}) if isinstance(scope, str) else frozenset(scope)


def resumed(opt_outs: list[OptOut], scope: frozenset[str], at: datetime) -> list[OptOut]:
    """Return the opt-outs once the victim has opted in again: `all` ends every one of them.

    Who declined all and asks for something again still declines the rest.
    """
    left = []
    for out in opt_outs:
        if out.until is not None or not ("all" in scope | out.scope or out.scope & scope):
            left.append(out)
            continue
        left.append(OptOut(out.scope, out.since, at, out.wanted))
        if "all" in scope:
            continue
        if "all" in out.scope:
            left.append(OptOut(out.scope, at, None, out.wanted | scope))
        elif out.scope - scope:
            left.append(OptOut(out.scope - scope, at, None))
    return left

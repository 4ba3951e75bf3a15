"""What the law calls special categories of a victim's data, and an answer without them.

Health, ethnic origin, religion, sex life and orientation (UK GDPR article 9; sensitive processing
in the Data Protection Act 2018, s.35(8)), and what tells of them or puts a victim at risk.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from gateway.journey.duty import Duty
from gateway.journey.obligation import Followed
from gateway.journey.order import OrderRule
from gateway.journey.story import Contact
from gateway.journey.timeline import Timeline, entries_of, row_of
from shared.journey_event import JourneyRecord, KeptEvent

# By type of event, with why each field is here.
SPECIAL: Mapping[str, frozenset[str]] = {
    "crime.reported": frozenset(
        {
            "flags",  # hate crime tells of origin, faith, orientation or health; sexual offences
            "offence_group",  # sexual offences: the victim is anonymous for life
        }
    ),
    "needs.assessed": frozenset({"needs", "grounds"}),  # health, disability, fear
    "preferences.agreed": frozenset(
        {
            "language",  # tells of origin
            "interpreter",  # of origin, or of deafness
            "safe_contact",  # how to reach somebody who is in danger
        }
    ),
    "safeguarding.referred": frozenset({"service"}),  # of health and danger
    "support.referred": frozenset({"service"}),  # a rape crisis centre says what happened
    "support.declined": frozenset({"service"}),
    "special_measures.applied": frozenset({"measures"}),  # of health and disability
    "special_measures.decided": frozenset({"measures"}),
    "victim.offered": frozenset({"offer"}),  # those of SPECIAL_OFFERS
}
SPECIAL_OFFERS = frozenset(
    {"interpreter", "translation", "special_measures", "registered_intermediary", "officer_gender"}
)
# What the law is followed by stays while it is followed, and is left out of the words after.
FOLLOWED = frozenset({"flags", "offence_group", "grounds", "language", "interpreter", "offer"})
LEFT_OUT = "left_out"  # the word for an offer that is not named
NOT_SHOWN = (
    "Special categories of data, such as why Enhanced Rights are owed, and the duties that rest on "
    "them: they need a token with the scope special_category.",
)


def without_special(record: JourneyRecord) -> JourneyRecord:
    """Return a record without the special fields that no duty is followed by."""
    types = {(event.source, event.id): event.type for event in record.events}

    def without(event: KeptEvent) -> KeptEvent:
        if event.type != "event.corrected":
            return replace(event, data=_drop(event.data, event.type))
        target, content = event.data["event"], event.data["content"]
        original = types.get((target["source"], target["id"]), "")
        kept = {**content, "data": _drop(content["data"], original)}
        return replace(event, data={**event.data, "content": kept})

    return replace(record, events=tuple(without(event) for event in record.events))


def _drop(data: Mapping[str, Any], type_: str) -> Mapping[str, Any]:
    special = SPECIAL.get(type_, frozenset()) - FOLLOWED
    return {name: value for name, value in data.items() if name not in special}


@cache
def rests_on_special(rule: Duty | OrderRule) -> bool:
    """Say whether a rule asks for a special field: that it is owed, or is not, tells what it held.

    Such is the offer of an officer of a certain gender to victims of sexual or domestic violence.
    """
    asks = [condition.where for condition in rule.conditions]
    if isinstance(rule, Duty):
        asks += [start.where for start in rule.all_starts]
    else:
        asks += [rule.where, *([rule.after.where] if rule.after is not None else [])]
    return any(
        test.field in FOLLOWED for where in asks for tests in where.alternatives for test in tests
    )


def followed_without_special(followed: Followed) -> Followed:
    """Return what was followed without the duties that rest on a special field."""
    return Followed(
        tuple(one for one in followed.obligations if not rests_on_special(one.duty)),
        tuple(one for one in followed.not_owed if not rests_on_special(one.duty)),
    )


def timeline_without_special(timeline: Timeline) -> Timeline:
    """Return a timeline that names no special offer, and no duty that rests on a special field."""
    contacts = tuple(_without_offer(contact) for contact in timeline.story.contacts)
    story = replace(timeline.story, contacts=contacts)
    course, silences = timeline.course, timeline.silences
    followed = followed_without_special(timeline.followed)
    return replace(
        timeline,
        followed=followed,
        entries=entries_of(story, course, followed, silences),
        stages=tuple(
            row_of(row.span, story, course, followed, silences) for row in timeline.stages
        ),
        order=tuple(one for one in timeline.order if not rests_on_special(one.rule)),
    )


def _without_offer(contact: Contact) -> Contact:
    event = contact.event
    if event.data.get("offer") not in SPECIAL_OFFERS:
        return contact
    return replace(contact, event=replace(event, data={**event.data, "offer": LEFT_OUT}))

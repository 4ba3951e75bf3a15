"""What a caller may see of a journey, put together: its own part, and no special categories."""

from dataclasses import replace
from uuid import UUID

from gateway.answers import Moments, ObligationBody, TimelineBody
from gateway.journey.difference import Difference
from gateway.journey.explanation import Explanation
from gateway.journey.membership import Membership, journey_of
from gateway.journey.obligation import Followed
from gateway.journey.part import NOT_SEEN, followed_part, owes, part_of, timeline_part
from gateway.journey.special import (
    NOT_SHOWN,
    followed_without_special,
    rests_on_special,
    timeline_without_special,
    without_special,
)
from gateway.journey.timeline import Timeline
from shared.access.caller import Caller, View, view_of
from shared.journey_event import JourneyRecord
from shared.problems import Fault, NotPermitted

LISTED = (
    "Each duty stands as what the organisation that owes it holds tells it: asked with a token for "
    "several organisations, the timeline may know more.",
)


def record_seen(record: JourneyRecord, view: View) -> JourneyRecord:
    """Return what a caller may see of all that was ever linked together."""
    part = part_of(record, view)
    return part if view.special else without_special(part)


def journey_seen(
    record: JourneyRecord | None, asked: UUID, view: View, moments: Moments
) -> Membership | None:
    """Return the part of a journey that a caller may see, None where nothing of it may be."""
    if record is None:
        return None
    return journey_of(record_seen(record, view), asked, known_at=moments.known_at)


def timeline_seen(timeline: Timeline, view: View) -> Timeline:
    """Return the timeline of a part, as the caller may be told it."""
    told = timeline if view.special else timeline_without_special(timeline)
    return timeline_part(told, view)


def followed_seen(followed: Followed, view: View) -> Followed:
    """Return what was followed of a part, as the caller may be told it."""
    told = followed if view.special else followed_without_special(followed)
    return followed_part(told, view)


def difference_seen(difference: Difference, view: View) -> Difference:
    """Return how a journey differs under a draft, likewise."""
    pairs = (
        pair
        for pair in difference.pairs
        if owes(pair.either, view) and (view.special or not rests_on_special(pair.either.duty))
    )
    return replace(difference, pairs=tuple(pairs))


def explanation_seen(explanation: Explanation, view: View) -> Explanation:
    """Return an explanation that does not say why Enhanced Rights were owed, unless it may."""
    because = explanation.obligation.enhanced_because
    if view.special or because is None:
        return explanation
    sentences = tuple(said.replace(f" ({because})", "") for said in explanation.sentences)
    return replace(explanation, sentences=sentences)


def left_out(view: View) -> list[str]:
    """Return, in words, what a caller is not shown."""
    return [
        *(NOT_SEEN if view.organisations is not None else ()),
        *(NOT_SHOWN if not view.special else ()),
    ]


def left_out_of_lists(view: View) -> list[str]:
    """Return, in words, what a caller is not shown of a list of duties, and by what each stands."""
    return [*left_out(view), *(LISTED if view.organisations is not None else ())]


def obligation_seen(body: ObligationBody, view: View) -> ObligationBody:
    """Return an obligation as it is answered, without why it is owed sooner unless it may say."""
    return body if view.special else body.model_copy(update={"enhanced_because": None})


def timeline_body_seen(body: TimelineBody, view: View) -> TimelineBody:
    """Return a timeline as it is answered, likewise."""
    if view.special:
        return body
    return body.model_copy(
        update={
            "victim": body.victim.model_copy(update={"enhanced_because": None}),
            "obligations": [obligation_seen(one, view) for one in body.obligations],
        }
    )


def require_whole(caller: Caller) -> None:
    """Raise NotPermitted for a caller who is shown parts of journeys, of which none is silent.

    It is said before a journey is looked for, and so tells nothing of any.
    """
    if view_of(caller).organisations is not None:
        fault = Fault("authorization", "names some organisations only", "ask for its timeline")
        raise NotPermitted("That nobody spoke is known from all events only.", fault)


def require_all(caller: Caller) -> View:
    """Return the view of a caller who may see every journey whole; raises NotPermitted.

    Where a page of a list begins and ends would tell of references that a part does not hold.
    """
    view = view_of(caller)
    if view.organisations is not None:
        fault = Fault("authorization", "names some organisations only", "ask journey by journey")
        raise NotPermitted("All journeys are for an inspector of every organisation.", fault)
    return view

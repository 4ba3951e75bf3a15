"""Lets the victim of a synthetic journey ask again: for a review of a decision, or by complaint."""

from datetime import datetime, timedelta

from demo.synthetic.days import DAY
from demo.synthetic.journey import Journey
from shared.journey_event import Agency
from shared.london import london_day


def review(journey: Journey, agency: Agency, suspect: str, told: datetime) -> None:
    """Ask the agency that decided for a review, mostly in time, and let it answer."""
    chance = journey.chance
    label = journey.label(suspect) if agency == "cps" else suspect
    asked = journey.later(
        told, chance.between(0, 20) if agency == "cps" else chance.between(0, 110)
    )
    if agency == "police":
        data = {"scheme": "police", "suspect": label}
        request = journey.say(agency, "review.requested", asked, data)
        if request is not None:
            acknowledged = {**data, "about_event": request.id}
            journey.does(agency, "VRR.POL-ACK", "review.acknowledged", request.at, acknowledged)
            decided = {**data, "outcome": "upheld"}
            journey.does(agency, "VRR.POL-DEC", "review.decided", request.at, decided)
        return
    for stage, rule in (("local_resolution", "VRR.CPS-LR"), ("independent", "VRR.CPS-IND")):
        data = {"scheme": "cps", "stage": stage, "suspect": label}
        request = journey.say(agency, "review.requested", asked, data)
        if request is None:
            return
        decided = {**data, "outcome": "upheld"}
        answer = journey.does(agency, rule, "review.decided", request.at, decided)
        if answer is None or not chance.happens(0.3):
            return
        asked = answer.at + chance.between(1, 10) * DAY


def complain(journey: Journey, agency: Agency, at: datetime) -> None:
    """Complain of an agency, and let it answer."""
    chance = journey.chance
    right = {"right": chance.one_of((2, 4, 6, 6, 6, 8, 9))}
    received = journey.say(agency, "complaint.received", at, right)
    if received is None:
        return
    habit = journey.habit(agency, "R12.ACK")
    if chance.happens(habit.never):
        return
    first = journey.worked(at, chance.spread(habit.days))
    if chance.happens(0.5):
        journey.say(agency, "complaint.answered", first)
        return
    expected = london_day(first) + timedelta(days=20)
    lacking = chance.happens(habit.lacking)
    promise = {} if lacking else {"reply_expected_on": expected.isoformat()}
    journey.say(agency, "complaint.acknowledged", first, promise)
    if not lacking or chance.happens(habit.mended):
        answered = journey.worked(first, chance.between(5, 30))
        journey.say(agency, "complaint.answered", answered)

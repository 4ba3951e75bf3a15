"""How an obligation without a time stands: recorded, or nothing recorded; never late."""

from gateway.journey.standing import Ending, Interval, Standing
from gateway.journey.story import Fact
from gateway.journey.telling import Answered


def standings_untimed(
    start: Fact, answer: Answered | None, ending: Ending | None
) -> tuple[Interval, ...]:
    """Return how an obligation without a time stands from its start on (UTC), in order of time.

    Nothing is recorded until its answer, however late that comes, or until it ends; an answer that
    was there before the start holds from the start on.
    """
    then = None
    if ending is not None:
        then = max(ending.at, start.at), Standing.ENDED
    elif answer is not None:
        then = max(answer.at, start.at), Standing.RECORDED
    if then is None:
        return (Interval(Standing.NOTHING_RECORDED, start.at, None),)
    since, standing = then
    last = Interval(standing, since, None)
    if since == start.at:
        return (last,)
    return Interval(Standing.NOTHING_RECORDED, start.at, since), last

"""Makes sure that the register holds all that is known, before anything of it is kept for good."""

from gateway.register.lag import Lag, read_lag
from gateway.register.projector import UNMARKED
from gateway.register.rows import Yardstick
from shared.problems import Fault, NotReady
from shared.store.snapshot import Asks

_LATER = {"Retry-After": "5"}


async def require_complete(store: Asks, yardstick: Yardstick) -> Lag:
    """Return how far the register has come, which is all that there is at one moment of the store.

    Raises NotReady while journeys, or a word on a feed that may concern some, wait to be judged.
    """
    lag = await read_lag(store, yardstick)
    if not lag.is_up_to_date:
        fault = Fault(
            "register",
            f"is behind by {lag.behind:,} references, and {lag.judged_otherwise:,} journeys are "
            "judged by other rules",
            "ask again once /v1/register says that nothing waits",
        )
        raise NotReady("What is published must be of all that is known.", fault, headers=_LATER)
    if await store.ask(UNMARKED):
        fault = Fault(
            "register", "has not heard yet of a feed that was down", "ask again in a while"
        )
        raise NotReady("What is published must be of all that is known.", fault, headers=_LATER)
    return lag

"""What a running gateway works with: the store, the rulebook, the calendar, the clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.journey.calendar import Calendar
from gateway.journey.difference import DraftRulebook
from gateway.journey.duty import Rulebook
from gateway.journey.silences import Standard
from gateway.register.rows import Yardstick
from gateway.returns.reading import Return
from gateway.review.thresholds import Threshold
from shared.settings import FeedSettings
from shared.store import Store


@dataclass(frozen=True, slots=True)
class GatewayState:
    """Made once at the start; the clock returns the present in UTC and is asked by routes only."""

    store: Store
    access_log: Store | None  # under the one role that may read it; None where it has no login
    rulebook: Rulebook
    drafts: Mapping[str, DraftRulebook]  # by name; read by what-if alone
    calendar: Calendar
    standard: Standard
    feed_settings: FeedSettings
    returns: Mapping[str, Return]  # by id
    thresholds: Mapping[str, Threshold]  # by id
    clock: Callable[[], datetime]

    @property
    def yardstick(self) -> Yardstick:
        """By what this gateway would judge a journey."""
        return Yardstick(self.rulebook, self.calendar, self.standard)

"""The journey store's one door: open a Store, publish events to it, read a journey's record."""

from shared.store.address import database_for
from shared.store.store import Clock, Store, utc_now

__all__ = ["Clock", "Store", "database_for", "utc_now"]

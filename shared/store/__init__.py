"""The journey store's one door: open a Store, publish events to it, read a journey's record."""

from shared.store.access import Access, Asker, KeptAccess, Verb
from shared.store.address import database_for, databases_for_gateway
from shared.store.store import Clock, Store, utc_now

__all__ = [
    "Access",
    "Asker",
    "Clock",
    "KeptAccess",
    "Store",
    "Verb",
    "database_for",
    "databases_for_gateway",
    "utc_now",
]

"""All tables of the store: those of what was said, and those of the register made from it."""

from shared.store.register_tables import OF_A_JOURNEY
from shared.store.tables import metadata

__all__ = ["OF_A_JOURNEY", "metadata"]

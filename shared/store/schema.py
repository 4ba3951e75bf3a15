"""All tables of the store: what was said, the register made from it, and the samples drawn."""

from shared.store import sample_tables
from shared.store.register_tables import OF_A_JOURNEY
from shared.store.tables import metadata

SAMPLES = (
    sample_tables.sample,
    sample_tables.sample_stratum,
    sample_tables.sample_frame,
    sample_tables.sample_case,
    sample_tables.sample_replacement,
)

__all__ = ["OF_A_JOURNEY", "SAMPLES", "metadata"]

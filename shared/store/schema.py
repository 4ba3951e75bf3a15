"""All tables of the store: what was said, the register and its tally made from it, the samples."""

from shared.store import sample_tables, tally_tables
from shared.store.register_tables import OF_A_JOURNEY
from shared.store.tables import metadata

SAMPLES = (
    sample_tables.sample,
    sample_tables.sample_stratum,
    sample_tables.sample_frame,
    sample_tables.sample_case,
    sample_tables.sample_replacement,
)

TALLY = (
    tally_tables.register_tally_state,
    tally_tables.register_tally,
    tally_tables.register_tally_gone,
)

__all__ = ["OF_A_JOURNEY", "SAMPLES", "TALLY", "metadata"]

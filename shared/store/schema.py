"""All tables of the store: what was said, the register made from it, samples and reviews."""

from shared.store import review_tables, sample_tables, tally_tables
from shared.store.register_tables import OF_A_JOURNEY
from shared.store.tables import metadata

SAMPLES = (
    sample_tables.sample,
    sample_tables.sample_stratum,
    sample_tables.sample_frame,
    sample_tables.sample_case,
    sample_tables.sample_replacement,
)

REVIEWS = (review_tables.area_action, review_tables.area_action_change)

TALLY = (
    tally_tables.register_tally_state,
    tally_tables.register_tally,
    tally_tables.register_tally_gone,
)

__all__ = ["OF_A_JOURNEY", "REVIEWS", "SAMPLES", "TALLY", "metadata"]

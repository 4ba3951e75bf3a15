"""All tables of the store: events, the register, samples, reviews, and what was published."""

from shared.store import publication_tables, review_tables, sample_tables, tally_tables
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

PUBLISHED = (
    publication_tables.publication,
    publication_tables.publication_edition,
    publication_tables.publication_party,
    publication_tables.publication_reply,
    publication_tables.publication_reproduction,
    publication_tables.published_set,
    publication_tables.published_period,
    publication_tables.published_cell,
    publication_tables.published_secret,
)

TALLY = (
    tally_tables.register_tally_state,
    tally_tables.register_tally,
    tally_tables.register_tally_gone,
)

__all__ = ["OF_A_JOURNEY", "PUBLISHED", "REVIEWS", "SAMPLES", "TALLY", "metadata"]

"""Obligations of a rule, and stays that last, in the order in which they were written.

They were in the order of their journeys' ids, which are random: each row of a new journey went to a
page of its own, and among a million journeys most of these had to be read first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

STAY_ENDS = sa.text("coalesce(until_at, 'infinity'::timestamptz)")
# The index there was, that which takes its place, its table and its columns.
IN_PLACE_OF: tuple[tuple[str, str, str, list[str | sa.TextClause]], ...] = (
    ("register_obligation_rule", "register_obligation_of_rule", "register_obligation", ["rule"]),
    ("register_stage_stage", "register_stage_lasts", "register_stage", ["stage", STAY_ENDS]),
    ("register_stage_held", "register_stage_holds", "register_stage", ["organisation", STAY_ENDS]),
)


def upgrade() -> None:
    """Make all new indexes before an old one goes, so that readers wait for nothing but that.

    Projectors wait for all of it, some half a minute for a million journeys; the doors do not.
    """
    for _, new, table, columns in IN_PLACE_OF:
        op.create_index(new, table, columns, postgresql_include=["journey_id"])
    for old, _, table, _ in IN_PLACE_OF:
        op.drop_index(old, table_name=table)


def downgrade() -> None:
    """Bring the indexes back as they were."""
    for old, _, table, columns in IN_PLACE_OF:
        op.create_index(old, table, [*columns, "journey_id"])
    for _, new, table, _ in IN_PLACE_OF:
        op.drop_index(new, table_name=table)

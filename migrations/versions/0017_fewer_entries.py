"""Which journeys have to do with a right, by one entry each; and of silences only the long ones.

An index of rules had an entry for every obligation, and one of silences for every silence that
ended: a fifth of all entries that a journey made.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# What was judged before, and what a projector of before still writes, says that it may have to do
# with every right. It is looked at, as always, whether anything of it was owed; and all of it is
# judged again.
ALL_RIGHTS = sa.text("'{1,2,3,4,5,6,7,8,9,10,11,12}'")
IS_LONG = sa.text(
    "until_at IS NOT NULL AND "
    "(silent_until IS NULL OR silent_until - silent_from > interval '14 days')"
)


def upgrade() -> None:
    """Make what is new before what was goes, so that readers wait for nothing but that."""
    rights: sa.Column[list[int]] = sa.Column(
        "rights", ARRAY(sa.SmallInteger), nullable=False, server_default=ALL_RIGHTS
    )
    op.add_column("register_journey", rights)
    op.create_index(
        "register_journey_rights",
        "register_journey",
        ["rights"],
        postgresql_include=["journey_id"],
    )
    op.create_index(
        "register_silence_long",
        "register_silence",
        ["until_at", "journey_id"],
        postgresql_where=IS_LONG,
    )
    op.drop_index("register_obligation_of_rule", table_name="register_obligation")
    op.drop_index("register_silence_ended", table_name="register_silence")


def downgrade() -> None:
    """Bring the indexes back as they were."""
    op.create_index(
        "register_obligation_of_rule",
        "register_obligation",
        ["rule"],
        postgresql_include=["journey_id"],
    )
    op.create_index(
        "register_silence_ended",
        "register_silence",
        ["until_at", "journey_id"],
        postgresql_where=sa.text("until_at IS NOT NULL"),
    )
    op.drop_index("register_silence_long", table_name="register_silence")
    op.drop_index("register_journey_rights", table_name="register_journey")
    op.drop_column("register_journey", "rights")

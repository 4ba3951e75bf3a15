"""An event says whether it was loaded as history, so that it is never taken for late keying."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the mark; with a constant default no row is written anew."""
    op.add_column(
        "event",
        sa.Column("backfill", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )


def downgrade() -> None:
    """Drop the mark."""
    op.drop_column("event", "backfill")

"""Feeds: what is counted of each, and interruptions that may last, be corrected or withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

AGENCIES = ("police", "cps", "probation")
# What an agency may see of its events: no reference and no data.
COUNTED_BY = "agency, source, type, occurred_at"


def upgrade() -> None:
    """Add the two indexes, change the interruptions, and let each agency count its own events."""
    # Index-only, so that counting a year of a feed does not read its events.
    op.create_index(
        "event_feed",
        "event",
        ["agency", "source", "occurred_at"],
        postgresql_include=["type"],
    )
    op.create_index("event_identity_feed", "event_identity", ["source", "received_at"])

    op.add_column("feed_interruption", sa.Column("amends", sa.Text()))
    op.alter_column("feed_interruption", "from_at", nullable=True)
    op.alter_column("feed_interruption", "until_at", nullable=True)
    op.create_check_constraint(
        op.f("feed_interruption_begins_or_withdraws"),
        "feed_interruption",
        "from_at IS NOT NULL OR (amends IS NOT NULL AND until_at IS NULL)",
    )

    for agency in AGENCIES:
        role = f"journey_{agency}"
        op.execute(f"GRANT SELECT ({COUNTED_BY}) ON event TO {role}")
        op.execute(
            f"CREATE POLICY {agency}_counts ON event FOR SELECT TO {role} "
            f"USING (agency = '{agency}')"
        )


def downgrade() -> None:
    """Take it all back; what only this version can hold must have been removed before."""
    for agency in AGENCIES:
        op.execute(f"DROP POLICY {agency}_counts ON event")
        op.execute(f"REVOKE SELECT ({COUNTED_BY}) ON event FROM journey_{agency}")  # noqa: S608
    op.drop_constraint(op.f("feed_interruption_begins_or_withdraws"), "feed_interruption")
    op.alter_column("feed_interruption", "until_at", nullable=False)
    op.alter_column("feed_interruption", "from_at", nullable=False)
    op.drop_column("feed_interruption", "amends")
    op.drop_index("event_identity_feed")
    op.drop_index("event_feed")

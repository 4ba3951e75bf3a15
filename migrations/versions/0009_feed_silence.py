"""Feed silences: what was noticed of systems that stopped and did not say why."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

AGENCIES = ("police", "cps", "probation")
MOMENT = sa.DateTime(timezone=True)
MARKS = ["agency", "organisation", "system", "interruption_id"]


def upgrade() -> None:
    """Make the table, tell live events from history by when we were told, and widen the marks.

    The index on the identities goes, because they do not say which events were history.
    """
    op.create_table(
        "feed_silence",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("since_at", MOMENT, nullable=False),
        sa.Column("noticed_at", MOMENT, nullable=False),
        sa.Column("until_at", MOMENT),
        sa.Column("heard_until_at", MOMENT, nullable=False),
        sa.Column("replayed", sa.Boolean(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("usual_events", sa.Double(), nullable=False),
        sa.Column("standard", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "agency",
            "organisation",
            "system",
            "since_at",
            "noticed_at",
            name="feed_silence_pkey",
        ),
        sa.CheckConstraint(
            "agency IN ('police', 'cps', 'probation')", name=op.f("feed_silence_known_agency")
        ),
        sa.CheckConstraint("until_at > since_at", name=op.f("feed_silence_ends_after_it_begins")),
    )
    op.execute("REVOKE ALL ON feed_silence FROM PUBLIC")
    op.execute("GRANT SELECT, INSERT ON feed_silence TO journey_gateway")
    op.execute("ALTER TABLE feed_silence ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY gateway_notices ON feed_silence TO journey_gateway USING (true)")
    op.create_index(
        "event_received",
        "event",
        ["agency", "source", "received_at"],
        postgresql_include=["backfill"],
    )
    op.drop_index("event_identity_feed")
    for agency in AGENCIES:
        role = f"journey_{agency}"
        op.execute(f"GRANT SELECT ON feed_silence TO {role}")
        op.execute(
            f"CREATE POLICY {agency}_reads ON feed_silence FOR SELECT TO {role} "
            f"USING (agency = '{agency}')"
        )
        op.execute(f"GRANT SELECT (received_at) ON event TO {role}")
    op.add_column(
        "register_declaration",
        sa.Column("noticed", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.drop_constraint("register_declaration_pkey", "register_declaration")
    op.create_primary_key("register_declaration_pkey", "register_declaration", [*MARKS, "noticed"])


def downgrade() -> None:
    """Forget what was noticed; every reference waits, since what rested on it is known again."""
    op.execute("DELETE FROM register_declaration WHERE noticed")
    op.drop_constraint("register_declaration_pkey", "register_declaration")
    op.drop_column("register_declaration", "noticed")
    op.create_primary_key("register_declaration_pkey", "register_declaration", MARKS)
    for agency in AGENCIES:
        op.execute(f"REVOKE SELECT (received_at) ON event FROM journey_{agency}")  # noqa: S608
    op.create_index("event_identity_feed", "event_identity", ["source", "received_at"])
    op.drop_index("event_received")
    op.drop_table("feed_silence")
    op.execute("UPDATE reference SET projected_version = 0 WHERE projected_version > 0")

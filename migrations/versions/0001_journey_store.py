"""The journey store as it began: its tables, the services' roles and what each role may do."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.roles import let_in, make_roles, roles_of

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KNOWN_AGENCY = "agency IN ('police', 'cps', 'probation')"

AGENCIES = ("police", "cps", "probation")
SERVICES = (*AGENCIES, "gateway")
TABLES = (
    "reference",
    "event",
    "event_identity",
    "reference_link",
    "victim_key",
    "feed_interruption",
    "sealing",
    "erasure",
)


def upgrade() -> None:
    """Create the tables, then the roles, then what each role may do."""
    _require_postgresql_17()
    _create_tables()
    make_roles(*SERVICES)
    _grant()


def downgrade() -> None:
    """Drop the tables; the roles stay, because other databases of the server may use them."""
    for table in TABLES:
        op.drop_table(table)


def _require_postgresql_17() -> None:
    number = op.get_bind().execute(sa.text("SHOW server_version_num")).scalar_one()
    if int(number) < 170000:
        raise RuntimeError(
            "the journey store needs PostgreSQL 17 or newer: "
            "older servers cannot cut off a transaction after a time"
        )


def _create_tables() -> None:
    op.create_table(
        "reference",
        sa.Column("reference_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("first_received_at", MOMENT, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("projected_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("reference_id", name="reference_pkey"),
        sa.CheckConstraint("version > 0", name=op.f("reference_has_a_version")),
        sa.CheckConstraint(
            "projected_version BETWEEN 0 AND version", name=op.f("reference_projected_not_ahead")
        ),
    )
    op.create_index(
        "reference_behind",
        "reference",
        ["reference_id"],
        postgresql_where=sa.text("version > projected_version"),
    )
    op.create_table(
        "event",
        sa.Column("reference_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_event_id", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("time_precision", sa.Text(), nullable=False),
        sa.Column("recorded_at", MOMENT),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("data", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("reference_id", "event_id", name="event_pkey"),
        sa.CheckConstraint(KNOWN_AGENCY, name=op.f("event_known_agency")),
        sa.CheckConstraint(
            "time_precision IN ('instant', 'day')", name=op.f("event_known_precision")
        ),
        sa.CheckConstraint("jsonb_typeof(data) = 'object'", name=op.f("event_data_is_an_object")),
    )
    op.create_table(
        "event_identity",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_event_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("reference_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("source", "source_event_id", name="event_identity_pkey"),
        sa.CheckConstraint(
            "octet_length(digest) = 32", name=op.f("event_identity_digest_is_sha256")
        ),
    )
    op.create_table(
        "reference_link",
        sa.Column("reference_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("in_effect", sa.Boolean(), nullable=False),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("reference_id", "other_id", "event_id", name="reference_link_pkey"),
    )
    op.create_table(
        "victim_key",
        sa.Column("victim_key", sa.Text(), nullable=False),
        sa.Column("reference_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("victim_key", "reference_id", "event_id", name="victim_key_pkey"),
    )
    op.create_table(
        "feed_interruption",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("interruption_id", sa.Text(), nullable=False),
        sa.Column("from_at", MOMENT, nullable=False),
        sa.Column("until_at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint(
            "agency", "organisation", "system", "interruption_id", name="feed_interruption_pkey"
        ),
        sa.CheckConstraint(KNOWN_AGENCY, name=op.f("feed_interruption_known_agency")),
        sa.CheckConstraint(
            "until_at > from_at", name=op.f("feed_interruption_ends_after_it_begins")
        ),
    )
    op.create_table(
        "sealing",
        sa.Column("reference_id", sa.Uuid(), nullable=False),
        sa.Column("sealing_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_at", MOMENT, nullable=False),
        sa.Column("until_at", MOMENT),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_whom", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("reference_id", "sealing_id", name="sealing_pkey"),
        sa.CheckConstraint("until_at > sealed_at", name=op.f("sealing_ends_after_it_begins")),
    )
    op.create_table(
        "erasure",
        sa.Column("reference_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("erased_at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_whom", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("reference_id", "event_id", name="erasure_pkey"),
    )


def _grant() -> None:
    """Let each role do what its service does and nothing else."""
    op.execute(
        """
        DO $$ BEGIN
            EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
        END $$
        """
    )
    op.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    let_in(*SERVICES)
    op.execute(f"REVOKE ALL ON {', '.join(TABLES)} FROM PUBLIC")

    # An agency publishes. It may read what tells it that an event was kept before, no event.
    agencies = roles_of(*AGENCIES)
    op.execute(f"GRANT INSERT ON event, reference_link, victim_key TO {agencies}")
    op.execute(f"GRANT SELECT, INSERT ON event_identity, feed_interruption TO {agencies}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE (version) ON reference TO {agencies}")

    # The gateway reads, and notes what it has projected.
    op.execute(f"GRANT SELECT ON {', '.join(TABLES)} TO journey_gateway")
    op.execute("GRANT UPDATE (projected_version) ON reference TO journey_gateway")

    for table in ("event", "event_identity", "feed_interruption"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY gateway_reads ON {table} FOR SELECT TO journey_gateway USING (true)"
        )
    for agency in AGENCIES:
        role = f"journey_{agency}"
        op.execute(
            f"CREATE POLICY {agency}_inserts ON event FOR INSERT TO {role} "
            f"WITH CHECK (agency = '{agency}' AND starts_with(source, '/{agency}/'))"
        )
        # The first insert takes an identity for ever, so nobody may take another agency's.
        op.execute(
            f"CREATE POLICY {agency}_keeps ON event_identity TO {role} "
            f"USING (starts_with(source, '/{agency}/'))"
        )
        op.execute(
            f"CREATE POLICY {agency}_keeps ON feed_interruption TO {role} "
            f"USING (agency = '{agency}')"
        )

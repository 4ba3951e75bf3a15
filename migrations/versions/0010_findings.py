"""The register keeps what was found on each journey, and whose reports it holds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = ("register_finding", "register_victim")


def upgrade() -> None:
    """Make the tables; projectors fill them, because the shape of rows has another number."""
    op.create_table(
        "register_finding",
        sa.Column("journey_id", sa.Uuid(), nullable=False),
        sa.Column("holds_from", MOMENT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("holds_until", MOMENT),
        sa.Column("agency", sa.Text()),
        sa.Column("organisation", sa.Text()),
        sa.Column("stage", sa.SmallInteger()),
        sa.Column("days", sa.Integer()),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("special", sa.Boolean(), nullable=False),
        sa.Column("event_sources", ARRAY(sa.Text()), nullable=False),
        sa.Column("event_ids", ARRAY(sa.Text()), nullable=False),
        sa.Column("obligation_ids", ARRAY(sa.LargeBinary()), nullable=False),
        sa.PrimaryKeyConstraint(
            "journey_id", "holds_from", "kind", "about", name="register_finding_pkey"
        ),
        sa.CheckConstraint(
            "cardinality(event_sources) = cardinality(event_ids)",
            name=op.f("register_finding_names_its_events"),
        ),
    )
    op.create_table(
        "register_victim",
        sa.Column("journey_id", sa.Uuid(), nullable=False),
        sa.Column("victim_key", sa.Text(), nullable=False),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("journey_id", "victim_key", name="register_victim_pkey"),
    )
    op.create_index("register_finding_begun", "register_finding", ["holds_from", "journey_id"])
    op.create_index(
        "register_finding_kind", "register_finding", ["kind", "holds_from", "journey_id"]
    )
    op.create_index(
        "register_finding_organisation",
        "register_finding",
        ["organisation", "holds_from", "journey_id"],
    )
    op.create_index(
        "register_victim_reports", "register_victim", ["victim_key", "reported_at", "journey_id"]
    )
    for table in TABLES:
        op.execute(f"REVOKE ALL ON {table} FROM PUBLIC")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO journey_gateway")


def downgrade() -> None:
    """Drop the tables, which can be made again."""
    for table in TABLES:
        op.drop_table(table)

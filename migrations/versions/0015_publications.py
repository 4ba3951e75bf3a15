"""Figures that inspectors freeze, and the fixed tables that partners are given."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = (
    "publication",
    "publication_edition",
    "publication_party",
    "publication_reply",
    "publication_reproduction",
    "published_set",
    "published_period",
    "published_cell",
    "published_secret",
)


def upgrade() -> None:
    """Make the tables. The gateway adds to them; nobody but their owner changes what they hold."""
    _create_publications()
    _create_published()
    for table in TABLES:
        op.execute(f"REVOKE ALL ON {table} FROM PUBLIC")
        op.execute(f"GRANT SELECT, INSERT ON {table} TO journey_gateway")


def downgrade() -> None:
    """Drop all that was published, which nothing can make again."""
    for table in TABLES:
        op.drop_table(table)


def _create_publications() -> None:
    op.create_table(
        "publication",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("publication_id", name="publication_pkey"),
    )
    op.create_table(
        "publication_edition",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("frozen_at", MOMENT, nullable=False),
        sa.Column("frozen_by", sa.Text(), nullable=False),
        sa.Column("frozen", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("settled_at", MOMENT, nullable=False),
        sa.Column("tail", ARRAY(sa.Uuid()), nullable=False),
        sa.PrimaryKeyConstraint("publication_id", "edition", name="publication_edition_pkey"),
    )
    op.create_table(
        "publication_party",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "agency", "organisation", "publication_id", name="publication_party_pkey"
        ),
    )
    op.create_table(
        "publication_reply",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("reply_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("publication_id", "reply_id", name="publication_reply_pkey"),
    )
    op.create_table(
        "publication_reproduction",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run_at", MOMENT, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "publication_id", "edition", "run_at", name="publication_reproduction_pkey"
        ),
    )


def _create_published() -> None:
    op.create_table(
        "published_set",
        sa.Column("set_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("as_of", MOMENT, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("rulebook", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("metric_version", sa.Integer(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("fixed_set", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("set_id", name="published_set_pkey"),
    )
    op.create_table(
        "published_period",
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("edition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("set_id", sa.Uuid(), nullable=False),
        sa.Column("quarter", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("period", "edition", name="published_period_pkey"),
    )
    op.create_index("published_period_of_set", "published_period", ["set_id"])
    op.create_table(
        "published_cell",
        sa.Column("set_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("right_number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("due", sa.Integer()),
        sa.Column("met", sa.Integer()),
        sa.Column("not_met", sa.Integer()),
        sa.PrimaryKeyConstraint(
            "set_id", "period", "agency", "area", "right_number", name="published_cell_pkey"
        ),
    )
    op.create_table(
        "published_secret",
        sa.Column("set_id", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("quarter", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("set_id", "agency", name="published_secret_pkey"),
    )

"""Samples, frozen once drawn; and what a journey is divided by, in the register's row of it."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
# Without a default, so that no row is written now: the projector makes all of them anew, because
# the shape of rows has another number.
DIVIDED_BY: dict[str, Any] = {
    "reported_at": MOMENT,
    "reported_on": sa.Date(),
    "offence_group": sa.Text(),
    "flags": ARRAY(sa.Text()),
    "outcomes": ARRAY(sa.SmallInteger()),
    "outcome_turns": ARRAY(MOMENT),
    "police": ARRAY(sa.Text()),
    "police_turns": ARRAY(MOMENT),
    "cps": ARRAY(sa.Text()),
    "cps_turns": ARRAY(MOMENT),
    "probation": ARRAY(sa.Text()),
    "probation_turns": ARRAY(MOMENT),
}
TABLES = ("sample", "sample_stratum", "sample_frame", "sample_case", "sample_replacement")


def upgrade() -> None:
    """Make the tables. The gateway adds to them; nobody but their owner changes what they hold."""
    for name, kind in DIVIDED_BY.items():
        op.add_column("register_journey", sa.Column(name, kind))
    _create_sample()
    _create_frozen()
    for table in TABLES:
        op.execute(f"REVOKE ALL ON {table} FROM PUBLIC")
        op.execute(f"GRANT SELECT, INSERT ON {table} TO journey_gateway")


def downgrade() -> None:
    """Drop every sample, which nothing can make again, and what journeys are divided by."""
    for table in reversed(TABLES):
        op.drop_table(table)
    for name in reversed(DIVIDED_BY):
        op.drop_column("register_journey", name)


def _create_sample() -> None:
    op.create_table(
        "sample",
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("drawn_at", MOMENT, nullable=False),
        sa.Column("drawn_by", sa.Text(), nullable=False),
        sa.Column("asked", JSONB(), nullable=False),
        sa.Column("special", sa.Boolean(), nullable=False),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("seed_made", sa.Boolean(), nullable=False),
        sa.Column("as_of", MOMENT, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("behind", sa.Integer(), nullable=False),
        sa.Column("judged_otherwise", sa.Integer(), nullable=False),
        sa.Column("rulebook", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("frame_size", sa.BigInteger(), nullable=False),
        sa.Column("frame_sha256", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sample_id", name="sample_pkey"),
    )
    op.create_index("sample_drawn_by", "sample", ["drawn_by", "sample_id"])
    op.create_table(
        "sample_stratum",
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("stratum", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("population", sa.BigInteger(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sample_id", "stratum", name="sample_stratum_pkey"),
    )


def _create_frozen() -> None:
    op.create_table(
        "sample_frame",
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("journey_id", sa.Uuid(), nullable=False),
        sa.Column("stratum", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sample_id", "place", name="sample_frame_pkey"),
    )
    op.create_table(
        "sample_case",
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("stratum", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("journey_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("police", sa.Text()),
        sa.Column("cps", sa.Text()),
        sa.Column("probation", sa.Text()),
        sa.PrimaryKeyConstraint("sample_id", "stratum", "rank", name="sample_case_pkey"),
    )
    op.create_table(
        "sample_replacement",
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("stratum", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("replaced_by", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("replaced_at", MOMENT, nullable=False),
        sa.Column("replaced_who", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sample_id", "stratum", "rank", name="sample_replacement_pkey"),
        sa.UniqueConstraint(
            "sample_id", "stratum", "replaced_by", name="sample_replacement_used_once"
        ),
        sa.CheckConstraint(
            "replaced_by > rank", name=op.f("sample_replacement_comes_after_what_it_replaces")
        ),
    )

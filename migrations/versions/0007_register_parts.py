"""What an organisation's own part of a journey says that it owes, for lists of its own duties."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the column and the tables; a projector of this shape makes every row anew."""
    op.add_column(
        "register_obligation",
        sa.Column("in_part", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.alter_column("register_obligation", "in_part", server_default=None)
    op.create_table(
        "register_part",
        *_key(),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("suspect", sa.Text()),
        sa.Column("enhanced", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.SmallInteger()),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("due_at", MOMENT),
        sa.Column("breach_from", MOMENT),
        sa.Column("content_stated", sa.Boolean(), nullable=False),
        sa.Column("turns", ARRAY(MOMENT), nullable=False),
        sa.Column("standings", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "length(standings) = cardinality(turns)",
            name=op.f("register_part_a_letter_for_each_turn"),
        ),
        sa.PrimaryKeyConstraint(
            "journey_id", "organisation", "obligation_id", name="register_part_pkey"
        ),
    )
    op.create_index(
        "register_part_due_of",
        "register_part",
        ["organisation", "due_at", "part_id", "obligation_id"],
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_table(
        "register_part_mark",
        *_key(),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("marked_at", MOMENT, nullable=False),
        sa.Column("marked_on", sa.Date(), nullable=False),
        sa.Column("by_whom", sa.Text()),
        sa.PrimaryKeyConstraint(
            "journey_id", "organisation", "obligation_id", "mark", name="register_part_mark_pkey"
        ),
    )
    for table in ("register_part", "register_part_mark"):
        op.execute(f"REVOKE ALL ON {table} FROM PUBLIC")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO journey_gateway")


def downgrade() -> None:
    """Take both away again."""
    op.drop_table("register_part_mark")
    op.drop_table("register_part")
    op.drop_column("register_obligation", "in_part")


def _key() -> list[sa.Column[Any]]:
    return [
        sa.Column("journey_id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("obligation_id", sa.LargeBinary(), nullable=False),
    ]

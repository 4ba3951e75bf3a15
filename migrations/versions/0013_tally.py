"""The register counts how obligations stood at the end of each month, for figures."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = ("register_tally_state", "register_tally", "register_tally_gone")
CLASSES = (
    "not_started",
    "no_limit",
    "not_yet_due",
    "met",
    "met_not_stated",
    "late",
    "late_departed",
    "overdue",
    "overdue_departed",
    "ended",
    "unknown",
    "recorded",
    "nothing_recorded",
    "untimed_unknown",
    "untimed_ended",
)


def cell() -> list["sa.Column[object]"]:
    """Return the columns by which obligations are counted."""
    return [
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("stage", sa.SmallInteger(), nullable=False),
        sa.Column("enhanced", sa.Boolean(), nullable=False),
        sa.Column("told", sa.SmallInteger(), nullable=False),
    ]


def upgrade() -> None:
    """Make the tables; a projector counts what the register holds into them."""
    op.create_table(
        "register_tally_state",
        sa.Column("only_one", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("definition", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("generation", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("counted", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("target", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("only_one", name="register_tally_state_pkey"),
        sa.CheckConstraint("only_one", name=op.f("register_tally_state_is_alone")),
    )
    op.execute("INSERT INTO register_tally_state DEFAULT VALUES")
    op.create_table(
        "register_tally",
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        *cell(),
        sa.Column("edge", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in CLASSES),
        sa.PrimaryKeyConstraint(
            "generation",
            "month",
            "rule",
            "owner",
            "organisation",
            "stage",
            "enhanced",
            "told",
            "edge",
            name="register_tally_pkey",
        ),
    )
    # Counts are written over where they are, and no index has them.
    op.execute("ALTER TABLE register_tally SET (fillfactor = 80)")
    op.create_table(
        "register_tally_gone",
        sa.Column("revision", sa.BigInteger(), nullable=False),
        *cell(),
        sa.Column("due_at", MOMENT),
        sa.Column("departed_at", MOMENT),
        sa.Column("content_stated", sa.Boolean(), nullable=False),
        sa.Column("turns", ARRAY(MOMENT), nullable=False),
        sa.Column("standings", sa.Text(), nullable=False),
    )
    for table in TABLES:
        op.execute(f"REVOKE ALL ON {table} FROM PUBLIC")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO journey_gateway")


def downgrade() -> None:
    """Drop the tables, which can be made again."""
    for table in TABLES:
        op.drop_table(table)

"""The register: what lists and figures read, kept from the events by a projector."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
# The keys of the tables whose rows are a journey's.
OF_A_JOURNEY = {
    "register_journey": ("journey_id",),
    "register_party": ("journey_id", "agency", "organisation"),
    "register_stage": ("journey_id", "since_at"),
    "register_obligation": ("journey_id", "obligation_id"),
    "register_mark": ("journey_id", "obligation_id", "mark"),
    "register_silence": ("journey_id", "since_at"),
}
TABLES = (
    "register_yardstick",
    "register_state",
    "register_reference",
    *OF_A_JOURNEY,
    "register_declaration",
)


def upgrade() -> None:
    """Make the tables; nothing is in them until a projector has run, and every reference waits."""
    _create_bookkeeping()
    _create_rows()
    _create_indexes()
    op.execute("INSERT INTO register_state DEFAULT VALUES")
    for table in TABLES:
        op.execute(f"REVOKE ALL ON {table} FROM PUBLIC")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO journey_gateway")


def downgrade() -> None:
    """Drop the register, which can be made again, and let every reference wait for it."""
    for table in TABLES:
        op.drop_table(table)
    op.execute("UPDATE reference SET projected_version = 0 WHERE projected_version > 0")


def _create_bookkeeping() -> None:
    op.create_table(
        "register_yardstick",
        sa.Column("yardstick_id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("rulebook", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("silence_days", sa.Integer(), nullable=False),
        sa.Column("member_silence_days", sa.Integer(), nullable=False),
        sa.Column("shape", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("yardstick_id", name="register_yardstick_pkey"),
        sa.UniqueConstraint(
            "rulebook",
            "calendar",
            "silence_days",
            "member_silence_days",
            "shape",
            name="register_yardstick_once",
        ),
    )
    op.create_table(
        "register_state",
        sa.Column("only_one", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("only_one", name="register_state_pkey"),
        sa.CheckConstraint("only_one", name=op.f("register_state_is_alone")),
    )
    op.create_table(
        "register_reference",
        sa.Column("reference_id", sa.Uuid(), nullable=False),
        sa.Column("journey_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("told_until", MOMENT),
        sa.Column("written", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("reference_id", name="register_reference_pkey"),
    )
    op.create_table(
        "register_declaration",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("interruption_id", sa.Text(), nullable=False),
        sa.Column("last_journey_id", sa.Uuid()),
        sa.PrimaryKeyConstraint(
            "agency", "organisation", "system", "interruption_id", name="register_declaration_pkey"
        ),
    )


def _create_rows() -> None:
    rows: dict[str, list[sa.Column[Any] | sa.CheckConstraint]] = {
        "register_journey": [
            sa.Column("reference", sa.Text(), nullable=False),
            sa.Column("reference_count", sa.Integer(), nullable=False),
            sa.Column("police_reference", sa.Boolean(), nullable=False),
            sa.Column("began_at", MOMENT, nullable=False),
            sa.Column("victim_kind", sa.Text(), nullable=False),
            sa.Column("under_18_until", MOMENT),
            sa.Column("enhanced_turns", ARRAY(MOMENT)),
            sa.Column("open_turns", ARRAY(MOMENT), nullable=False),
            sa.Column("yardstick_id", sa.Integer(), nullable=False),
            sa.Column("revision", sa.BigInteger(), nullable=False),
        ],
        "register_party": [
            sa.Column("agency", sa.Text(), nullable=False),
            sa.Column("organisation", sa.Text(), nullable=False),
            sa.Column("speaks", sa.Boolean(), nullable=False),
        ],
        "register_stage": [
            sa.Column("since_at", MOMENT, nullable=False),
            sa.Column("until_at", MOMENT),
            sa.Column("stage", sa.SmallInteger(), nullable=False),
            sa.Column("holder", sa.Text(), nullable=False),
            sa.Column("organisation", sa.Text()),
        ],
        "register_obligation": [
            sa.Column("obligation_id", sa.LargeBinary(), nullable=False),
            sa.Column("rule", sa.Text(), nullable=False),
            sa.Column("owner", sa.Text(), nullable=False),
            sa.Column("organisation", sa.Text()),
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
                name=op.f("register_obligation_a_letter_for_each_turn"),
            ),
        ],
        "register_mark": [
            sa.Column("obligation_id", sa.LargeBinary(), nullable=False),
            sa.Column("mark", sa.Text(), nullable=False),
            sa.Column("marked_at", MOMENT, nullable=False),
            sa.Column("marked_on", sa.Date(), nullable=False),
            sa.Column("by_whom", sa.Text()),
        ],
        "register_silence": [
            sa.Column("since_at", MOMENT, nullable=False),
            sa.Column("until_at", MOMENT),
            sa.Column("since_on", sa.Date(), nullable=False),
            sa.Column("until_on", sa.Date()),
            sa.Column("silent_from", MOMENT, nullable=False),
            sa.Column("silent_until", MOMENT),
            sa.Column("too_long_from", MOMENT, nullable=False),
            sa.Column("allowed_days", sa.Integer(), nullable=False),
            sa.Column("agreed", sa.Boolean(), nullable=False),
            sa.Column("stage", sa.SmallInteger(), nullable=False),
            sa.Column("holder", sa.Text(), nullable=False),
            sa.Column("organisation", sa.Text()),
        ],
    }
    for table, columns in rows.items():
        op.create_table(
            table,
            sa.Column("journey_id", sa.Uuid(), nullable=False),
            *columns,
            sa.PrimaryKeyConstraint(*OF_A_JOURNEY[table], name=f"{table}_pkey"),
        )


def _create_indexes() -> None:
    op.create_index("register_reference_journey", "register_reference", ["journey_id"])
    op.create_index("register_journey_law", "register_journey", ["yardstick_id", "journey_id"])
    op.create_index("register_journey_revision", "register_journey", ["revision", "journey_id"])
    op.create_index(
        "register_party_organisation", "register_party", ["organisation", "agency", "journey_id"]
    )
    due = ["due_at", "journey_id", "obligation_id"]
    timed = sa.text("due_at IS NOT NULL")
    op.create_index("register_obligation_due", "register_obligation", due, postgresql_where=timed)
    op.create_index(
        "register_obligation_due_of",
        "register_obligation",
        ["organisation", *due],
        postgresql_where=timed,
    )
    op.create_index(
        "register_mark_noticed",
        "register_mark",
        ["by_whom"],
        postgresql_where=sa.text("mark = 'breach.noticed'"),
    )
    op.create_index(
        "register_silence_still",
        "register_silence",
        ["silent_from", "journey_id"],
        postgresql_where=sa.text("until_at IS NULL"),
    )

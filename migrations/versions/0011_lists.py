"""What lists need of the register: journeys that are gone, lateness in days, and their indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BREACHES = sa.text("breach_from IS NOT NULL")
BY_LIMIT = ["due_at", "journey_id", "obligation_id"]
STAY_ENDS = sa.text("coalesce(until_at, 'infinity'::timestamptz)")


def upgrade() -> None:
    """Add the columns, which projectors fill because the shape of rows has another number."""
    for table in ("register_obligation", "register_part"):
        op.add_column(table, sa.Column("allowed_days", sa.Integer()))
        op.add_column(table, sa.Column("answered_on", sa.Date()))
    op.add_column("register_silence", sa.Column("silent_on", sa.Date()))
    op.create_table(
        "register_gone",
        sa.Column("journey_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("survivor_id", sa.Uuid()),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("journey_id", name="register_gone_pkey"),
    )
    op.execute("REVOKE ALL ON register_gone FROM PUBLIC")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON register_gone TO journey_gateway")
    op.create_index("register_gone_revision", "register_gone", ["revision", "journey_id"])
    _create_indexes()


def _create_indexes() -> None:
    of_obligations, of_stays = "register_obligation", "register_stage"
    op.create_index(
        "register_obligation_broken",
        of_obligations,
        ["owner", "rule", *BY_LIMIT],
        postgresql_where=BREACHES,
    )
    op.create_index(
        "register_obligation_broken_of",
        of_obligations,
        ["organisation", "rule", *BY_LIMIT],
        postgresql_where=BREACHES,
    )
    op.create_index("register_obligation_rule", of_obligations, ["rule", "journey_id"])
    op.create_index(
        "register_obligation_unknown",
        of_obligations,
        ["journey_id"],
        postgresql_where=sa.text("strpos(standings, 'U') > 0"),
    )
    op.create_index(
        "register_mark_managed",
        "register_mark",
        ["journey_id", "obligation_id"],
        postgresql_where=sa.text("mark <> 'breach.noticed'"),
    )
    op.create_index("register_stage_stage", of_stays, ["stage", STAY_ENDS, "journey_id"])
    op.create_index("register_stage_held", of_stays, ["organisation", STAY_ENDS, "journey_id"])
    op.create_index(
        "register_silence_ended",
        "register_silence",
        ["until_at", "journey_id"],
        postgresql_where=sa.text("until_at IS NOT NULL"),
    )
    op.create_index("register_journey_began", "register_journey", ["began_at", "journey_id"])
    op.create_index(
        "register_journey_without_police",
        "register_journey",
        ["journey_id"],
        postgresql_where=sa.text("NOT police_reference"),
    )


def downgrade() -> None:
    """Drop what lists need; the register itself stays."""
    for index in (
        "register_obligation_broken",
        "register_obligation_broken_of",
        "register_obligation_rule",
        "register_obligation_unknown",
        "register_mark_managed",
        "register_stage_stage",
        "register_stage_held",
        "register_silence_ended",
        "register_journey_began",
        "register_journey_without_police",
    ):
        op.drop_index(index)
    op.drop_table("register_gone")
    op.drop_column("register_silence", "silent_on")
    for table in ("register_obligation", "register_part"):
        op.drop_column(table, "answered_on")
        op.drop_column(table, "allowed_days")

"""The register keeps chains, handovers, late outcomes leg by leg, and what victims said."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = (
    "register_run",
    "register_handover",
    "register_delay",
    "register_feedback",
    "register_account",
)


def upgrade() -> None:
    """Make the tables; projectors fill them, because the shape of rows has another number."""
    op.create_table(
        "register_run",
        sa.Column("journey_id", sa.Uuid(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("suspect", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text()),
        sa.Column("organisation", sa.Text()),
        sa.Column("entered_at", MOMENT),
        sa.Column("entered_on", sa.Date()),
        sa.Column("unknown_from", MOMENT),
        sa.Column("days_left", sa.SmallInteger()),
        sa.Column("turns", ARRAY(MOMENT), nullable=False),
        sa.Column("steps", ARRAY(sa.Text()), nullable=False),
        sa.Column("hows", ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("journey_id", "chain", "suspect", name="register_run_pkey"),
        sa.CheckConstraint(
            "cardinality(steps) = cardinality(turns) AND cardinality(hows) = cardinality(turns)",
            name=op.f("register_run_a_step_for_each_turn"),
        ),
    )
    op.create_table(
        "register_handover",
        sa.Column("journey_id", sa.Uuid(), nullable=False),
        sa.Column("event_source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("to_agency", sa.Text()),
        sa.Column("to_organisation", sa.Text()),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("acknowledged_at", MOMENT),
        sa.Column("acknowledged_on", sa.Date()),
        sa.Column("unknown_from", MOMENT),
        sa.Column("known", ARRAY(sa.Text()), nullable=False),
        sa.Column("passed", ARRAY(sa.Text())),
        sa.Column("arrived", ARRAY(sa.Text()), nullable=False),
        sa.Column("arrived_turns", ARRAY(MOMENT), nullable=False),
        sa.PrimaryKeyConstraint(
            "journey_id", "event_source", "event_id", name="register_handover_pkey"
        ),
        sa.CheckConstraint(
            "cardinality(arrived) = cardinality(arrived_turns)",
            name=op.f("register_handover_a_turn_for_each_item"),
        ),
    )
    op.create_table(
        "register_delay",
        sa.Column("journey_id", sa.Uuid(), nullable=False),
        sa.Column("obligation_id", sa.LargeBinary(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("allowed", sa.SmallInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("late_from", MOMENT, nullable=False),
        sa.Column("came_at", MOMENT),
        sa.Column("owners", ARRAY(sa.Text()), nullable=False),
        sa.Column("organisations", ARRAY(sa.Text()), nullable=False),
        sa.Column("allowances", ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("used", ARRAY(sa.SmallInteger()), nullable=False),
        sa.PrimaryKeyConstraint("journey_id", "obligation_id", name="register_delay_pkey"),
        sa.CheckConstraint(
            "cardinality(organisations) = cardinality(owners) "
            "AND cardinality(allowances) = cardinality(owners) "
            "AND cardinality(used) = cardinality(owners)",
            name=op.f("register_delay_a_place_for_each_leg"),
        ),
    )
    op.create_table(
        "register_feedback",
        sa.Column("journey_id", sa.Uuid(), nullable=False),
        sa.Column("event_source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("stage", sa.SmallInteger(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("score", sa.Double()),
        sa.Column("scale", sa.Integer()),
        sa.Column("limits", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "journey_id", "event_source", "event_id", name="register_feedback_pkey"
        ),
    )
    op.create_table(
        "register_account",
        sa.Column("journey_id", sa.Uuid(), nullable=False),
        sa.Column("event_source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("stage", sa.SmallInteger(), nullable=False),
        sa.Column("says_done", sa.Boolean(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("organisation", sa.Text()),
        sa.PrimaryKeyConstraint(
            "journey_id", "event_source", "event_id", "rule", name="register_account_pkey"
        ),
    )
    for table in TABLES:
        op.execute(f"REVOKE ALL ON {table} FROM PUBLIC")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO journey_gateway")


def downgrade() -> None:
    """Drop the tables, which can be made again."""
    for table in TABLES:
        op.drop_table(table)

"""What joint reviews decided to be done, added to only; and how counted rules of order came out."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = ("area_action", "area_action_change")


def upgrade() -> None:
    """Make the tables. Nobody but their owner changes what was decided; projectors fill one."""
    op.create_table(
        "area_action",
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("threshold", sa.Text()),
        sa.PrimaryKeyConstraint("area", "action_id", name="area_action_pkey"),
    )
    op.create_index("area_action_opened", "area_action", ["area", "opened_at", "action_id"])
    op.create_table(
        "area_action_change",
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("area", "action_id", "number", name="area_action_change_pkey"),
        sa.UniqueConstraint("area", "action_id", "change_id", name="area_action_change_said_once"),
        sa.CheckConstraint(
            "change IN ('done', 'new_due_day', 'withdrawn')",
            name=op.f("area_action_change_is_known"),
        ),
        sa.CheckConstraint(
            "(change = 'new_due_day') = (due_on IS NOT NULL)",
            name=op.f("area_action_change_has_its_day"),
        ),
    )
    op.create_table(
        "register_order",
        sa.Column("journey_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("event_source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text()),
        sa.Column("force", sa.Text()),
        sa.Column("then_at", MOMENT, nullable=False),
        sa.Column("then_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("unknown_from", MOMENT),
        sa.PrimaryKeyConstraint(
            "journey_id", "rule", "event_source", "event_id", name="register_order_pkey"
        ),
    )
    op.create_index("register_order_then", "register_order", ["rule", "then_on"])
    for table in (*TABLES, "register_order"):
        op.execute(f"REVOKE ALL ON {table} FROM PUBLIC")
        op.execute(f"GRANT SELECT, INSERT ON {table} TO journey_gateway")
    op.execute("GRANT UPDATE, DELETE ON register_order TO journey_gateway")


def downgrade() -> None:
    """Drop every action, which nothing can make again, and what the register can."""
    op.drop_table("register_order")
    for table in reversed(TABLES):
        op.drop_table(table)

"""The tables of joint reviews: what was decided to be done in an area, and what became of it.

They hold what people decided about figures and nothing of any victim. Rows are added and never
changed: how an action stands at a moment is what was said of it by then. All times are timestamptz
and stored in UTC, days are London days.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from shared.store.tables import metadata

_MOMENT = DateTime(timezone=True)

# One row an action, by the id that whoever opened it gave it. `area` is a police area, by the id of
# its force; `threshold` names what was crossed, where that is why.
area_action = Table(
    "area_action",
    metadata,
    Column("area", Text, primary_key=True),
    Column("action_id", Uuid, primary_key=True),
    Column("opened_at", _MOMENT, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("threshold", Text),
)
Index(
    "area_action_opened",
    area_action.c.area,
    area_action.c.opened_at,
    area_action.c.action_id,
)

# What was said of an action, numbered in its order from 1. After `done` or `withdrawn` nothing is.
area_action_change = Table(
    "area_action_change",
    metadata,
    Column("area", Text, primary_key=True),
    Column("action_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("change_id", Uuid, nullable=False),
    Column("changed_at", _MOMENT, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("change", Text, nullable=False),
    Column("due_on", Date),
    Column("reason", Text),
    UniqueConstraint("area", "action_id", "change_id", name="area_action_change_said_once"),
    CheckConstraint("change IN ('done', 'new_due_day', 'withdrawn')", name="is_known"),
    CheckConstraint("(change = 'new_due_day') = (due_on IS NOT NULL)", name="has_its_day"),
)

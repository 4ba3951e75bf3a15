"""The register's tables of what follows one from another on a journey, and of what victims said.

They are kept as all tables of the register are: `turns` are moments in order, `_on` London days.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY

from shared.store.tables import metadata

_MOMENT = DateTime(timezone=True)

# One row for each run of a chain: which steps were taken, when first, and how. What had been taken
# by a moment is `steps[1:width_bucket(moment, turns)]`; which step comes before which is the
# chain's to say. `agency` and `organisation` took its first step, or owed it.
register_run = Table(
    "register_run",
    metadata,
    Column("journey_id", Uuid, primary_key=True),
    Column("chain", Text, primary_key=True),
    Column("suspect", Text, primary_key=True),
    Column("agency", Text),
    Column("organisation", Text),
    Column("entered_at", _MOMENT),
    Column("entered_on", Date),
    Column("unknown_from", _MOMENT),
    Column("days_left", SmallInteger),
    Column("turns", ARRAY(_MOMENT), nullable=False),
    Column("steps", ARRAY(Text), nullable=False),
    Column("hows", ARRAY(Text), nullable=False),
    CheckConstraint(
        "cardinality(steps) = cardinality(turns) AND cardinality(hows) = cardinality(turns)",
        name="a_step_for_each_turn",
    ),
)

# One row for each handover between agencies, by the event that tells of it.
register_handover = Table(
    "register_handover",
    metadata,
    Column("journey_id", Uuid, primary_key=True),
    Column("event_source", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("to_agency", Text),
    Column("to_organisation", Text),
    Column("sent_at", _MOMENT, nullable=False),
    Column("sent_on", Date, nullable=False),
    Column("acknowledged_at", _MOMENT),
    Column("acknowledged_on", Date),
    Column("unknown_from", _MOMENT),
    Column("known", ARRAY(Text), nullable=False),
    Column("passed", ARRAY(Text)),
    Column("arrived", ARRAY(Text), nullable=False),
    Column("arrived_turns", ARRAY(_MOMENT), nullable=False),
    CheckConstraint(
        "cardinality(arrived) = cardinality(arrived_turns)", name="a_turn_for_each_item"
    ),
)

# One row for each outcome that several bodies owe together and that came late, or has not come by
# its limit; the lists have a place for each leg.
register_delay = Table(
    "register_delay",
    metadata,
    Column("journey_id", Uuid, primary_key=True),
    Column("obligation_id", LargeBinary, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("allowed", SmallInteger, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("late_from", _MOMENT, nullable=False),
    Column("came_at", _MOMENT),
    Column("owners", ARRAY(Text), nullable=False),
    Column("organisations", ARRAY(Text), nullable=False),
    Column("allowances", ARRAY(SmallInteger), nullable=False),
    Column("used", ARRAY(SmallInteger), nullable=False),
    CheckConstraint(
        "cardinality(organisations) = cardinality(owners) "
        "AND cardinality(allowances) = cardinality(owners) "
        "AND cardinality(used) = cardinality(owners)",
        name="a_place_for_each_leg",
    ),
)

# What victims said of a stage, beside the limits of the Code that began in it.
register_feedback = Table(
    "register_feedback",
    metadata,
    Column("journey_id", Uuid, primary_key=True),
    Column("event_source", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("said_at", _MOMENT, nullable=False),
    Column("stage", SmallInteger, nullable=False),
    Column("agency", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("score", Double),
    Column("scale", Integer),
    Column("limits", Integer, nullable=False),
    Column("kept", Integer, nullable=False),
)

# Whether victims say that a duty was done, beside what the record said of it by then.
register_account = Table(
    "register_account",
    metadata,
    Column("journey_id", Uuid, primary_key=True),
    Column("event_source", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("said_at", _MOMENT, nullable=False),
    Column("stage", SmallInteger, nullable=False),
    Column("says_done", Boolean, nullable=False),
    Column("record", Text, nullable=False),
    Column("owner", Text),
    Column("organisation", Text),
)

# How each rule of order that is counted came out, by the fact that asked for it. `force` had the
# journey when what came after came; `agency` and `organisation` answer for the order.
register_order = Table(
    "register_order",
    metadata,
    Column("journey_id", Uuid, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("event_source", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("agency", Text, nullable=False),
    Column("organisation", Text),
    Column("force", Text),
    Column("then_at", _MOMENT, nullable=False),
    Column("then_on", Date, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("unknown_from", _MOMENT),
)
Index("register_order_then", register_order.c.rule, register_order.c.then_on)

CHAIN_TABLES = (
    register_run,
    register_handover,
    register_delay,
    register_feedback,
    register_account,
    register_order,
)

"""The tables of the tally: how many obligations stood how, counted from the register's rows.

The tally is not written with the rows but after them, by whole journeys: `register_tally_state`
says up to which revision they are counted. What has been counted and is written anew since stands
in `register_tally_gone` as it was when it was counted, until that is taken off. So figures are the
tally, less what is gone, and the journeys written since: the same as counting every row.
All times are timestamptz and stored in UTC; `month` is the first day of a London month.
"""

from typing import Literal, get_args

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Integer,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from shared.store.tables import metadata

_MOMENT = DateTime(timezone=True)

# How an obligation counts at a moment, each a column of the tally; `gateway.register.classing`
# says of each what stands so.
Class = Literal[
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
]
CLASSES: tuple[str, ...] = get_args(Class)

# One row: what a state of the tally is of. Another `definition` is counted from nothing under the
# next `generation`; rows of another generation are left over and go. Whoever counts sets `target`
# first, so that those who write keep what they replace of it, and `counted` with what it counted.
register_tally_state = Table(
    "register_tally_state",
    metadata,
    Column("only_one", Boolean, primary_key=True, server_default=text("true")),
    Column("definition", Integer, nullable=False, server_default=text("0")),
    Column("generation", Integer, nullable=False, server_default=text("0")),
    Column("counted", BigInteger, nullable=False, server_default=text("0")),
    Column("target", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint("only_one", name="is_alone"),
)

# By how many more obligations stood so at one month end, `edge`, than at the one before. Month ends
# are numbered: the last microsecond of each month, and the first instant of the next, because that
# is when limits are reached. An empty word is no organisation, and 0 no stage. `told` is 0 for what
# whole journeys say alone, 2 for what the owner's own part says alone, and 1 for both.
register_tally = Table(
    "register_tally",
    metadata,
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("month", Date, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("owner", Text, primary_key=True),
    Column("organisation", Text, primary_key=True),
    Column("stage", SmallInteger, primary_key=True, autoincrement=False),
    Column("enhanced", Boolean, primary_key=True),
    Column("told", SmallInteger, primary_key=True, autoincrement=False),
    Column("edge", Integer, primary_key=True, autoincrement=False),
    *(Column(name, Integer, nullable=False) for name in CLASSES),
)

# Rows of obligations that were counted, or are about to be, and are replaced since: with the
# revision of their journey then.
register_tally_gone = Table(
    "register_tally_gone",
    metadata,
    Column("revision", BigInteger, nullable=False),
    Column("month", Date, nullable=False),
    Column("rule", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("stage", SmallInteger, nullable=False),
    Column("enhanced", Boolean, nullable=False),
    Column("told", SmallInteger, nullable=False),
    Column("due_at", _MOMENT),
    Column("departed_at", _MOMENT),
    Column("content_stated", Boolean, nullable=False),
    Column("turns", ARRAY(_MOMENT), nullable=False),
    Column("standings", Text, nullable=False),
)

"""The tables of what was published: figures that inspectors froze, and partners' fixed tables.

What was told stays as it was told: the gateway adds rows, and nobody but the owner of the store
changes one. `published_secret` holds what partners must never be told, and what whatever is
published later is judged with. All times are timestamptz and stored in UTC.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
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

# A figure that is published, edition by edition; `question` is JSON in the words of the request.
publication = Table(
    "publication",
    metadata,
    Column("publication_id", Uuid, primary_key=True),
    Column("title", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("made_at", _MOMENT, nullable=False),
    Column("made_by", Text, nullable=False),
)

# What was frozen, as it is told, byte for byte. Events received before `settled_at` were known;
# of those received later, `tail` names the ones that were.
publication_edition = Table(
    "publication_edition",
    metadata,
    Column("publication_id", Uuid, primary_key=True),
    Column("edition", Integer, primary_key=True, autoincrement=False),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("frozen_at", _MOMENT, nullable=False),
    Column("frozen_by", Text, nullable=False),
    Column("frozen", Text, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("settled_at", _MOMENT, nullable=False),
    Column("tail", ARRAY(Uuid), nullable=False),
)

# The organisations that a publication has cells of, each of which may see its own and reply.
publication_party = Table(
    "publication_party",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("organisation", Text, primary_key=True),
    Column("publication_id", Uuid, primary_key=True),
)

# What an organisation says of the accuracy of its cells.
publication_reply = Table(
    "publication_reply",
    metadata,
    Column("publication_id", Uuid, primary_key=True),
    Column("reply_id", Uuid, primary_key=True),
    Column("edition", Integer, nullable=False),
    Column("agency", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("said_at", _MOMENT, nullable=False),
    Column("said_by", Text, nullable=False),
    Column("text", Text, nullable=False),
)

# What came out when an edition was counted again from the events; `answer` is JSON as it is told.
publication_reproduction = Table(
    "publication_reproduction",
    metadata,
    Column("publication_id", Uuid, primary_key=True),
    Column("edition", Integer, primary_key=True, autoincrement=False),
    Column("run_at", _MOMENT, primary_key=True),
    Column("answer", Text, nullable=False),
)

# What was published for partners in one run: from which state of the register, by which rules and
# which fixed set.
published_set = Table(
    "published_set",
    metadata,
    Column("set_id", Uuid, primary_key=True),
    Column("made_at", _MOMENT, nullable=False),
    Column("as_of", _MOMENT, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("rulebook", Text, nullable=False),
    Column("calendar", Text, nullable=False),
    Column("metric", Text, nullable=False),
    Column("metric_version", Integer, nullable=False),
    Column("threshold", Integer, nullable=False),
    Column("base", Integer, nullable=False),
    Column("fixed_set", Text, nullable=False),
)

# The months and quarters of a set, each with its edition and status.
published_period = Table(
    "published_period",
    metadata,
    Column("period", Text, primary_key=True),
    Column("edition", Integer, primary_key=True, autoincrement=False),
    Column("set_id", Uuid, nullable=False),
    Column("quarter", Text, nullable=False),
    Column("status", Text, nullable=False),
)
Index("published_period_of_set", published_period.c.set_id)

# What partners are told, rounded; a null is hidden. The right 0 is all of them.
published_cell = Table(
    "published_cell",
    metadata,
    Column("set_id", Uuid, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("agency", Text, primary_key=True),
    Column("area", Text, primary_key=True),
    Column("right_number", SmallInteger, primary_key=True, autoincrement=False),
    Column("due", Integer),
    Column("met", Integer),
    Column("not_met", Integer),
)

# Exact counts, what is hidden and why, and the worlds that prove it, as JSON.
published_secret = Table(
    "published_secret",
    metadata,
    Column("set_id", Uuid, primary_key=True),
    Column("agency", Text, primary_key=True),
    Column("quarter", Text, nullable=False),
    Column("content", Text, nullable=False),
)

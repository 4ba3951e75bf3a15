"""Every table of samples: what was drawn, from which frozen frame, and what replaced what.

The register can be made again from the events, and says something else once more is known. A
sample may not: it is frozen here when it is drawn, and nobody but the owner of the store may change
a row. Keys lead with the sample's id. All times are timestamptz and stored in UTC.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.store.tables import metadata

_MOMENT = DateTime(timezone=True)

# One row a sample. `asked` is the request as it was understood, the preset's words in it; `special`
# says whether what was asked tells of special categories. `revision`, `behind` and
# `judged_otherwise` are the register's when the frame was frozen.
sample = Table(
    "sample",
    metadata,
    Column("sample_id", Uuid, primary_key=True),
    Column("drawn_at", _MOMENT, nullable=False),
    Column("drawn_by", Text, nullable=False),
    Column("asked", JSONB, nullable=False),
    Column("special", Boolean, nullable=False),
    Column("algorithm", Text, nullable=False),
    Column("seed", Text, nullable=False),
    Column("seed_made", Boolean, nullable=False),
    Column("as_of", _MOMENT, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("behind", Integer, nullable=False),
    Column("judged_otherwise", Integer, nullable=False),
    Column("rulebook", Text, nullable=False),
    Column("calendar", Text, nullable=False),
    Column("frame_size", BigInteger, nullable=False),
    Column("frame_sha256", LargeBinary, nullable=False),
)
# Whose own they are, the newest first: ids are in the order of the moment of drawing.
Index("sample_drawn_by", sample.c.drawn_by, sample.c.sample_id)

# One row for each stratum of the frame, and for each that was asked for and is not in it.
sample_stratum = Table(
    "sample_stratum",
    metadata,
    Column("sample_id", Uuid, primary_key=True),
    Column("stratum", Integer, primary_key=True, autoincrement=False),
    Column("label", Text, nullable=False),
    Column("population", BigInteger, nullable=False),
    Column("wanted", Integer, nullable=False),
    Column("drawn", Integer, nullable=False),
)

# The frozen frame: every journey of the population once, in the order of their ids.
sample_frame = Table(
    "sample_frame",
    metadata,
    Column("sample_id", Uuid, primary_key=True),
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("journey_id", Uuid, nullable=False),
    Column("stratum", Integer, nullable=False),
)

# The beginning of each stratum's random order: those drawn, then those that may replace them. The
# reference is the name the journey had; the organisations are those that had it at the moment.
sample_case = Table(
    "sample_case",
    metadata,
    Column("sample_id", Uuid, primary_key=True),
    Column("stratum", Integer, primary_key=True, autoincrement=False),
    Column("rank", Integer, primary_key=True, autoincrement=False),
    Column("journey_id", Uuid, nullable=False),
    Column("reference", Text, nullable=False),
    Column("police", Text),
    Column("cps", Text),
    Column("probation", Text),
)

# Which case was replaced by which, both by their rank; who said so, when and why.
sample_replacement = Table(
    "sample_replacement",
    metadata,
    Column("sample_id", Uuid, primary_key=True),
    Column("stratum", Integer, primary_key=True, autoincrement=False),
    Column("rank", Integer, primary_key=True, autoincrement=False),
    Column("replaced_by", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("replaced_at", _MOMENT, nullable=False),
    Column("replaced_who", Text, nullable=False),
    UniqueConstraint("sample_id", "stratum", "replaced_by", name="sample_replacement_used_once"),
    CheckConstraint("replaced_by > rank", name="comes_after_what_it_replaces"),
)

"""Every table of the journey store, with the reason for its shape.

Every key leads with what a distributed engine would shard by: the reference, or the identity of
the event. There are no foreign keys: events arrive in any order, a link may name a reference
nobody has used yet, and one statement writes all rows of a batch together or none of them.
All times are timestamptz and stored in UTC.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "ck": "%(table_name)s_%(constraint_name)s",
        "ix": "%(table_name)s_%(column_0_name)s",
    }
)

_MOMENT = DateTime(timezone=True)
_AGENCIES = "agency IN ('police', 'cps', 'probation')"

# One row for each reference anybody has used or linked to. Its version rises with every batch
# that touches it, in the same transaction; the register is behind where it has not caught up.
reference = Table(
    "reference",
    metadata,
    Column("reference_id", Uuid, primary_key=True),
    Column("reference", Text, nullable=False),
    Column("scheme", Text, nullable=False),
    Column("first_received_at", _MOMENT, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("projected_version", BigInteger, nullable=False, server_default=text("0")),
    # Kept by the database. The index asks it and not the versions, so that raising one of a
    # reference that is behind already changes no index: a sixth of what publishing costs there.
    Column("behind", Boolean, Computed("version > projected_version", True), nullable=False),
    CheckConstraint("version > 0", name="has_a_version"),
    CheckConstraint("projected_version BETWEEN 0 AND version", name="projected_not_ahead"),
)
# Partial, so that it holds only what a projector has still to do: who asks says `behind` too.
Index("reference_behind", reference.c.reference_id, postgresql_where=reference.c.behind)

# What was said, once and for ever. Ids are ordered by time, so that new rows go to one end of
# each reference's page range. The digest is not here but with the identity, which outlives an
# erasure.
event = Table(
    "event",
    metadata,
    Column("reference_id", Uuid, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("source", Text, nullable=False),
    Column("source_event_id", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("occurred_at", _MOMENT, nullable=False),
    Column("time_precision", Text, nullable=False),
    Column("recorded_at", _MOMENT),
    Column("received_at", _MOMENT, nullable=False),
    # Null once it was erased (see `erasure`), and only then.
    Column("data", JSONB),
    # History that was loaded late, which is not the same as keyed late.
    Column("backfill", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint(_AGENCIES, name="known_agency"),
    CheckConstraint("time_precision IN ('instant', 'day')", name="known_precision"),
    CheckConstraint("jsonb_typeof(data) = 'object'", name="data_is_an_object"),
)
# What a feed is counted by: an agency's feeds are found in it without reading every event, and
# the agency leads so that what row-level security asks is answered by the index too.
Index(
    "event_feed",
    event.c.agency,
    event.c.source,
    event.c.occurred_at,
    postgresql_include=["type"],
)

# When each feed was last heard of, and how much came on a day. History that was loaded late says
# nothing of how a feed is doing, and is told apart without reading the events.
Index(
    "event_received",
    event.c.agency,
    event.c.source,
    event.c.received_at,
    postgresql_include=["backfill"],
)

# The identity of an event holds whatever its subject, so it cannot be a key of `event`, which is
# sharded by reference. Receipts are looked up here, and an erased event is still recognised.
event_identity = Table(
    "event_identity",
    metadata,
    Column("source", Text, primary_key=True),
    Column("source_event_id", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("reference_id", Uuid, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("received_at", _MOMENT, nullable=False),
    CheckConstraint("octet_length(digest) = 32", name="digest_is_sha256"),
)
# Every link and unlink ever sent, once from each side, so that a walk needs only its own key.
reference_link = Table(
    "reference_link",
    metadata,
    Column("reference_id", Uuid, primary_key=True),
    Column("other_id", Uuid, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("in_effect", Boolean, nullable=False),
    Column("occurred_at", _MOMENT, nullable=False),
    Column("received_at", _MOMENT, nullable=False),
    Column("agency", Text, nullable=False),
)

# Which references one victim, known by a pseudonym, has been given.
victim_key = Table(
    "victim_key",
    metadata,
    Column("victim_key", Text, primary_key=True),
    Column("reference_id", Uuid, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("agency", Text, nullable=False),
)

# When a system sent nothing because it could not, as it was declared: `until_at` is null while it
# lasts. A row that amends another of the same feed corrects it, or withdraws it where `from_at` is
# null. Read with the record and judged by the heart.
feed_interruption = Table(
    "feed_interruption",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("organisation", Text, primary_key=True),
    Column("system", Text, primary_key=True),
    Column("interruption_id", Text, primary_key=True),
    Column("from_at", _MOMENT),
    Column("until_at", _MOMENT),
    Column("reason", Text, nullable=False),
    Column("occurred_at", _MOMENT, nullable=False),
    Column("recorded_at", _MOMENT),
    Column("received_at", _MOMENT, nullable=False),
    Column("amends", Text),
    Column("replayed", Boolean, nullable=False, server_default=false()),
    CheckConstraint("NOT replayed OR until_at IS NOT NULL", name="ended_before_its_replay"),
    CheckConstraint(_AGENCIES, name="known_agency"),
    CheckConstraint("until_at > from_at", name="ends_after_it_begins"),
    CheckConstraint(
        "from_at IS NOT NULL OR (amends IS NOT NULL AND until_at IS NULL)",
        name="begins_or_withdraws",
    ),
)

# When a system that usually sends sent nothing and did not say why, as it was noticed: each word
# once and for ever. Of the words on one silence, which its beginning identifies, the newest holds;
# it is `withdrawn` where a later declaration explains it. `replayed` says that what happened in it
# has been sent since; `heard_until_at` is when something was last received before it, and
# `usual_events` how many events happened on a working day before then, on average.
feed_silence = Table(
    "feed_silence",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("organisation", Text, primary_key=True),
    Column("system", Text, primary_key=True),
    Column("since_at", _MOMENT, primary_key=True),
    Column("noticed_at", _MOMENT, primary_key=True),
    Column("until_at", _MOMENT),
    Column("heard_until_at", _MOMENT, nullable=False),
    Column("replayed", Boolean, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("usual_events", Double, nullable=False),
    Column("standard", Text, nullable=False),
    CheckConstraint(_AGENCIES, name="known_agency"),
    CheckConstraint("until_at > since_at", name="ends_after_it_begins"),
)

# A reference nobody may see for a while, or for good where `until_at` is null.
sealing = Table(
    "sealing",
    metadata,
    Column("reference_id", Uuid, primary_key=True),
    Column("sealing_id", Uuid, primary_key=True),
    Column("sealed_at", _MOMENT, nullable=False),
    Column("until_at", _MOMENT),
    Column("reason", Text, nullable=False),
    Column("by_whom", Text, nullable=False),
    CheckConstraint("until_at > sealed_at", name="ends_after_it_begins"),
)

# An event whose content was erased; its digest stays in `event_identity`.
erasure = Table(
    "erasure",
    metadata,
    Column("reference_id", Uuid, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("erased_at", _MOMENT, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by_whom", Text, nullable=False),
)

# Who did what with victims' data, and when. Nobody but data protection may read it, and nobody may
# change it. Its ids are ordered by time, so that one key pages, ages and shards. `service` is the
# database role that wrote the row, which the role itself cannot say.
access_log = Table(
    "access_log",
    metadata,
    Column("access_id", Uuid, primary_key=True),
    Column("at", _MOMENT, nullable=False),
    Column("service", Text, nullable=False, server_default=text("CURRENT_USER")),
    Column("who", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("verb", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("journey", Uuid),
    Column("victims", Integer, nullable=False),
    Column("recipient", Text),
    Column("request", Text, nullable=False),
    CheckConstraint(
        "verb IN ('collection', 'alteration', 'consultation', 'disclosure', 'combination', "
        "'erasure')",
        name="known_verb",
    ),
    CheckConstraint("victims >= 0", name="counts_victims"),
)
Index(
    "access_log_journey",
    access_log.c.journey,
    access_log.c.access_id,
    postgresql_where=access_log.c.journey.is_not(None),
)
Index("access_log_organisation", access_log.c.organisation, access_log.c.access_id)
Index("access_log_who", access_log.c.who, access_log.c.access_id)

"""Every table of the register: what lists and figures read, kept from the events by a projector.

Nothing here is a source: all of it can be made again from the events. Keys lead with the journey's
id, so that an engine that shards by it keeps a journey together. No row says how something stands
now. Each says when its standing turns, so that a query picks by the moment asked about and nothing
has to sweep the clock. A `turns` column holds such moments in order, and
`width_bucket(moment, turns)` is the place of the last one reached, 0 before the first.
All times are timestamptz and stored in UTC; columns that end in `_on` are London days.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from shared.store.chain_tables import CHAIN_TABLES
from shared.store.tables import metadata

_MOMENT = DateTime(timezone=True)

# Yardsticks, by which rows were judged: the hashes of rulebook and calendar, the local standard of
# silence, and the number of the shape that this code gives rows. Rows under another are behind.
register_yardstick = Table(
    "register_yardstick",
    metadata,
    Column("yardstick_id", Integer, Identity(), primary_key=True),
    Column("rulebook", Text, nullable=False),
    Column("calendar", Text, nullable=False),
    Column("silence_days", Integer, nullable=False),
    Column("member_silence_days", Integer, nullable=False),
    Column("shape", Integer, nullable=False),
    UniqueConstraint(
        "rulebook",
        "calendar",
        "silence_days",
        "member_silence_days",
        "shape",
        name="register_yardstick_once",
    ),
)

# One row, locked by each writing from its last steps to its commit: revisions come in the order in
# which they can be seen, so that whoever follows them loses nothing.
register_state = Table(
    "register_state",
    metadata,
    Column("only_one", Boolean, primary_key=True, server_default=text("true")),
    Column("revision", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint("only_one", name="is_alone"),
)

# Which journey each reference was found on, in which version it was read, and what we had been told
# by then. `written` rises with every writing: a writer that read another number has been overtaken.
register_reference = Table(
    "register_reference",
    metadata,
    Column("reference_id", Uuid, primary_key=True),
    Column("journey_id", Uuid, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("told_until", _MOMENT),
    Column("written", BigInteger, nullable=False),
)
Index("register_reference_journey", register_reference.c.journey_id)

# One row a journey. The `turns` begin with the moment from which it holds and go to and fro, so
# that it holds where the place of the moment is odd: Enhanced Rights, and the case being open.
register_journey = Table(
    "register_journey",
    metadata,
    Column("journey_id", Uuid, primary_key=True),
    Column("reference", Text, nullable=False),
    # `references` itself is a word of SQL.
    Column("reference_count", Integer, nullable=False),
    Column("police_reference", Boolean, nullable=False),
    Column("began_at", _MOMENT, nullable=False),
    Column("victim_kind", Text, nullable=False),
    Column("under_18_until", _MOMENT),
    Column("enhanced_turns", ARRAY(_MOMENT)),
    Column("open_turns", ARRAY(_MOMENT), nullable=False),
    # The rights of the Code of which anything was ever owed, in order. A projector of before they
    # were kept says nothing of them, and any may be meant.
    Column(
        "rights",
        ARRAY(SmallInteger),
        nullable=False,
        server_default=text("'{1,2,3,4,5,6,7,8,9,10,11,12}'"),
    ),
    # What a list or a sample is divided by: of the first report, and then, by the place of the
    # moment among the turns beside them, what held at a moment. Null where there is nothing to say.
    Column("reported_at", _MOMENT),
    Column("reported_on", Date),
    Column("offence_group", Text),
    Column("flags", ARRAY(Text)),
    Column("outcomes", ARRAY(SmallInteger)),
    Column("outcome_turns", ARRAY(_MOMENT)),
    Column("police", ARRAY(Text)),
    Column("police_turns", ARRAY(_MOMENT)),
    Column("cps", ARRAY(Text)),
    Column("cps_turns", ARRAY(_MOMENT)),
    Column("probation", ARRAY(Text)),
    Column("probation_turns", ARRAY(_MOMENT)),
    Column("yardstick_id", Integer, nullable=False),
    Column("revision", BigInteger, nullable=False),
)
Index("register_journey_law", register_journey.c.yardstick_id, register_journey.c.journey_id)
Index("register_journey_revision", register_journey.c.revision, register_journey.c.journey_id)
Index("register_journey_began", register_journey.c.began_at, register_journey.c.journey_id)
# There are few sets of rights, so that one entry a journey is enough. Those of one set are not in
# order: ids are random, and each new one would go to a page of its own.
Index("register_journey_rights", register_journey.c.rights, postgresql_include=["journey_id"])
Index(
    "register_journey_without_police",
    register_journey.c.journey_id,
    postgresql_where=text("NOT police_reference"),
)

# Journeys that there were and are no more, because a link joined them to another: the survivor,
# where it is known, and the revision in which they went. Whoever follows the changes is told.
register_gone = Table(
    "register_gone",
    metadata,
    Column("journey_id", Uuid, primary_key=True),
    Column("reference", Text, nullable=False),
    Column("survivor_id", Uuid),
    Column("revision", BigInteger, nullable=False),
)
Index("register_gone_revision", register_gone.c.revision, register_gone.c.journey_id)

# The organisations that sent events of a journey (`speaks`) or owe anything on it.
register_party = Table(
    "register_party",
    metadata,
    Column("journey_id", Uuid, primary_key=True),
    Column("agency", Text, primary_key=True),
    Column("organisation", Text, primary_key=True),
    Column("speaks", Boolean, nullable=False),
)
Index(
    "register_party_organisation",
    register_party.c.organisation,
    register_party.c.agency,
    register_party.c.journey_id,
)

# One row for each stay in a stage with one holder; the stage by its number in their order.
register_stage = Table(
    "register_stage",
    metadata,
    Column("journey_id", Uuid, primary_key=True),
    Column("since_at", _MOMENT, primary_key=True),
    Column("until_at", _MOMENT),
    Column("stage", SmallInteger, nullable=False),
    Column("holder", Text, nullable=False),
    Column("organisation", Text),
)
# Where journeys are at a moment, and with whom: the stays that had not ended by then.
_STAY_ENDS = text("coalesce(until_at, 'infinity'::timestamptz)")
# Stays that last are very many of one end: in the order in which they were written, not of ids.
Index("register_stage_lasts", register_stage.c.stage, _STAY_ENDS, postgresql_include=["journey_id"])
Index(
    "register_stage_holds",
    register_stage.c.organisation,
    _STAY_ENDS,
    postgresql_include=["journey_id"],
)

# One row for each obligation. `standings` has a letter for each of its turns, so that how it stands
# is `substr(standings, width_bucket(moment, turns), 1)`. From `breach_from` on it is a breach.
# `stage` is the one its start fell in. `allowed_days` are the London days from the start to the
# limit, one at least, and `answered_on` is the day of an answer that came late. Right, kind and
# edition are the rulebook's to tell.
# `in_part`: its organisation's part of the journey, what it holds alone, says the very same.
register_obligation = Table(
    "register_obligation",
    metadata,
    Column("journey_id", Uuid, primary_key=True),
    Column("obligation_id", LargeBinary, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("organisation", Text),
    Column("suspect", Text),
    Column("enhanced", Boolean, nullable=False),
    Column("stage", SmallInteger),
    Column("started_at", _MOMENT, nullable=False),
    Column("due_on", Date),
    Column("due_at", _MOMENT),
    Column("breach_from", _MOMENT),
    Column("allowed_days", Integer),
    Column("answered_on", Date),
    Column("content_stated", Boolean, nullable=False),
    Column("turns", ARRAY(_MOMENT), nullable=False),
    Column("standings", Text, nullable=False),
    Column("in_part", Boolean, nullable=False),
    CheckConstraint("length(standings) = cardinality(turns)", name="a_letter_for_each_turn"),
)
# What fell due and what falls due next, of all organisations and of one, in a stable order.
Index(
    "register_obligation_due",
    register_obligation.c.due_at,
    register_obligation.c.journey_id,
    register_obligation.c.obligation_id,
    postgresql_where=register_obligation.c.due_at.is_not(None),
)
Index(
    "register_obligation_due_of",
    register_obligation.c.organisation,
    register_obligation.c.due_at,
    register_obligation.c.journey_id,
    register_obligation.c.obligation_id,
    postgresql_where=register_obligation.c.due_at.is_not(None),
)
# Breaches by some owner of some rule, which are few where it is seldom owed or seldom broken.
_BROKEN = register_obligation.c.breach_from.is_not(None)
Index(
    "register_obligation_broken",
    register_obligation.c.owner,
    register_obligation.c.rule,
    register_obligation.c.due_at,
    register_obligation.c.journey_id,
    register_obligation.c.obligation_id,
    postgresql_where=_BROKEN,
)
Index(
    "register_obligation_broken_of",
    register_obligation.c.organisation,
    register_obligation.c.rule,
    register_obligation.c.due_at,
    register_obligation.c.journey_id,
    register_obligation.c.obligation_id,
    postgresql_where=_BROKEN,
)
# The journeys on which something was ever unknown.
Index(
    "register_obligation_unknown",
    register_obligation.c.journey_id,
    postgresql_where=text("strpos(standings, 'U') > 0"),
)

# What was recorded beside an obligation and counts; `by_whom` is who noticed a breach.
register_mark = Table(
    "register_mark",
    metadata,
    Column("journey_id", Uuid, primary_key=True),
    Column("obligation_id", LargeBinary, primary_key=True),
    Column("mark", Text, primary_key=True),
    Column("marked_at", _MOMENT, nullable=False),
    Column("marked_on", Date, nullable=False),
    Column("by_whom", Text),
)

Index(
    "register_mark_noticed",
    register_mark.c.by_whom,
    postgresql_where=register_mark.c.mark == "breach.noticed",
)
Index(
    "register_mark_managed",
    register_mark.c.journey_id,
    register_mark.c.obligation_id,
    postgresql_where=register_mark.c.mark != "breach.noticed",
)

# What an organisation's own part says that it owes, where that is not what the whole journey says,
# or not under its name: the part's own is `part_id` and `reference`.
register_part = Table(
    "register_part",
    metadata,
    Column("journey_id", Uuid, primary_key=True),
    Column("organisation", Text, primary_key=True),
    Column("obligation_id", LargeBinary, primary_key=True),
    Column("part_id", Uuid, nullable=False),
    Column("reference", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("suspect", Text),
    Column("enhanced", Boolean, nullable=False),
    Column("stage", SmallInteger),
    Column("started_at", _MOMENT, nullable=False),
    Column("due_on", Date),
    Column("due_at", _MOMENT),
    Column("breach_from", _MOMENT),
    Column("allowed_days", Integer),
    Column("answered_on", Date),
    Column("content_stated", Boolean, nullable=False),
    Column("turns", ARRAY(_MOMENT), nullable=False),
    Column("standings", Text, nullable=False),
    CheckConstraint("length(standings) = cardinality(turns)", name="a_letter_for_each_turn"),
)
Index(
    "register_part_due_of",
    register_part.c.organisation,
    register_part.c.due_at,
    register_part.c.part_id,
    register_part.c.obligation_id,
    postgresql_where=register_part.c.due_at.is_not(None),
)

# What its own part says was recorded beside such an obligation.
register_part_mark = Table(
    "register_part_mark",
    metadata,
    Column("journey_id", Uuid, primary_key=True),
    Column("organisation", Text, primary_key=True),
    Column("obligation_id", LargeBinary, primary_key=True),
    Column("mark", Text, primary_key=True),
    Column("marked_at", _MOMENT, nullable=False),
    Column("marked_on", Date, nullable=False),
    Column("by_whom", Text),
)

# One row for each part of a silence that fell in one stay: `until_at` is null while it lasts. It is
# part of a gap from `too_long_from` on, where the silence lasts until then; the days of a silence
# are the sum of those of its parts, which begin where the one before ended.
register_silence = Table(
    "register_silence",
    metadata,
    Column("journey_id", Uuid, primary_key=True),
    Column("since_at", _MOMENT, primary_key=True),
    Column("until_at", _MOMENT),
    Column("since_on", Date, nullable=False),
    Column("until_on", Date),
    Column("silent_from", _MOMENT, nullable=False),
    Column("silent_on", Date),
    Column("silent_until", _MOMENT),
    Column("too_long_from", _MOMENT, nullable=False),
    Column("allowed_days", Integer, nullable=False),
    Column("agreed", Boolean, nullable=False),
    Column("stage", SmallInteger, nullable=False),
    Column("holder", Text, nullable=False),
    Column("organisation", Text),
)
# Who is silent now, longest first.
Index(
    "register_silence_still",
    register_silence.c.silent_from,
    register_silence.c.journey_id,
    postgresql_where=register_silence.c.until_at.is_(None),
)
# Who was silent at a moment of the past, and for long: the parts that had not ended by then. Most
# silences are short, and nobody looks for those that he finds everywhere.
LONG_SILENCE_DAYS = 14
IS_LONG = (
    f"silent_until IS NULL OR silent_until - silent_from > interval '{LONG_SILENCE_DAYS} days'"
)
Index(
    "register_silence_long",
    register_silence.c.until_at,
    register_silence.c.journey_id,
    postgresql_where=text(f"until_at IS NOT NULL AND ({IS_LONG})"),
)

# What was found on a journey, and from when until when it holds (null for good). `says` is the
# sentence, which events and obligations it rests on stand beside it. A finding of the kind
# `repeat_not_flagged` holds only where another journey has an earlier report of the same victim:
# whoever reads it looks there, so that no row depends on another journey.
register_finding = Table(
    "register_finding",
    metadata,
    Column("journey_id", Uuid, primary_key=True),
    Column("holds_from", _MOMENT, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("about", Text, primary_key=True),
    Column("holds_until", _MOMENT),
    Column("agency", Text),
    Column("organisation", Text),
    Column("stage", SmallInteger),
    Column("days", Integer),
    Column("says", Text, nullable=False),
    Column("special", Boolean, nullable=False),
    Column("event_sources", ARRAY(Text), nullable=False),
    Column("event_ids", ARRAY(Text), nullable=False),
    Column("obligation_ids", ARRAY(LargeBinary), nullable=False),
    CheckConstraint("cardinality(event_sources) = cardinality(event_ids)", name="names_its_events"),
)
# The latest first, of all, of one kind and of one organisation.
Index(
    "register_finding_begun",
    register_finding.c.holds_from,
    register_finding.c.journey_id,
)
Index(
    "register_finding_kind",
    register_finding.c.kind,
    register_finding.c.holds_from,
    register_finding.c.journey_id,
)
Index(
    "register_finding_organisation",
    register_finding.c.organisation,
    register_finding.c.holds_from,
    register_finding.c.journey_id,
)

# Whose reports a journey holds, by pseudonym, and when a report first bore it.
register_victim = Table(
    "register_victim",
    metadata,
    Column("journey_id", Uuid, primary_key=True),
    Column("victim_key", Text, primary_key=True),
    Column("reported_at", _MOMENT, nullable=False),
)
Index(
    "register_victim_reports",
    register_victim.c.victim_key,
    register_victim.c.reported_at,
    register_victim.c.journey_id,
)

# How far the journeys of an organisation have been marked to be judged again because of a
# declaration, or of a word on a silence that was noticed; `last_journey_id` is null once all are.
register_declaration = Table(
    "register_declaration",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("organisation", Text, primary_key=True),
    Column("system", Text, primary_key=True),
    Column("interruption_id", Text, primary_key=True),
    Column("noticed", Boolean, primary_key=True, server_default=false()),
    Column("last_journey_id", Uuid),
)

# The tables whose rows are a journey's, and which are written and go with it.
OF_A_JOURNEY: tuple[Table, ...] = (
    register_journey,
    register_party,
    register_stage,
    register_obligation,
    register_mark,
    register_part,
    register_part_mark,
    register_silence,
    register_finding,
    register_victim,
    *CHAIN_TABLES,
)

"""The readings of the Code that the heart applies, each beside its source."""

from datetime import date, timedelta

from shared.words import WRITTEN

# Enhanced Rights group (a), victims of the most serious crime: VC2013 and VC2015 list these
# (confidence high), VC2020 as summarised by forces (medium). Child sexual abuse is a sexual
# offence; homicide stands for the bereaved, whom the group names.
MOST_SERIOUS = frozenset(
    {
        "domestic_abuse",
        "hate",
        "terrorism",
        "sexual",
        "modern_slavery",
        "attempted_murder",
        "kidnap",
        "false_imprisonment",
        "arson_endangering_life",
        "wounding_with_intent",
        "homicide",
        "child_sexual_abuse",
    }
)

# News a few minutes before the fact is a difference between two clocks, not news in advance.
CLOCK_TOLERANCE = timedelta(minutes=5)

# From this day on the Code must be followed unless there are good reasons not to: Victims and
# Prisoners Act 2024, s.5(1), commenced by SI 2025/95 (confidence high).
GOOD_REASONS_FROM = date(2025, 1, 29)

# What must be in writing may be handed over, and a note that is handed over is told in person.
IN_WRITING = WRITTEN | {"in_person"}

# What a system says was keyed by the end of this many working days after a limit is an officer
# writing up yesterday's call, and no sign that a duty was met by keying.
KEYED_SOON = 1

# Where no moment of keying is stated there is only our own receipt, and a feed may be sent weekly.
TOLD_SOON = 5

# So many contacts of one organisation keyed in one minute were written up together.
KEYED_TOGETHER = 3

# A telling in this time before a limit ends came at its closing.
CLOSING = timedelta(minutes=30)

# So many tellings of one organisation that happened in one minute were not talked through.
TOLD_TOGETHER = 3

# A perfunctory contact shows at least so many signs: one alone has an innocent reason too often.
SIGNS_NEEDED = 2

# The Home Office's outcomes by which the victim does not support action (Crime outcomes in England
# and Wales 2023 to 2024, technical annex): without and with a suspect identified.
VICTIM_WITHDREW = frozenset({14, 16})

# How many London days before a withdrawal are looked at for what was missed.
BEFORE_WITHDRAWAL = (30, 60, 90)

# News by ways that were not agreed is no slip once there is so much of it and none by those agreed.
NEWS_ANOTHER_WAY = 2

# More references than this on one journey is a sign of a wrong link, not of a long journey.
MANY_REFERENCES = 50

# Offences of the same group by what was reported, flagged so or not: what a sexual offence is, and
# whom a homicide bereaves, needs nobody's flag. Duties go by flags; findings go by these too.
MOST_SERIOUS_OFFENCES = frozenset({"sexual", "homicide"})

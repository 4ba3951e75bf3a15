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

# More references than this on one journey is a sign of a wrong link, not of a long journey.
MANY_REFERENCES = 50

# Offences of the same group by what was reported, flagged so or not: what a sexual offence is, and
# whom a homicide bereaves, needs nobody's flag. Duties go by flags; findings go by these too.
MOST_SERIOUS_OFFENCES = frozenset({"sexual", "homicide"})

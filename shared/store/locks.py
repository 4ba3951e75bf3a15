"""The numbers of the advisory locks of this store, which only have to differ from one another."""

from enum import IntEnum, unique


@unique
class Lock(IntEnum):
    """What is done by one at a time, or is waited for; `SEAT` is a class of two-number locks."""

    MIGRATING = 1_703_2024
    WRITING = 1_703_2025
    SEAT = 1_703_2026
    NOTICING = 1_703_2027
    COUNTING = 1_703_2028
    PUBLISHING = 1_703_2029
    DRAWING = 1_703_2030

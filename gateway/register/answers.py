"""The shapes in which the gateway tells of the register."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from gateway.answers import JudgedBy
from gateway.register.lag import COUNTED, LOOKED_AT, Lag
from gateway.register.rows import Yardstick


class RegisterBody(BaseModel):
    """How far the register, from which lists and figures are told, is behind the events."""

    revision: int = Field(description="Rises with every change of the register.")
    up_to_date: bool = Field(
        description="Whether it holds all that was known, judged by the rules in force."
    )
    behind: int = Field(
        description="How many references wait to be projected; "
        f"not counted beyond {COUNTED:,}: one more then."
    )
    judged_otherwise: int = Field(
        description="How many journeys were last judged by other rules, another calendar or "
        "another local standard of silence; counted as `behind` is."
    )
    waiting_since: datetime | None = Field(
        description="When (UTC) we were told of the oldest event that is not in it, among those of "
        f"{LOOKED_AT} references that wait; null where none waits."
    )
    judged_by: JudgedBy

    @classmethod
    def of(cls, lag: Lag, yardstick: Yardstick) -> Self:
        """Describe a lag, as seen by a yardstick."""
        return cls(
            revision=lag.revision,
            up_to_date=lag.is_up_to_date,
            behind=lag.behind,
            judged_otherwise=lag.judged_otherwise,
            waiting_since=lag.waiting_since,
            judged_by=JudgedBy.of(yardstick.rulebook, yardstick.calendar),
        )

"""The Home Office's outcome of a crime, where a message gives one."""

from pydantic import Field

from services.door.envelope import Data
from shared.words import HOME_OFFICE_OUTCOMES


class HomeOfficeOutcome(Data):
    """The outcome by its number; `/v1/outcomes` lists them with the days they were in use."""

    outcome: int | None = Field(
        None,
        ge=HOME_OFFICE_OUTCOMES[0],
        le=HOME_OFFICE_OUTCOMES[-1],
        description="A Home Office outcome, 0 to 22, in use on the day it was given.",
    )

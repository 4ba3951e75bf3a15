"""The standard by which a feed's silence is judged, read from a file beside it."""

from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, Field


class FeedStandard(BaseModel):
    """When a system's silence is one; the file says why each number is what it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    version: int = Field(gt=0)
    weeks: int = Field(gt=0)
    heard_days: int = Field(ge=2)
    heard_over_days: int = Field(gt=0)
    share_of_gaps: float = Field(gt=0, le=1)
    times: int = Field(ge=1)
    least_working_days: int = Field(ge=1)
    busy_events: int = Field(gt=0)
    busy_working_days: int = Field(ge=1)
    replayed_share: float = Field(gt=0, le=1)
    replayed_share_of_a_day: float = Field(ge=0, le=1)

    @property
    def id(self) -> str:
        """Name and version in one word, as rows and answers name it."""
        return f"{self.name} {self.version}"


@cache
def feed_standard() -> FeedStandard:
    """Return the project's own standard. Raises ValidationError for a file that is none."""
    text = files("gateway.feeds").joinpath("standard.yaml").read_text()
    return FeedStandard.model_validate(yaml.safe_load(text))

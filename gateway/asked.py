"""What bodies that are sent to the gateway are made of: strict parts, words and short phrases."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Word = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=200)]
# One visible character at least, and none that is not to be seen.
Phrase = Annotated[
    str,
    StringConstraints(
        pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$", max_length=200
    ),
]


class Part(BaseModel):
    """A part of what is asked; a field that is not there is refused."""

    model_config = ConfigDict(extra="forbid", strict=True)

"""How what tells of a victim is to be handled: a stamp in every such answer and on it."""

from fastapi import Response
from pydantic import BaseModel, Field

# The government's marking for what only those who need it may see; `OFFICIAL` is all the rest.
HANDLING = "OFFICIAL-SENSITIVE"
HEADER = "x-handling"


class Sensitive(BaseModel):
    """An answer that tells of a victim, and how it is to be handled."""

    handling: str = Field(HANDLING, description="How the answer is to be handled.")


def sensitive(answer: BaseModel) -> Response:
    """Return an answer that tells of a victim as JSON, stamped in its header too."""
    text = answer.model_dump_json(by_alias=True)
    return Response(text, media_type="application/json", headers={HEADER: HANDLING})

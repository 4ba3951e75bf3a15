"""The application of the Probation Service, made of its words and the door."""

from pathlib import Path

from services.door.app import Room, agency_app
from services.probation.messages import MESSAGES
from services.probation.translate import translate
from shared.web import settle

ROOM = Room(
    agency="probation",
    title="the Probation Service",
    messages=MESSAGES,
    translate=translate,
    examples=Path(__file__).parent / "examples",
)

app = agency_app(ROOM)
settle()

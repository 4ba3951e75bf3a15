"""The application of the Crown Prosecution Service, made of its words and the door."""

from pathlib import Path

from services.cps.messages import MESSAGES
from services.cps.translate import translate
from services.door.app import Room, agency_app
from shared.web import settle

ROOM = Room(
    agency="cps",
    title="the Crown Prosecution Service",
    messages=MESSAGES,
    translate=translate,
    examples=Path(__file__).parent / "examples",
)

app = agency_app(ROOM)
settle()

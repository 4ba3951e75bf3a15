"""The application of the police and the Witness Care Unit, made of its words and the door."""

from pathlib import Path

from services.door.app import Room, agency_app
from services.police.messages import MESSAGES
from services.police.translate import translate
from shared.web import settle

ROOM = Room(
    agency="police",
    title="the police and the Witness Care Unit",
    messages=MESSAGES,
    translate=translate,
    examples=Path(__file__).parent / "examples",
)

app = agency_app(ROOM)
settle()

"""The client knows what each duty needs, and its README says what it does."""

import json
import re
from pathlib import Path

from victim_journey.conforming import duties

from gateway.rulebook.needs import needs
from shared.words import FIELDS


def test_the_client_s_duties_are_the_rulebook_s() -> None:
    assert duties() == needs(), "run `python -m gateway.rulebook.needs` as its docstring says"


def test_a_duty_needs_nothing_but_words_of_the_vocabulary() -> None:
    for duty in needs():
        for part in (duty["start"], *duty["earlier"], duty["answer"]):
            assert set(part["types"]) <= FIELDS.keys()
            for type_, fields in part["fields"].items():
                assert set(fields) <= FIELDS[type_]


def test_what_each_duty_needs_says_as_much_as_its_rule() -> None:
    needed = {duty["id"]: duty for duty in needs()}
    assert needed["R9.SENT"] == {
        "id": "R9.SENT",
        "title": "The victim is told the sentence and its effect",
        "right": 9,
        "kind": "code",
        "owner": "wcu",
        "timed": True,
        "start": {
            "types": ["offender.sentenced"],
            "about": [],
            "fields": {"offender.sentenced": ["received_at_wcu"]},
        },
        "earlier": [],
        "answer": {
            "types": ["victim.told"],
            "about": ["offender.sentenced"],
            "offers": [],
            "fields": {},
            "carried": ["effect"],
            "by": None,
        },
    }
    assert needed["R11.VLO"]["start"]["types"] == [
        "contact_scheme.referred",
        "contact_scheme.referral_received",
    ]
    assert needed["R11.VLO"]["answer"]["by"] == "probation"


def test_the_readme_s_event_is_an_event(root: Path) -> None:
    readme = (root / "client" / "README.md").read_text()
    (line,) = re.findall(r"^(\{\"specversion\".*\})$", readme, re.MULTILINE)
    assert json.loads(line)["type"] in FIELDS

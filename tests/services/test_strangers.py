"""Strangers at the door: an SDK from the package index, and a machine that tries everything."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from cloudevents.v1.conversion import to_structured
from cloudevents.v1.http import CloudEvent as OldCloudEvent

from tests.doors import Doors
from tests.services.events import CRIME
from tests.services.processes import ROOT, running
from tests.shared.databases import Database
from tests.tokens import usual

ATTRIBUTES = {
    "source": "/police/avon-and-somerset/niche",
    "type": "suspect.arrested",
    "subject": CRIME,
    "recordedtime": "2024-03-28T18:02:11+00:00",
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
}
DATA = {"suspect": "S1"}
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "ignored_auth",
    "unsupported_method",
)
# Four runs well within a minute. One that finds nothing tries a few hundred requests.
SECONDS = 8


async def test_events_of_the_cloudevents_sdk_are_taken(doors: Doors) -> None:
    time = datetime(2024, 3, 28, 17, 45, tzinfo=UTC)
    events = [
        CloudEvent({**ATTRIBUTES, "time": time}, DATA),
        CloudEvent({**ATTRIBUTES, "datacontenttype": "application/json", "time": time}, DATA),
    ]
    for event in events:
        message = to_structured_event(event)
        reply = await doors.police.post("/v1/events", content=message.body, headers=message.headers)
        assert reply.status_code == 201, reply.text
        assert reply.json()["id"] == event.get_id()
    one, two = (to_structured_event(event).body.decode() for event in events)
    batch = {"content-type": "application/cloudevents-batch+json"}
    reply = await doors.police.post("/v1/events", content=f"[{one},{two}]", headers=batch)
    assert [item["status"] for item in reply.json()["items"]] == ["repeated", "repeated"]


async def test_events_of_the_sdk_s_first_form_are_taken(doors: Doors) -> None:
    event = OldCloudEvent({**ATTRIBUTES, "time": "2024-03-28T17:45:00+00:00"}, DATA)
    headers, body = to_structured(event)
    reply = await doors.police.post("/v1/events", content=body, headers=headers)
    assert reply.status_code == 201, reply.text


async def test_the_sdk_s_binary_mode_is_refused_with_what_to_do(doors: Doors) -> None:
    message = to_binary_event(CloudEvent({**ATTRIBUTES, "time": datetime.now(UTC)}, DATA))
    reply = await doors.police.post("/v1/events", content=message.body, headers=message.headers)
    assert reply.status_code == 415
    assert "application/cloudevents+json" in reply.json()["errors"][0]["remedy"]


@pytest.mark.parametrize("service", ["police", "cps", "probation", "gateway"])
def test_whatever_is_asked_the_answer_is_one_that_openapi_tells(
    service: str, database: Database
) -> None:
    # The gateway signs in twice; the others have no use for it.
    log = database.url("data_protection")
    with running(service, database.url(service), DATABASE_URL_DATA_PROTECTION=log) as served:
        tried = subprocess.run(
            [
                *[sys.executable, "-m", "schemathesis.cli", "run", f"{served.url}/openapi.json"],
                *["--checks", ",".join(CHECKS), "--max-time", str(SECONDS)],
                *["--max-examples", "10", "--no-shrink", "--no-color"],
                *["--generation-database", "none"],
            ],
            cwd=ROOT,
            env={
                **os.environ,
                "SCHEMATHESIS_HOOKS": "tests.services.stranger",
                "STRANGERS_TOKEN": usual(service),
            },
            capture_output=True,
            text=True,
        )
    assert tried.returncode == 0, tried.stdout[-8000:] + tried.stderr[-1000:]
    assert "Stateful (in" in tried.stdout

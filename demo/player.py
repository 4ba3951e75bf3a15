"""Plays sample journeys through the agencies' doors, and asks the gateway to tell them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx

from demo.samples import Sample

CLOUDEVENT = "application/cloudevents+json"
STATUSES = {HTTPStatus.CREATED: "created", HTTPStatus.OK: "repeated"}


class NotFound(LookupError):
    """The gateway knows no journey by a reference that was just played."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a door said to one event: created, repeated or refused, and why it was refused."""

    status: str
    event_id: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Player:
    """Speaks HTTP to the four applications; `addresses` are theirs, by name, and so are `tokens`.

    Raises httpx.HTTPError where an application cannot be reached or fails.
    """

    client: httpx.Client
    addresses: Mapping[str, str]
    tokens: Mapping[str, str]

    def play(self, sample: Sample) -> Iterator[Answer]:
        """Send each event of a journey to the door of the agency in its source."""
        for event in sample.events:
            agency = event["source"].split("/")[1]
            reply = self.client.post(
                f"{self.addresses[agency]}/v1/events",
                json=event,
                headers={"content-type": CLOUDEVENT, **self._token(agency)},
            )
            yield answer(event["id"], reply)

    def timeline(self, sample: Sample) -> tuple[str, dict[str, Any]]:
        """Return the address of a journey's timeline, and the timeline itself.

        Raises NotFound.
        """
        journeys = f"{self.addresses['gateway']}/v1/journeys"
        token = self._token("gateway")
        asked = {"reference": sample.reference}
        found = self.client.get(journeys, params=asked, headers=token)
        items = found.raise_for_status().json()["items"]
        if not items:
            raise NotFound(f"the gateway knows no journey by {sample.reference}")
        address = f"{journeys}/{items[0]['id']}/timeline?as_of={sample.as_of}"
        told: dict[str, Any] = self.client.get(address, headers=token).raise_for_status().json()
        return address, told

    def _token(self, app: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.tokens[app]}"}


def answer(event_id: str, reply: httpx.Response) -> Answer:
    """Read a door's reply; raises httpx.HTTPStatusError where the fault is the door's own."""
    if reply.is_server_error:
        reply.raise_for_status()
    status = STATUSES.get(HTTPStatus(reply.status_code))
    if status is not None:
        return Answer(status, event_id)
    body = reply.json()
    faults = "; ".join(f"{e['field']} {e['wrong']}: {e['remedy']}" for e in body["errors"])
    return Answer("refused", event_id, faults or body["detail"])

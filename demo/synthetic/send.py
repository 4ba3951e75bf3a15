"""Sends synthetic events through the agencies' real doors, in batches, and counts the answers."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from http import HTTPStatus

import httpx

BATCH = "application/cloudevents-batch+json"
ANSWER_SECONDS = 120.0
# A door that is busy says so and can be asked again: after 1, 2, 4, 8 and 16 seconds.
PAUSES = (1, 2, 4, 8, 16)


class CannotSend(Exception):
    """A door could not be reached, or answered none of a batch; the message says what to do."""


class Sender:
    """Sends to the three doors with a token; `addresses` are theirs by agency."""

    def __init__(self, addresses: Mapping[str, str], token: str) -> None:
        self._addresses = addresses
        self._client = new_client()
        self._client.headers["authorization"] = f"Bearer {token}"

    def send(self, agency: str, events: Sequence[bytes]) -> tuple[Counter[str], str | None]:
        """Send events of one agency; return the answers counted, and the first refusal in words.

        Raises CannotSend.
        """
        body = b"[" + b",".join(events) + b"]"
        reply = self._post(agency, body)
        if reply.status_code != HTTPStatus.OK:
            raise CannotSend(
                f"The {agency} door answered {reply.status_code}: {reply.text[:500]}\n"
                "Mend what it says and send the same journeys again: nothing is kept twice."
            )
        told = reply.json()
        counts = Counter({name: told[name] for name in ("created", "repeated", "refused")})
        refused = next((item for item in told["items"] if item["status"] == "refused"), None)
        return counts, None if refused is None else f"{refused['id']}: {refused['problem']}"

    def _post(self, agency: str, body: bytes) -> httpx.Response:
        address = f"{self._addresses[agency]}/v1/events"
        for pause in (*PAUSES, None):
            try:
                reply = self._client.post(address, content=body, headers={"content-type": BATCH})
                if reply.status_code != HTTPStatus.SERVICE_UNAVAILABLE or pause is None:
                    return reply
            except httpx.TransportError as error:
                if pause is None:
                    raise unreachable(agency, address, error) from error
            time.sleep(pause)
        raise AssertionError("the last turn returns or raises")


def new_client() -> httpx.Client:
    """Return a client of the doors; no proxy of the environment stands between us and them."""
    return httpx.Client(timeout=ANSWER_SECONDS, trust_env=False)


def greet(addresses: Mapping[str, str]) -> None:
    """Ask every door whether it can work; raises CannotSend for the first that cannot."""
    with new_client() as client:
        for agency, address in addresses.items():
            try:
                client.get(f"{address}/health").raise_for_status()
            except httpx.HTTPError as error:
                raise unreachable(agency, address, error) from error


def unreachable(agency: str, address: str, error: httpx.HTTPError) -> CannotSend:
    """Return what to raise where a door cannot be reached."""
    return CannotSend(
        f"The {agency} door at {address} cannot be reached: {error}\n"
        f"Start it (`make demo`), or name it with --{agency}, and send the same journeys again."
    )

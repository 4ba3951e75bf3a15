"""The client brings a token from where it is told to look, and says plainly what is wrong."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from victim_journey import AsyncDoor, Door, NotTaken

from shared.access.development import ALL_SENDERS
from tests.client.conftest import Command
from tests.client.events import arrests, write_lines
from tests.client.fake_door import Says, answering
from tests.services.processes import Service
from tests.tokens import issuer

NAMES = ("VICTIM_JOURNEY_TOKEN", "VICTIM_JOURNEY_TOKEN_FILE", "VICTIM_JOURNEY_TOKEN_COMMAND")
Environment = Callable[..., None]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, token: str) -> Environment:
    """Set where the token is, and nothing else."""

    def set_to(**said: str) -> None:
        for name in NAMES:
            monkeypatch.delenv(name, raising=False)
        for name, value in said.items():
            monkeypatch.setenv(name, value)

    return set_to


def test_a_token_is_found_in_the_environment_in_a_file_or_by_a_command(
    command: Command, police: Service, tmp_path: Path, environment: Environment, token: str
) -> None:
    events = write_lines(tmp_path / "events.ndjson", arrests(2))
    file = tmp_path / "token with spaces"
    file.write_text(f"{token}\n")
    for said in (
        {"VICTIM_JOURNEY_TOKEN": token},
        {"VICTIM_JOURNEY_TOKEN_FILE": str(file)},
        {"VICTIM_JOURNEY_TOKEN_COMMAND": f"cat '{file}'"},
    ):
        environment(**said)
        told = command("send", events, "--door", police.url)
        assert told.code == 0, told.err
    assert token not in told.out + told.err


def test_an_expired_token_is_read_again_and_the_sending_goes_on(
    command: Command, police: Service, tmp_path: Path, environment: Environment, token: str
) -> None:
    old = issuer().token("sender", organisations=ALL_SENDERS, good_for=-timedelta(hours=1))
    turns, good = tmp_path / "turns", tmp_path / "good"
    good.write_text(token)
    turns.write_text(old)
    program = tmp_path / "token.sh"
    # Gives the expired one first, as a cache would.
    program.write_text(f'cat "{turns}"; cp "{good}" "{turns}"')
    environment(VICTIM_JOURNEY_TOKEN_COMMAND=f"sh {program}")
    events = write_lines(tmp_path / "events.ndjson", arrests(1200))
    told = command("send", events, "--door", police.url)
    assert (told.code, told.out) == (
        0,
        f"{events}: 1,200 events: 1,200 created, 0 repeated, 0 refused\n",
    ), told.err


def test_what_is_wrong_with_a_token_is_said_plainly_and_never_the_token(
    command: Command, police: Service, tmp_path: Path, environment: Environment
) -> None:
    events = write_lines(tmp_path / "events.ndjson", arrests(1))
    expired = issuer().token("sender", good_for=-timedelta(hours=1))
    (tmp_path / "nonsense").write_text("a secret: not a token")
    for said, words in (
        ({}, "asks for a token, and none was sent. Set VICTIM_JOURNEY_TOKEN"),
        ({"VICTIM_JOURNEY_TOKEN": expired}, "does not take the token: The token has expired."),
        ({"VICTIM_JOURNEY_TOKEN": issuer().token("partner")}, "for the role sender"),
        ({"VICTIM_JOURNEY_TOKEN_FILE": "nowhere"}, "VICTIM_JOURNEY_TOKEN_FILE cannot be read"),
        ({"VICTIM_JOURNEY_TOKEN_FILE": str(tmp_path / "nonsense")}, "is no token"),
        ({"VICTIM_JOURNEY_TOKEN_COMMAND": "false a-secret"}, "_COMMAND failed (CalledProcess"),
        (dict.fromkeys(NAMES[:2], "x"), "are set: leave one of them"),
    ):
        environment(**said)
        told = command("send", events, "--door", police.url)
        assert (told.code, words in told.err) == (2, True), told.err
        assert "secret" not in told.err
        assert expired not in told.err


def test_a_token_goes_to_another_machine_over_https_only(
    command: Command, tmp_path: Path, token: str
) -> None:
    events = write_lines(tmp_path / "events.ndjson", arrests(1))
    for address in ("http://door.example", "http://10.0.0.1:8001"):
        told = command("send", events, "--door", address, "--patience", "0")
        assert told.code == 2
        assert "could be read on the way" in told.err


async def test_of_many_requests_that_are_refused_at_once_one_reads_the_token_again(
    police: Service, token: str
) -> None:
    given = [issuer().token("sender", good_for=-timedelta(hours=1))]
    read: list[str] = []

    def give() -> str:
        read.append(given[-1])
        given.append(token)
        return read[-1]

    async with AsyncDoor(police.url, token=give) as door:
        answers = [one async for one in door.send_all(arrests(2500))]
    assert {one.status for one in answers} == {"created"}
    assert len(read) == 2


def test_a_refusal_that_does_not_end_is_given_up(token: str) -> None:
    with (
        answering([Says(401, b"{}")]) as server,
        Door(server.url, token=lambda: token) as door,
        pytest.raises(NotTaken, match="does not take the token"),
    ):
        door.feeds()
    assert len(server.asked) == 1

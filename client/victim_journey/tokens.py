"""The token that a door asks for: from the environment, a file, or a command that gets one.

It is never an argument of a command, which anybody on the machine may read.
"""

import asyncio
import os
import re
import shlex
import subprocess
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path

import httpx

from victim_journey.answers import NotTaken, Unreadable

TOKEN, FILE, COMMAND = (
    "VICTIM_JOURNEY_TOKEN",
    "VICTIM_JOURNEY_TOKEN_FILE",
    "VICTIM_JOURNEY_TOKEN_COMMAND",
)
COMMAND_SECONDS = 60
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")
ReadToken = Callable[[], str | None]


class Token:
    """A token that is read when it is first needed, and again once a door refuses it."""

    def __init__(self, read: ReadToken) -> None:
        self._read = read
        self._text: str | None = None
        self._is_read = False
        self._reading = asyncio.Lock()

    async def text(self) -> str | None:
        """Return the token, None where there is none; raises Unreadable."""
        async with self._reading:
            if not self._is_read:
                self._text = await asyncio.to_thread(self._read)
                self._is_read = True
            return self._text

    async def after(self, refused: str | None) -> str | None:
        """Return the token that is there now that a door refused another; raises Unreadable.

        Of several requests that were refused at once, one reads it again.
        """
        async with self._reading:
            if self._text == refused:
                self._text = await asyncio.to_thread(self._read)
            return self._text


def from_environment(environment: Mapping[str, str] = os.environ) -> ReadToken:
    """Return what reads the token as the environment says, or finds none."""

    def read() -> str | None:
        said = [name for name in (TOKEN, FILE, COMMAND) if environment.get(name)]
        if len(said) > 1:
            raise Unreadable(f"{' and '.join(said)} are set: leave one of them.")
        if not said:
            return None
        (name,) = said
        value = environment[name]
        ways: dict[str, Callable[[str], str]] = {FILE: _from_file, COMMAND: _from_command}
        text = ways.get(name, str)(value).strip()
        if _TOKEN.fullmatch(text) is None:
            raise Unreadable(f"What {name} gives is no token: it is letters, digits and dots.")
        return text

    return read


def _from_file(name: str) -> str:
    try:
        return Path(name).read_text("utf-8")
    except (OSError, ValueError) as error:
        raise Unreadable(f"The file of {FILE} cannot be read ({type(error).__name__}).") from error


def _from_command(command: str) -> str:
    try:
        ran = subprocess.run(  # noqa: S603 - the user's own command, without a shell
            shlex.split(command),
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        # Not its output, in which a secret may stand.
        raise Unreadable(f"The command of {COMMAND} failed ({type(error).__name__}).") from error
    return ran.stdout


def check_private(address: str) -> None:
    """Raise NotTaken where a token sent to an address could be read on the way."""
    url = httpx.URL(address)
    if url.scheme == "http" and not _is_here(url.host):
        raise NotTaken(
            f"{address} is not private: a token sent there could be read on the way. "
            "Write it with https."
        )


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def say_refused(token: str | None, why: str) -> str:
    """Say what to do where a door does not take the token, or misses one."""
    if token is None:
        return (
            f"The door asks for a token, and none was sent. Set {TOKEN}, {FILE} or {COMMAND} "
            "(see the README)."
        )
    return f"The door does not take the token: {why} Get a new one from its issuer."

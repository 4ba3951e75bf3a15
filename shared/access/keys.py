"""The issuer's public keys: fetched when first needed, kept, and asked for again as they change."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from joserfc import jwk

from shared.problems import NoKeys
from shared.tracing import log

# A key that the issuer takes away is trusted for so long at most, while the issuer answers.
FRESH = timedelta(minutes=10)
# Without an answer the keys that are known go on for so long.
KEPT = timedelta(hours=1)
# Tokens that name a key nobody knows have the issuer asked once in so long, however many come.
PAUSE = timedelta(seconds=10)
# The pauses, in seconds, before the issuer is asked again in one turn.
AGAIN = (0.1, 0.4)
TIMEOUT = httpx.Timeout(3.0)
LARGEST = 1024 * 1024
# One algorithm a kind of key, so that nothing in a token chooses how it is checked.
ALGORITHMS = {"RSA": "RS256", "EC": "ES256"}
LEAST_RSA_BITS = 2048

Key = jwk.RSAKey | jwk.ECKey


class CannotFetch(Exception):
    """The issuer's keys did not come, or what came is no key set."""


class Keys:
    """The keys by which tokens are checked, by their id; `clock` returns the present in UTC.

    `turn` rises whenever they change, so that what was checked by others is checked anew.
    """

    def __init__(
        self, fetch: Callable[[], Awaitable[bytes]], clock: Callable[[], datetime]
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._text = b""
        self._by_id: Mapping[str, Key] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._fetching = asyncio.Lock()
        self._behind: asyncio.Task[None] | None = None
        self.turn = 0

    async def freshen(self) -> None:
        """Have the keys fetched where they are old, and wait for it only where they are too old.

        Raises NoKeys where they cannot be fetched and none are known that are young enough.
        """
        now = self._clock()
        if self._is_younger_than(FRESH, now):
            return
        if self._is_younger_than(KEPT, now):
            if not self._fetching.locked():
                self._behind = asyncio.create_task(self._try_again(now))
            return
        await self._try_again(now)
        if not self._is_younger_than(KEPT, now):
            raise NoKeys(
                "The issuer's keys cannot be fetched just now. Send the same again.",
                headers={"Retry-After": str(int(PAUSE.total_seconds()))},
            )

    async def key(self, name: str) -> Key | None:
        """Return a key by its id, asking the issuer again where it is new; raises NoKeys."""
        await self.freshen()
        if name not in self._by_id:
            await self._try_again(self._clock())
        return self._by_id.get(name)

    def _is_younger_than(self, age: timedelta, now: datetime) -> bool:
        return self._fetched_at is not None and now - self._fetched_at < age

    async def _try_again(self, now: datetime) -> None:
        """Ask the issuer, unless that was done just before, by this request or another."""
        async with self._fetching:
            if self._tried_at is not None and now - self._tried_at < PAUSE:
                return
            self._tried_at = now
            try:
                text = await self._ask()
                found = read_keys(text)
            except CannotFetch as error:
                log.warning("the issuer's keys cannot be fetched: %s", error)
                return
            self._fetched_at = now
            if text != self._text:
                self._text, self._by_id = text, found
                self.turn += 1

    async def _ask(self) -> bytes:
        for pause in AGAIN:
            try:
                return await self._fetch()
            except CannotFetch:
                await asyncio.sleep(pause)
        return await self._fetch()


def read_keys(text: bytes) -> Mapping[str, Key]:
    """Return the keys of a JSON Web Key Set that tokens may be signed with; raises CannotFetch.

    Left out are those without an id, for another use, of another kind, too weak to be trusted, or
    that cannot be read: one such key spoils no other.
    """
    try:
        listed = json.loads(text)["keys"]
        found = [_read_key(one) for one in listed if _signs(one)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CannotFetch("what came is no key set") from error
    return {str(key.kid): key for key in found if key is not None and is_strong(key)}


def _read_key(one: Mapping[str, Any]) -> Key | None:
    try:
        key = jwk.import_key(dict(one))
    except Exception as error:  # whatever the library, or the one beneath it, finds wrong
        log.warning("a key of the issuer cannot be read: %s", type(error).__name__)
        return None
    return key if isinstance(key, Key) else None


def is_strong(key: Key) -> bool:
    """Say whether a key is strong enough for its algorithm."""
    if isinstance(key, jwk.RSAKey):
        return key.public_key.key_size >= LEAST_RSA_BITS
    return key.curve_name == "P-256"


def _signs(one: Mapping[str, Any]) -> bool:
    algorithm = ALGORITHMS.get(one["kty"])
    return (
        algorithm is not None
        and isinstance(one.get("kid"), str)
        and one.get("use", "sig") == "sig"
        and one.get("alg", algorithm) == algorithm
    )


def fetcher(source: str) -> Callable[[], Awaitable[bytes]]:
    """Return what fetches the key set from an address or a file; it raises CannotFetch."""
    if source.lower().startswith(("http:", "https:")):
        return lambda: _from_address(source)
    return lambda: _from_file(Path(source))


async def _from_address(address: str) -> bytes:
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT) as client:
            reply = await client.get(address)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CannotFetch(type(error).__name__) from error
    if reply.status_code != httpx.codes.OK:
        raise CannotFetch(f"the issuer answered {reply.status_code}")
    if len(reply.content) > LARGEST:
        raise CannotFetch("what came is too large for a key set")
    return reply.content


async def _from_file(path: Path) -> bytes:
    try:
        return await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        raise CannotFetch(type(error).__name__) from error

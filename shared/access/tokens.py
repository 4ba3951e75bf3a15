"""Tells who sent a token, or refuses it: the issuer's, for this service, and good just now."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, MissingClaimError

from shared.access.caller import BadClaims, Caller, caller_of
from shared.access.keys import ALGORITHMS, Keys
from shared.problems import Fault, NoToken

# Clocks differ by a little.
LEEWAY_SECONDS = 30
# A token with a thousand organisations still fits.
LONGEST = 48 * 1024
# Callers at one time, many times over; a token in it is checked at the cost of its digest.
REMEMBERED = 10_000
# An ID token or a logout token of the same issuer says another `typ`, and is no access token.
TYPES = (None, "JWT", "at+jwt", "application/at+jwt")
CHALLENGE = 'Bearer realm="victim-journey"'


@dataclass(frozen=True, slots=True)
class _Known:
    """A token that was checked: whose it is, until when (POSIX seconds), by which turn of keys."""

    caller: Caller
    until: float
    turn: int


class Tokens:
    """Checks tokens of one issuer for one audience; `clock` returns the present in UTC."""

    def __init__(
        self, issuer: str, audience: str, keys: Keys, clock: Callable[[], datetime]
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys = keys
        self._clock = clock
        self._known: dict[bytes, _Known] = {}

    async def caller(self, token: str) -> Caller:
        """Return whose token this is; raises NoToken and NoKeys.

        Remembered by its digest until it expires or the issuer's keys change, so that most cost
        little and memory holds no token.
        """
        if len(token) > LONGEST:
            raise refused("is too long", "ask the issuer for one that says less")
        await self._keys.freshen()
        digest = sha256(token.encode(errors="replace")).digest()
        known = self._known.get(digest)
        now = self._clock().timestamp()
        if known is not None and known.turn == self._keys.turn and now < known.until:
            return known.caller
        turn = self._keys.turn
        caller, until = await self._checked(token, now)
        if len(self._known) >= REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[digest] = _Known(caller, until, turn)
        return caller

    async def _checked(self, token: str, now: float) -> tuple[Caller, float]:
        name = read_header(token).get("kid")
        key = await self._keys.key(name) if isinstance(name, str) else None
        if key is None:
            raise refused("is signed with no key of the issuer", "ask the issuer for a new one")
        wanted = jwt.JWTClaimsRegistry(
            now=int(now),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
        )
        try:
            claims = jwt.decode(token, key, algorithms=[ALGORITHMS[key.key_type]]).claims
            wanted.validate(claims)
            caller = caller_of(claims)
        except ExpiredTokenError as error:
            raise refused("has expired", "ask the issuer for a new one") from error
        except (InvalidClaimError, MissingClaimError) as error:
            raise refused(
                "is not for this service, or not yet",
                "ask the issuer for one that names this service as its audience",
            ) from error
        except BadClaims as error:
            raise refused(f"cannot be read: {error}", "tell whoever runs the issuer") from error
        except (JoseError, ValueError, RecursionError) as error:
            raise refused("is not what the issuer signed", "send it as it was given") from error
        return caller, claims["exp"] + LEEWAY_SECONDS


def read_header(token: str) -> dict[str, Any]:
    """Return a token's header, of which nothing is believed yet; raises NoToken."""
    head, *rest = token.split(".")
    try:
        header = json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, RecursionError):
        header = None
    if len(rest) != 2 or not isinstance(header, dict) or header.get("typ") not in TYPES:
        raise refused("is no access token", "send the token that the issuer gave")
    return header


def refused(wrong: str, remedy: str) -> NoToken:
    """Return the refusal of a token that was sent."""
    return NoToken(
        f"The token {wrong}.",
        Fault("authorization", wrong, remedy),
        headers={"WWW-Authenticate": f'{CHALLENGE}, error="invalid_token"'},
    )

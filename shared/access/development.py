"""The development issuer: makes keys and tokens on a laptop, and never beside a real issuer.

Its folder stands outside the checkout, beside the embedded server's data, and holds:

    signing.json   the private key that signs, mode 0600
    keys.json      the public keys that the services check by, the newest first
"""

import fcntl
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self, get_args

from joserfc import jwk, jwt

from shared.access.caller import EVERY, Role
from shared.access.keys import ALGORITHMS
from shared.journey_event import Agency
from shared.owners_file import write_for_owner
from shared.settings import AccessSettings, StoreSettings
from shared.store.embedded import checkout_folder

ISSUER = "urn:victim-journey:development-issuer"
AUDIENCE = "victim-journey"
AN_HOUR = timedelta(hours=1)
# Every organisation of every agency, for a sender on a laptop.
ALL_SENDERS = tuple(f"{agency}/{EVERY}" for agency in get_args(Agency))


class RealIssuer(Exception):
    """A real issuer is set, and beside it nobody makes tokens; the message says what to do."""


class DevelopmentIssuer:
    """Makes tokens that the services of this checkout take; its key is made once and kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._locked():
            if not self._signing.exists():
                self._make_key(kept=[])

    @classmethod
    def beside(cls, settings: AccessSettings, folder: Path) -> Self:
        """Return the issuer of a folder; raises RealIssuer where the settings name another."""
        if settings.token_issuer not in (None, ISSUER):
            raise RealIssuer(
                f"TOKEN_ISSUER names {settings.token_issuer}: the development issuer makes no "
                "tokens beside it. Ask that issuer for one, or unset TOKEN_ISSUER."
            )
        return cls(folder)

    @property
    def _signing(self) -> Path:
        return self._folder / "signing.json"

    @property
    def keys_file(self) -> Path:
        """The file of the public keys."""
        return self._folder / "keys.json"

    def environment(self) -> dict[str, str]:
        """Return the settings by which a service takes the tokens of this issuer."""
        return {
            "TOKEN_ISSUER": ISSUER,
            "TOKEN_AUDIENCE": AUDIENCE,
            "TOKEN_KEYS": str(self.keys_file),
        }

    def rotate(self, *, forget: bool = False) -> None:
        """Sign with a new key from now on; tokens of the old ones stay good unless forgotten."""
        with self._locked():
            self._make_key([] if forget else json.loads(self.keys_file.read_text())["keys"])

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process at a time make keys; the lock ends with its holder."""
        with (self._folder / "issuer.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make_key(self, kept: list[dict[str, Any]]) -> None:
        key = jwk.ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        # First known, then used: a service never sees a token of a key that it cannot find.
        write_for_owner(self.keys_file, {"keys": [key.as_dict(private=False), *kept]})
        write_for_owner(self._signing, key.as_dict(private=True))

    def token(
        self,
        *roles: Role,
        subject: str = "",
        organisations: Sequence[str] = (),
        areas: Sequence[str] = (),
        scopes: Sequence[str] = (),
        now: datetime | None = None,
        good_for: timedelta = AN_HOUR,
    ) -> str:
        """Return a token with these roles; `now` (aware) is when it is made, else the present."""
        now = now or datetime.now(UTC)
        return self.signed(
            {
                "iss": ISSUER,
                "aud": AUDIENCE,
                "sub": subject or f"developer-{'-'.join(roles)}",
                "iat": int(now.timestamp()),
                "exp": int((now + good_for).timestamp()),
                "roles": list(roles),
                "organisations": list(organisations),
                "areas": list(areas),
                "scope": " ".join(scopes),
            }
        )

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        """Return a token that says these claims, whatever they are, in a header that says more."""
        key = jwk.import_key(json.loads(self._signing.read_text()))
        said = {"alg": ALGORITHMS[key.key_type], "kid": key.kid, "typ": "at+jwt", **header}
        return jwt.encode(said, claims, key)


def local_issuer() -> DevelopmentIssuer:
    """Return the issuer of this checkout, beside its embedded server's data; raises RealIssuer."""
    folder = checkout_folder(StoreSettings().victim_journey_home)
    return DevelopmentIssuer.beside(AccessSettings(), folder / "issuer")

"""Tokens for the tests: an issuer of their own, and who usually asks at each door."""

import tempfile
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from shared.access.caller import Role, caller_of
from shared.access.development import ALL_SENDERS, DevelopmentIssuer

# Good whatever the clock of a test says.
MADE = datetime(2000, 1, 1, tzinfo=UTC)
GOOD_FOR = timedelta(days=36_500)
# A sender of every organisation, where a test asks no door.
ANYBODY = caller_of({"sub": "anybody", "roles": ["sender"], "organisations": list(ALL_SENDERS)})
# The folder goes when the tests do.
_FOLDER = tempfile.TemporaryDirectory(prefix="victim-journey-issuer-")


@cache
def issuer() -> DevelopmentIssuer:
    """The issuer whose tokens the services of the tests take."""
    return DevelopmentIssuer(Path(_FOLDER.name) / "issuer")


@cache
def token(
    *roles: Role,
    organisations: tuple[str, ...] = (),
    scopes: tuple[str, ...] = (),
    subject: str = "",
    areas: tuple[str, ...] = (),
) -> str:
    """Return a token with these roles, good for ever."""
    return issuer().token(
        *roles,
        organisations=organisations,
        scopes=scopes,
        subject=subject,
        areas=areas,
        now=MADE,
        good_for=GOOD_FOR,
    )


def usual(role: str) -> str:
    """Return the token of who usually asks an application: by its agency, or `gateway`.

    A sender of every organisation of the agency; at the gateway somebody who may see everything.
    """
    if role == "gateway":
        return token(
            "inspector",
            "data_protection",
            organisations=("*",),
            scopes=("special_category",),
            subject="usual-reader",
        )
    return token("sender", organisations=(f"{role}/*",), subject=f"usual-{role}")


def bearer(text: str) -> dict[str, str]:
    """Return the header that carries a token."""
    return {"authorization": f"Bearer {text}"}

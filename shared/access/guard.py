"""The guard at every address: who may pass, as a type in the route's signature.

A route that takes `caller: Sender` is open to senders only. What is not guarded is listed in
`PUBLIC`, and a test holds every route of every application to one or the other.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, get_args

from fastapi import Depends, FastAPI, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from shared.access.caller import Caller, Role
from shared.access.keys import Keys, fetcher
from shared.access.pace import Pace
from shared.access.tokens import CHALLENGE, Tokens, refused
from shared.problems import Fault, NoToken, NotPermitted
from shared.settings import AccessSettings

# They say nothing of anybody: whether a service is well, its build, and how to ask.
PUBLIC = frozenset({"/health", "/health/ping", "/info", "/docs", "/openapi.json"})


class Access:
    """What the guards of one application work with: the check of tokens, and each caller's pace."""

    def __init__(
        self, settings: AccessSettings, per_minute: int, clock: Callable[[], datetime]
    ) -> None:
        self._tokens: Tokens | None = None
        if settings.token_issuer and settings.token_keys:
            keys = Keys(fetcher(settings.token_keys), clock)
            self._tokens = Tokens(settings.token_issuer, settings.token_audience, keys, clock)
        self._pace = Pace(per_minute, clock)

    async def caller(self, request: Request) -> Caller:
        """Return who asks; raises NoToken, NoKeys and TooOften."""
        caller = await self.whose(token_of(request))
        self._pace.take(caller.subject)
        return caller

    async def whose(self, token: str) -> Caller:
        """Return whose token this is; raises NoToken, where no issuer is set too, and NoKeys."""
        if self._tokens is None:
            raise refused("cannot be checked: no issuer is set", "set TOKEN_ISSUER and TOKEN_KEYS")
        return await self._tokens.caller(token)


def open_access(
    app: FastAPI, settings: AccessSettings, *, per_minute: int, clock: Callable[[], datetime]
) -> None:
    """Let an application's guards take the tokens of the issuer that is set, and no others."""
    app.state.access = Access(settings, per_minute, clock)


def token_of(request: Request) -> str:
    """Return the one token that a request brings in its header; raises NoToken."""
    given = [value for name, value in request.scope["headers"] if name == b"authorization"]
    scheme, _, token = given[0].decode("latin-1").partition(" ") if given else ("", "", "")
    if len(given) != 1 or scheme.lower() != "bearer" or not token.strip():
        raise NoToken(
            "The request has no token.",
            Fault("authorization", "holds no token", "send `Authorization: Bearer <token>`"),
            headers={"WWW-Authenticate": CHALLENGE},
        )
    return token.strip()


class Guard(SecurityBase):
    """Lets those pass who have one of these roles, and gives the route who it is."""

    def __init__(self, *roles: Role) -> None:
        self.roles = frozenset(roles)
        self.scheme_name = "token"
        self.model = HTTPBearer(
            bearerFormat="JWT", description="A token of the issuer, with the caller's roles."
        )

    async def __call__(self, request: Request) -> Caller:
        """Return who asks; raises NoToken, NoKeys, TooOften and NotPermitted."""
        access: Access = request.app.state.access
        caller = await access.caller(request)
        if self.roles.isdisjoint(caller.roles):
            needed = " or ".join(sorted(self.roles))
            fault = Fault("authorization", "has no role for this", f"ask with the role {needed}")
            raise NotPermitted(f"This address is for the role {needed}.", fault)
        return caller


Sender = Annotated[Caller, Depends(Guard("sender"))]
Reader = Annotated[Caller, Depends(Guard("agency_reader", "inspector"))]
Inspector = Annotated[Caller, Depends(Guard("inspector"))]
Partner = Annotated[Caller, Depends(Guard("partner"))]
# Who may see what was published for partners.
Published = Annotated[Caller, Depends(Guard("inspector", "partner"))]
# Who speaks for an organisation that is judged.
AgencyReader = Annotated[Caller, Depends(Guard("agency_reader"))]
DataProtection = Annotated[Caller, Depends(Guard("data_protection"))]
# For addresses that say nothing of anybody and need not know who asks.
ANY_CALLER: Any = Depends(Guard(*get_args(Role)))

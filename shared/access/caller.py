"""Who asks, as a token says it: roles, organisations, areas and scopes, and what they open."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Role = Literal["sender", "agency_reader", "inspector", "partner", "data_protection"]
# An agency and an organisation of it, such as ("police", "dorset").
Party = tuple[str, str]

ROLES: frozenset[str] = frozenset(get_args(Role))
# Without it, what the law calls special categories of a victim's data is left out of answers.
SPECIAL_CATEGORY = "special_category"
EVERY = "*"
# A subject names a person or a system in a log, and a token lists organisations, not events.
LONGEST_NAME, MOST_NAMES = 200, 1_000


class BadClaims(ValueError):
    """A token says something of its caller that cannot be read; the message says what."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `organisations` may hold `("police", "*")`, all of an agency, or `("*", "*")`."""

    subject: str
    roles: frozenset[str]
    organisations: frozenset[Party] = frozenset()
    areas: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()

    def sends_for(self, agency: str, organisation: str) -> bool:
        """Say whether the caller may send as this organisation."""
        ours = self.organisations
        return (agency, organisation) in ours or (agency, EVERY) in ours

    @property
    def role_words(self) -> str:
        """The caller's roles in a word, or several."""
        return " ".join(sorted(self.roles))

    @property
    def organisation_words(self) -> str:
        """The caller's organisations, `agency/organisation` each; `*` for all, `none` for none."""
        if (EVERY, EVERY) in self.organisations:
            return EVERY
        return " ".join(sorted("/".join(one) for one in self.organisations)) or "none"

    @property
    def sees_special(self) -> bool:
        """Whether special categories of a victim's data are shown to the caller."""
        return SPECIAL_CATEGORY in self.scopes


@dataclass(frozen=True, slots=True)
class View:
    """What a caller may see: the parts of these organisations, None for everything.

    `special` says whether special categories of a victim's data are shown.
    """

    organisations: frozenset[Party] | None
    special: bool

    def holds(self, agency: str, organisation: str | None) -> bool:
        """Say whether what this organisation sent, or owes, may be seen."""
        ours = self.organisations
        return ours is None or (agency, organisation) in ours or (agency, EVERY) in ours


def view_of(caller: Caller) -> View:
    """Return what a caller may see.

    An inspector may be given all organisations, or all of an agency. An agency's reader sees those
    that its token names one by one, so that a token made too wide opens nothing.
    """
    ours = caller.organisations
    if "inspector" not in caller.roles:
        ours = frozenset(one for one in ours if EVERY not in one)
    elif (EVERY, EVERY) in ours:
        return View(None, caller.sees_special)
    return View(ours, caller.sees_special)


def caller_of(claims: Mapping[str, Any]) -> Caller:
    """Return the caller that a token's claims tell of; raises BadClaims.

    Roles that are none of ours are another service's and left out.
    """
    scope = claims.get("scope", "")
    if not isinstance(scope, str):
        raise BadClaims("scope is not text")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_NAME:
        raise BadClaims("sub names nobody")
    return Caller(
        subject=subject,
        roles=_names(claims, "roles") & ROLES,
        organisations=frozenset(_party(name) for name in _names(claims, "organisations")),
        areas=_names(claims, "areas"),
        scopes=frozenset(scope.split()),
    )


def _names(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    names = claims.get(claim, [])
    if not isinstance(names, list) or len(names) > MOST_NAMES:
        raise BadClaims(f"{claim} is not a list")
    if not all(isinstance(name, str) and len(name) <= LONGEST_NAME for name in names):
        raise BadClaims(f"{claim} is not a list of names")
    return frozenset(names)


def _party(name: str) -> Party:
    agency, _, organisation = (EVERY, "", EVERY) if name == EVERY else name.partition("/")
    if not agency or not organisation:
        raise BadClaims("organisations are written agency/organisation")
    return agency, organisation

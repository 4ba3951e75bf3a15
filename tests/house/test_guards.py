"""Every route of every application is guarded or on a short list, and says how it may refuse."""

import re
from collections.abc import Iterator
from typing import get_args

import pytest
from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts

from gateway.app import app as gateway
from services.cps.app import app as cps
from services.police.app import app as police
from services.probation.app import app as probation
from shared.access.caller import Role
from shared.access.guard import PUBLIC, Guard
from shared.web import GUARDS_REFUSALS
from tests.doors import doors_to
from tests.shared.databases import Database
from tests.tokens import bearer, token

APPS = {"gateway": gateway, "police": police, "cps": cps, "probation": probation}
ROLES: tuple[Role, ...] = get_args(Role)
EVERYBODY: set[str] = set(ROLES)
READERS: set[str] = {"agency_reader", "inspector"}
# Who may pass where: whoever adds an address says it here too. Where others may send than may ask,
# the method comes first.
OPEN_TO: dict[str, set[str]] = {
    "/subject-access-request": {"data_protection"},
    "/v1/access-log": {"data_protection"},
    "/v1/areas/{area}/actions": READERS,
    "/v1/areas/{area}/actions/{action_id}": READERS,
    "/v1/areas/{area}/actions/{action_id}/changes": READERS,
    "/v1/areas/{area}/review-pack": READERS,
    "/v1/breaches": {"agency_reader", "inspector"},
    "/v1/changes": {"inspector"},
    "/v1/drafts": EVERYBODY,
    "/v1/due": {"agency_reader", "inspector"},
    "/v1/events": {"sender"},
    "/v1/events/check": {"sender"},
    "/v1/feeds/{organisation}/{system}/counts": {"sender"},
    "/v1/feeds/{organisation}/{system}/interruptions": {"sender"},
    "/v1/findings": {"inspector"},
    "/v1/findings/kinds": EVERYBODY,
    "/v1/journeys": READERS,
    "/v1/journeys/{journey_id}/delays": {"inspector"},
    "/v1/journeys/{journey_id}/findings": {"inspector"},
    "/v1/journeys/{journey_id}/gaps": {"inspector"},
    "/v1/journeys/{journey_id}/obligations": READERS,
    "/v1/journeys/{journey_id}/timeline": READERS,
    "/v1/journeys/{journey_id}/what-if": {"inspector"},
    "/v1/obligations/{obligation_id}/explanation": READERS,
    "/v1/lists/{name}/dictionary": EVERYBODY,
    "/v1/organisations": EVERYBODY,
    "/v1/publications": READERS,
    "POST /v1/publications": {"inspector"},
    "/v1/publications/{publication_id}": READERS,
    "/v1/publications/{publication_id}/editions": READERS,
    "POST /v1/publications/{publication_id}/editions": {"inspector"},
    "/v1/publications/{publication_id}/frozen": {"inspector"},
    "/v1/publications/{publication_id}/replies": READERS,
    "POST /v1/publications/{publication_id}/replies": {"agency_reader"},
    "/v1/publications/{publication_id}/reproduction": {"inspector"},
    "/v1/publications/{publication_id}/today": {"inspector"},
    "/v1/published": {"inspector", "partner"},
    "/v1/register": EVERYBODY,
    "/v1/organisations/{agency}/{organisation}": EVERYBODY,
    "/v1/outcomes": EVERYBODY,
    "/v1/returns": EVERYBODY,
    "/v1/returns/{return_id}": READERS,
    "/v1/samples": {"inspector"},
    "/v1/samples/presets": EVERYBODY,
    "/v1/samples/{sample_id}": {"inspector"},
    "/v1/samples/{sample_id}/frame": {"inspector"},
    "/v1/samples/{sample_id}/replacements": {"inspector"},
    "/v1/statistics/accounts": {"inspector"},
    "/v1/statistics/chains": EVERYBODY,
    "/v1/statistics/delays": {"inspector"},
    "/v1/metrics": EVERYBODY,
    "/v1/metrics/{metric_id}": EVERYBODY,
    "/v1/statistics/comparison": READERS,
    "/v1/statistics/compliance": READERS,
    "/v1/statistics/trend": READERS,
    "/v1/statistics/findings": {"inspector"},
    "/v1/statistics/silence": {"inspector"},
    "/v1/statistics/funnels": {"inspector"},
    "/v1/statistics/handovers": {"inspector"},
    "/v1/statistics/noticing": {"inspector"},
    "/v1/statistics/satisfaction": {"inspector"},
    "/v1/vocabulary": EVERYBODY,
    "/v1/vocabulary/{type}": EVERYBODY,
    "/v1/what-if": {"inspector"},
}


def routes(app: FastAPI) -> Iterator[tuple[str, str, RouteContext]]:
    """Every method and path that an application answers, documents included."""
    for route in iter_route_contexts(app.routes):
        for method in sorted(route.methods or {"GET"}):
            yield method, route.path or "", route


def allowed(app: str, method: str, path: str) -> set[str]:
    """The roles that a path is open to, by method where it matters: `/v1/feeds` is there twice."""
    of_path = OPEN_TO.get(path, READERS if app == "gateway" else {"sender"})
    return OPEN_TO.get(f"{method} {path}", of_path)


def guards(route: RouteContext) -> list[Guard]:
    dependencies = route.dependant.dependencies if hasattr(route, "dependant") else []
    return [one.call for one in dependencies if isinstance(one.call, Guard)]


@pytest.mark.parametrize("name", APPS)
def test_every_route_has_a_guard_or_is_on_the_list(name: str) -> None:
    found = list(routes(APPS[name]))
    assert len(found) > 12
    for method, path, route in found:
        expected = [] if path in PUBLIC else [allowed(name, method, path)]
        assert [set(guard.roles) for guard in guards(route)] == expected, (method, path)


@pytest.mark.parametrize("name", APPS)
def test_every_guarded_operation_tells_how_it_may_refuse(name: str) -> None:
    for path, operations in APPS[name].openapi()["paths"].items():
        for operation in operations.values():
            assert ("security" in operation) is (path not in PUBLIC), path
            if "security" in operation:
                told = " ".join(one["description"] for one in operation["responses"].values())
                assert all(str(one.__doc__).strip() in told for one in GUARDS_REFUSALS), path


async def test_every_route_asks_who_it_is_and_lets_nobody_pass_who_may_not(
    database: Database,
) -> None:
    # Lists of all journeys are for who may see all, whom a role alone does not make.
    held = {"inspector": "*"}
    strangers = {
        role: bearer(token(role, organisations=(held.get(role, "police/none"),))) for role in ROLES
    }
    none = {"authorization": ""}
    async with doors_to(database) as doors:
        for name in APPS:
            client = getattr(doors, name)
            for method, path, _ in routes(APPS[name]):
                address = re.sub(r"\{\w+\}", "00000000-0000-0000-0000-000000000000", path)
                nobody = await client.request(method, address, headers=none)
                if path in PUBLIC:
                    assert nobody.status_code == 200, (name, path)
                    continue
                assert nobody.status_code == 401, (name, method, path)
                assert nobody.headers["www-authenticate"].startswith("Bearer")
                for role, headers in strangers.items():
                    asked = await client.request(method, address, headers=headers)
                    passed = role in allowed(name, method, path)
                    refused = "problem:not-permitted" in asked.text
                    assert refused is not passed, (name, method, path, role)
                    assert asked.status_code == 403 or not refused
                    assert asked.status_code != 401

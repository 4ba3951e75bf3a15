"""Every answer goes out with the headers that keep it private, and no origin is let in unasked."""

import base64
import re
from hashlib import sha256

import asyncpg
import httpx
import pytest

from shared.armour import HEADERS
from tests.doors import doors_to
from tests.services.events import arrest
from tests.shared.databases import Database


def assert_armoured(reply: httpx.Response) -> None:
    for name, value in HEADERS:
        said = reply.headers.get_list(name.decode())
        assert len(said) == 1, (reply.request.url, name)
        if name not in (b"cache-control", b"content-security-policy"):
            assert said == [value.decode()]
    assert "server" not in reply.headers


async def test_every_answer_has_them_and_the_documents_a_policy_of_their_own(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = {"origin": "https://dashboard.example"}
    asking = {**origin, "access-control-request-method": "GET"}
    async with doors_to(database) as doors:
        made = await doors.police.post("/v1/events", json=arrest(), headers=origin)
        found = await doors.gateway.get("/v1/journeys?reference=x", headers=origin)
        listed = await doors.gateway.get("/v1/outcomes", headers=origin)
        tag = {"if-none-match": listed.headers["etag"]}
        unchanged = await doors.gateway.get("/v1/outcomes", headers=tag)
        nobody = await doors.gateway.get("/v1/outcomes", headers={"authorization": ""})
        nowhere = await doors.gateway.get("/nowhere", headers=origin)
        asked_first = await doors.gateway.options("/v1/journeys", headers=asking)
        owner = await asyncpg.connect(database.owner_url)
        await owner.execute("ALTER TABLE victim_key RENAME COLUMN victim_key TO key")
        await owner.close()
        broken = await doors.police.post("/v1/events", json=arrest(id="2"))
        docs = await doors.gateway.get("/docs")
    replies = (made, found, listed, unchanged, nobody, nowhere, asked_first, broken, docs)
    assert [reply.status_code for reply in replies] == [
        201, 200, 200, 304, 401, 404, 405, 500, 200,
    ]  # fmt: skip
    for reply in replies:
        assert_armoured(reply)
        assert "access-control-allow-origin" not in reply.headers
    assert listed.headers["cache-control"] == "no-cache"
    assert found.headers["cache-control"] == "no-store"
    assert found.headers["x-handling"] == found.json()["handling"] == "OFFICIAL-SENSITIVE"

    policy = docs.headers["content-security-policy"]
    (inline,) = re.findall(r"<script>(.+?)</script>", docs.text, re.DOTALL)
    digest = base64.b64encode(sha256(inline.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy
    assert "connect-src 'self'" in policy
    assert "script-src 'unsafe-inline'" not in policy
    loaded = re.findall(r'<(?:script|link)[^>]*?(?:src|href)="(https://[^"]+)"[^>]*>', docs.text)
    tags = re.findall(r"<(?:script|link)[^>]*https://[^>]*>", docs.text)
    assert len(loaded) == len(tags) == 2
    for tag_text in tags:
        assert re.search(r'integrity="sha384-[A-Za-z0-9+/]{64}" crossorigin', tag_text)

    monkeypatch.setenv("CORS_ORIGINS", "https://dashboard.example, https://other.example")
    async with doors_to(database) as doors:
        let_in = await doors.gateway.get("/v1/outcomes", headers=origin)
        preflight = await doors.gateway.options(
            "/v1/outcomes",
            headers={**asking, "access-control-request-headers": "authorization"},
        )
        stranger = await doors.gateway.get(
            "/v1/outcomes", headers={"origin": "https://evil.example"}
        )
        door = await doors.police.get("/v1/outcomes", headers=origin)
    assert let_in.headers["access-control-allow-origin"] == origin["origin"]
    assert preflight.status_code == 200
    assert "POST" not in preflight.headers["access-control-allow-methods"]
    for reply in (stranger, door):
        assert "access-control-allow-origin" not in reply.headers

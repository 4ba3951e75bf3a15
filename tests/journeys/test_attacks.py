"""What an attacker would try, one attack a test: each is refused, nothing leaks, nothing is lost.

The victim's journey is Dorset's. The attackers are who has no token, a sender and a supervisor of
Kent's, an inspector of Kent, a partner, and Dorset's own sender with more in mind.
"""

import asyncio
import base64
import gzip
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any, get_args

import asyncpg
import httpx
import pytest
import pytest_asyncio

from shared.access.development import DevelopmentIssuer
from shared.journey_event import reference_id
from shared.ports import HOST
from shared.store import Store
from shared.store.embedded import EmbeddedPostgres
from shared.words import Flag
from tests.doors import Doors, SetClock, doors_to
from tests.gateway.register.registers import catch_up, projector_of
from tests.services.processes import Service, running
from tests.shared.databases import Database
from tests.tokens import GOOD_FOR, MADE, bearer, issuer, token

# One victim behind one set of doors for all attacks, which have to leave it as it was.
pytestmark = pytest.mark.asyncio(loop_scope="module")

CRIME = "crime:dorset/55240020001/V1"
GUESSED = "crime:dorset/55240020002/V1"
DUMMY = "crime:kent/00000000/V1"
DORSET, KENT = "/police/dorset/niche", "/police/kent/athena"
JOURNEY = reference_id(CRIME)
LINES = "application/x-ndjson"
# Every list over all journeys, in which Dorset's are.
LISTS = (
    "/v1/journeys?open=true",
    "/v1/breaches?as_of=2026-01-01",
    "/v1/due?as_of=2024-03-28&within_days=366",
    "/v1/changes?after=0",
    "/v1/findings?as_of=2026-01-01",
    "/v1/statistics/findings?as_of=2026-01-01",
    "/v1/statistics/silence?as_of=2026-01-01",
    "/v1/samples",
)
EVERYTHING = bearer(token("inspector", organisations=("*",), scopes=("special_category",)))
# Words of the victim's journey that nobody else may read.
SECRETS = ("55240020001", "dorset", "suspect.arrested", "domestic", "key-of-a-victim")

# All flags together, as a refusal of another word lists them: so they tell nothing of anybody.
*_FIRST, _LAST = get_args(Flag)
ALL_FLAGS = f"{', '.join(_FIRST)} or {_LAST}"

SENDER = bearer(token("sender", organisations=("police/dorset",)))
KENT_SENDER = bearer(token("sender", organisations=("police/kent",)))
KENT_READER = bearer(token("agency_reader", organisations=("police/kent",)))
KENT_INSPECTOR = bearer(token("inspector", organisations=("police/kent",)))
PARTNER = bearer(token("partner", organisations=("*",), scopes=("special_category",)))
OFFICER = bearer(token("data_protection"))
STRANGERS = {
    "kent's sender": KENT_SENDER,
    "kent's reader": KENT_READER,
    "kent's inspector": KENT_INSPECTOR,
    "a partner": PARTNER,
}


def event(source: str = DORSET, **changes: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": "e1",
        "source": source,
        "type": "suspect.arrested",
        "subject": CRIME,
        "time": "2024-03-28T17:45:00+00:00",
        "data": {"suspect": "S1"},
        **changes,
    }


REPORT = event(
    id="e0",
    type="crime.reported",
    time="2024-03-27T09:00:00+00:00",
    data={
        "victim_kind": "person",
        "offence_group": "violence",
        "flags": ["domestic_abuse"],
        "victim_key": "key-of-a-victim",
    },
)


@pytest.fixture(scope="module")
def database(server: EmbeddedPostgres, template: str) -> Iterator[Database]:
    server.create_database("attacks", template)
    yield Database(server, "attacks")
    server.drop_database("attacks")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def doors(database: Database) -> AsyncIterator[Doors]:
    """The four doors, behind which Dorset's victims are."""
    told = [REPORT, event(), {**REPORT, "id": "e2", "subject": GUESSED}]
    async with doors_to(database) as doors:
        reply = await doors.police.post("/v1/events", json=told, headers=SENDER)
        assert reply.json()["created"] == 3, reply.text
        store = await Store.open(database.url("gateway"))
        await catch_up(await projector_of(store))
        await store.close()
        yield doors
        again = await doors.police.post("/v1/events", json=told, headers=SENDER)
        assert again.json()["repeated"] == 3, "whatever was tried, the story is what Dorset told"
        assert [one for one in await events_of(database) if one[0] == DORSET] == [
            (DORSET, "e0"),
            (DORSET, "e1"),
            (DORSET, "e2"),
        ]


async def events_of(database: Database) -> list[tuple[str, str]]:
    owner = await asyncpg.connect(database.owner_url)
    rows = await owner.fetch("SELECT source, source_event_id FROM event ORDER BY 1, 2")
    await owner.close()
    return [(row[0], row[1]) for row in rows]


def tells_nothing(reply: httpx.Response) -> None:
    """Nothing of the victim's journey is in an answer, its headers included."""
    said = reply.text.replace(ALL_FLAGS, "") + repr(reply.headers)
    assert [secret for secret in SECRETS if secret in said] == []


def addresses() -> list[str]:
    """Every address at the gateway that tells of a victim, asked about Dorset's."""
    return [
        f"/v1/journeys?reference={CRIME}",
        f"/v1/journeys/{JOURNEY}/timeline",
        f"/v1/journeys/{JOURNEY}/obligations",
        f"/v1/journeys/{JOURNEY}/what-if?draft=sentence-review",
        f"/v1/obligations/{'0' * 24}/explanation?journey={JOURNEY}",
        "/v1/what-if?draft=sentence-review",
        f"/subject-access-request?reference={CRIME}",
        "/v1/feeds",
        f"/v1/journeys/{JOURNEY}/gaps",
        f"/v1/journeys/{JOURNEY}/findings",
        *LISTS,
    ]


# Tokens


async def test_no_token_and_nonsense_for_a_token(doors: Doors) -> None:
    for given in ("", "Bearer", "Bearer ", "Basic ZG9yc2V0OmRvcnNldA==", "Bearer x y", "bearer ..",
                  "Token abc", "Bearer " + "A" * 60_000):  # fmt: skip
        for address in addresses():
            reply = await doors.gateway.get(address, headers={"authorization": given})
            assert reply.status_code == 401
            tells_nothing(reply)
        reply = await doors.police.post(
            "/v1/events", json=event(id="x"), headers={"authorization": given}
        )
        assert reply.status_code == 401


async def test_a_token_in_the_address_or_in_a_cookie_or_twice(doors: Doors) -> None:
    good = SENDER["authorization"].removeprefix("Bearer ")
    bare = {"authorization": ""}
    asked = f"/v1/feeds?access_token={good}"
    assert (await doors.police.get(asked, headers=bare)).status_code == 401
    cookie = {**bare, "cookie": f"token={good}"}
    assert (await doors.police.get("/v1/feeds", headers=cookie)).status_code == 401
    twice = httpx.Headers([("authorization", f"Bearer {good}"), ("authorization", "Bearer x")])
    request = doors.police.build_request("GET", "/v1/feeds")
    request.headers = twice
    assert (await doors.police.send(request)).status_code == 401


async def test_a_tampered_token(doors: Doors) -> None:
    head, body, signature = KENT_READER["authorization"].removeprefix("Bearer ").split(".")
    said = json.loads(base64.urlsafe_b64decode(body + "=="))
    wider = {**said, "roles": ["inspector"], "organisations": ["*"], "scope": "special_category"}
    forged = base64.urlsafe_b64encode(json.dumps(wider).encode()).decode().rstrip("=")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    for bad in (f"{head}.{forged}.{signature}", f"{unsigned}.{forged}.", f"{head}.{forged}."):
        for address in addresses():
            reply = await doors.gateway.get(address, headers=bearer(bad))
            assert reply.status_code == 401
            tells_nothing(reply)


async def test_an_expired_token_one_for_later_and_one_for_elsewhere(doors: Doors) -> None:
    said = {
        "iss": issuer().environment()["TOKEN_ISSUER"],
        "aud": "victim-journey",
        "sub": "x",
        "exp": (MADE + GOOD_FOR).timestamp(),
        "roles": ["inspector"],
        "organisations": ["*"],
    }
    for changes in (
        {"exp": MADE.timestamp()},
        {"nbf": (MADE + GOOD_FOR).timestamp()},
        {"aud": "another-service"},
        {"iss": "https://issuer.example"},
    ):
        reply = await doors.gateway.get(
            f"/v1/journeys/{JOURNEY}/timeline", headers=bearer(issuer().signed({**said, **changes}))
        )
        assert reply.status_code == 401
        assert 'error="invalid_token"' in reply.headers["www-authenticate"]
        tells_nothing(reply)


async def test_a_token_of_an_issuer_of_one_s_own(doors: Doors, tmp_path: Any) -> None:
    own = DevelopmentIssuer(tmp_path / "own").token("inspector", organisations=["*"])
    reply = await doors.gateway.get(f"/v1/journeys/{JOURNEY}/timeline", headers=bearer(own))
    assert reply.status_code == 401


async def test_a_token_for_another_role_swapped_in(doors: Doors) -> None:
    swapped = [
        (doors.police, "POST", "/v1/events", KENT_READER),
        (doors.police, "POST", "/v1/events/check", PARTNER),
        (doors.police, "GET", "/v1/feeds", OFFICER),
        (doors.gateway, "GET", f"/v1/journeys/{JOURNEY}/timeline", SENDER),
        (doors.gateway, "GET", f"/v1/journeys/{JOURNEY}/timeline", OFFICER),
        (doors.gateway, "GET", f"/subject-access-request?reference={CRIME}", KENT_INSPECTOR),
        (doors.gateway, "GET", "/v1/what-if?draft=sentence-review", KENT_READER),
    ]
    for client, method, address, headers in swapped:
        reply = await client.request(method, address, headers=headers)
        assert (reply.status_code, reply.json()["type"]) == (
            403,
            "urn:victim-journey:problem:not-permitted",
        )
        tells_nothing(reply)


async def test_a_token_made_too_wide_opens_no_more_than_its_role_may(doors: Doors) -> None:
    wide: list[tuple[Any, tuple[str, ...]]] = [
        ("agency_reader", ("*",)),
        ("agency_reader", ("police/*",)),
        ("agency_reader", ("police/dorset/niche", "police/Dorset", "cps/dorset")),
        ("inspector", ()),
        ("inspector", ("cps/*",)),
    ]
    for role, organisations in wide:
        headers = bearer(token(role, organisations=organisations))
        reply = await doors.gateway.get(f"/v1/journeys/{JOURNEY}/timeline", headers=headers)
        assert reply.status_code == 404, (role, organisations)
        tells_nothing(reply)
    everything = bearer(token("sender", organisations=("*",)))
    reply = await doors.police.post("/v1/events", json=event(id="x"), headers=everything)
    assert reply.json()["type"] == "urn:victim-journey:problem:not-yours"


# Other organisations


@pytest.mark.parametrize("who", STRANGERS)
async def test_another_s_journey_by_its_reference_or_its_id(doors: Doors, who: str) -> None:
    headers = STRANGERS[who]
    for address in addresses():
        reply = await doors.gateway.get(address, headers=headers)
        assert reply.status_code in (200, 403, 404, 422), address
        if reply.status_code == 200:
            assert reply.json()["items"] == []
        tells_nothing(reply)
        # What is there and what is not are answered alike.
        unknown = address.replace(CRIME, DUMMY).replace(str(JOURNEY), str(reference_id(DUMMY)))
        other = await doors.gateway.get(unknown, headers=headers)
        assert other.status_code == reply.status_code
        if reply.status_code == 404:
            assert other.json() == reply.json()


async def test_events_in_another_s_name_alone_and_hidden_in_a_batch(
    doors: Doors, database: Database
) -> None:
    told = {"about": ["suspect.arrested"], "channel": "phone", "reached": True}
    lie = event(id="lie", type="victim.told", data=told)
    before = await events_of(database)
    reply = await doors.police.post("/v1/events", json=lie, headers=KENT_SENDER)
    assert (reply.status_code, reply.json()["errors"][0]["field"]) == (403, "source")
    own = [event(KENT, id=f"own-{n}", subject=DUMMY) for n in range(3)]
    batch = [own[0], lie, own[1], event("/cps/wessex/cms", id="cps"), own[2]]
    expected = ["created", "refused", "created", "refused", "created"]
    reply = await doors.police.post("/v1/events", json=batch, headers=KENT_SENDER)
    assert [item["status"] for item in reply.json()["items"]] == expected
    assert {item["problem"]["status"] for item in reply.json()["items"] if item.get("problem")} == {
        403
    }
    text = "\n".join(json.dumps(one) for one in batch)
    kind = {"content-type": LINES, **KENT_SENDER}
    reply = await doors.police.post("/v1/events", content=text, headers=kind)
    statuses = [json.loads(line).get("status") for line in reply.text.splitlines()]
    assert statuses == ["repeated", "refused", "repeated", "refused", "repeated", None]
    reply = await doors.police.post("/v1/events/check", json=[lie], headers=KENT_SENDER)
    assert reply.json()["refused"] == 1
    amend = {"event": {"source": DORSET, "id": "e1"}, "reason": "never happened"}
    for one in (
        event(KENT, id="w1", type="event.withdrawn", data=amend),
        event(id="w2", type="event.withdrawn", data=amend),
    ):
        reply = await doors.police.post("/v1/events", json=one, headers=KENT_SENDER)
        assert reply.status_code == 403
    theirs = [(KENT, f"own-{number}") for number in range(3)]
    assert await events_of(database) == sorted([*before, *theirs])


async def test_another_s_receipts_counts_and_interruptions(doors: Doors) -> None:
    receipt = {"source": DORSET, "id": "e1"}
    theirs = await doors.police.get("/v1/events", params=receipt, headers=KENT_SENDER)
    none = await doors.police.get("/v1/events", params={**receipt, "id": "no"}, headers=KENT_SENDER)
    assert (theirs.status_code, theirs.json()) == (404, none.json())
    for address in ("/v1/feeds/dorset/niche/counts", "/v1/feeds/dorset/niche/interruptions",
                    "/v1/feeds/nowhere/none/counts"):  # fmt: skip
        reply = await doors.police.get(address, headers=KENT_SENDER)
        assert reply.status_code == 404
        tells_nothing(reply)
    tells_nothing(await doors.police.get("/v1/feeds", headers=KENT_SENDER))
    down = {"id": "i1", "time": "2024-03-28T10:00:00Z", "from": "2024-03-01T00:00:00Z",
            "reason": "never"}  # fmt: skip
    address = "/v1/feeds/dorset/niche/interruptions"
    reply = await doors.police.post(address, json=down, headers=KENT_SENDER)
    assert reply.status_code == 403
    assert (await doors.police.get(address, headers=SENDER)).json()["items"] == []


async def test_a_dummy_reference_linked_to_a_guessed_one(doors: Doors) -> None:
    link = {"reference": GUESSED, "basis": "a guess"}
    tried = [
        event(KENT, id="d1", subject=DUMMY),
        event(KENT, id="d2", subject=DUMMY, type="reference.linked", data=link),
        event(KENT, id="d3", subject=GUESSED, type="reference.linked", data={**link,
              "reference": DUMMY}),
        event(KENT, id="d4", subject=GUESSED),
    ]  # fmt: skip
    for one in tried:
        reply = await doors.police.post("/v1/events", json=one, headers=KENT_SENDER)
        assert reply.status_code == 201, "anybody may link: what it opens is another matter"
    for headers in (KENT_READER, KENT_INSPECTOR):
        for reference in (DUMMY, GUESSED):
            found = await doors.gateway.get(
                "/v1/journeys", params={"reference": reference}, headers=headers
            )
            (journey,) = found.json()["items"]
            assert journey["id"] == str(reference_id(DUMMY)), "named by what Kent used first"
            address = f"/v1/journeys/{journey['id']}/timeline"
            told = (await doors.gateway.get(address, headers=headers)).json()
            sources = {event["source"] for one in told["timeline"] for event in one["events"]}
            assert sources == {KENT}
            assert {one["organisation"] for one in told["obligations"]} <= {"kent"}
            assert told["victim"]["enhanced_rights"] is False
            assert "key-of-a-victim" not in json.dumps(told)
            assert "crime.reported" not in json.dumps(told["timeline"])


# What stands in a request


async def test_injection_in_every_filter(doors: Doors) -> None:
    strings = ("' OR '1'='1", "'; DROP TABLE event; --", "%", "_", "\\", "${7*7}", "{{7*7}}",
               "../../etc/passwd", "<script>alert(1)</script>", "\x00", "\r\nx-evil: 1", "\ud800",
               "1e999", "-1", "9" * 400, "\U0001d4b3" * 50, CRIME + "'--")  # fmt: skip
    described = (await doors.gateway.get("/openapi.json")).json()
    tried = 0
    for path, methods in described["paths"].items():
        names = [one["name"] for one in methods["get"].get("parameters", [])]
        for name in names:
            for string in strings:
                text = string.encode("utf-8", "surrogatepass")
                query = {other: "2024-03-28" for other in names if other != name}
                address = httpx.URL(path.replace(f"{{{name}}}", "x")).copy_merge_params(query)
                raw = f"{address}&{name}=" + "".join(f"%{byte:02X}" for byte in text)
                reply = await doors.gateway.get(raw, headers=KENT_READER)
                assert reply.status_code in (200, 204, 209, 403, 404, 422), (path, name, string)
                assert "x-evil" not in reply.headers
                tells_nothing(reply)
                tried += 1
    assert tried > 300
    # Who may see everything is not refused before the question is read.
    for path in (address.partition("?")[0] for address in LISTS):
        for one in described["paths"][path]["get"]["parameters"]:
            for string in ("'; DROP TABLE event; --", "\x00", "9" * 400):
                query = {one["name"]: string}
                reply = await doors.gateway.get(path, params=query, headers=EVERYTHING)
                assert reply.status_code in (200, 422), (path, query)
    door = await doors.police.get(
        "/v1/events", params={"source": "' OR 1=1 --", "id": "'"}, headers=KENT_SENDER
    )
    assert door.status_code == 404


async def test_cursors_and_tags_that_were_tampered_with(doors: Doors) -> None:
    asked = "/v1/what-if?draft=sentence-review&limit=1"
    for after in ("x", "-1", "0" * 33, "' OR 1=1 --", "\x00", str(JOURNEY)[:-1]):
        reply = await doors.gateway.get(asked, params={"after": after}, headers=EVERYTHING)
        assert reply.status_code in (200, 422)
    for address in LISTS:
        for after in ("x", "-1", "W10=", "WyJhIl0=", "bnVsbA==", "' OR 1=1 --", "\x00"):
            query = {"after": after}
            reply = await doors.gateway.get(address, params=query, headers=EVERYTHING)
            assert reply.status_code in (200, 422), (address, after)
        # A tag of somebody else's answer is none of this caller's.
        told = await doors.gateway.get(address, headers=EVERYTHING)
        for tag in (told.headers.get("etag", '"none"'), "*", '"' + "0" * 10_000 + '"', ",,,,"):
            headers = {**KENT_READER, "if-none-match": tag}
            reply = await doors.gateway.get(address, headers=headers)
            assert reply.status_code in (200, 403, 422), address
            tells_nothing(reply)
    # A place in Dorset's list leads into nobody else's.
    first = await doors.gateway.get("/v1/breaches?as_of=2026-01-01&limit=1", headers=EVERYTHING)
    following = first.json()["next"]
    assert following is not None
    reply = await doors.gateway.get(following, headers=KENT_READER)
    assert reply.json()["items"] == []
    # A page's end would tell of others' references, so that no part is paged through.
    reply = await doors.gateway.get(asked, headers=KENT_INSPECTOR)
    assert reply.status_code == 403
    tells_nothing(reply)
    for tag in ("*", 'W/"*"', '"' + "0" * 10_000 + '"', ",,,,"):
        reply = await doors.gateway.get(
            f"/v1/journeys/{JOURNEY}/timeline",
            headers={**KENT_READER, "if-none-match": tag},
        )
        assert reply.status_code == 404, "a tag opens nothing"
        nobody = await doors.gateway.get(
            "/v1/organisations", headers={"authorization": "", "if-none-match": tag}
        )
        assert nobody.status_code == 401


async def test_bodies_that_are_too_large_too_deep_or_not_what_they_say(
    doors: Doors, database: Database
) -> None:
    kind = {"content-type": "application/json", **SENDER}
    before = await events_of(database)
    deep = b"[" * 100_000 + b"]" * 100_000
    bomb = gzip.compress(b" " * 50_000_000)
    tried: list[tuple[bytes, dict[str, str], set[int]]] = [
        (json.dumps(event(id="x", data={"suspect": "S" * 300_000})).encode(), {}, {413}),
        (b"[" + b"0," * 6_000_000 + b"0]", {}, {413}),
        (deep, {}, {400}),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, {}, {400}),
        (bomb, {"content-encoding": "gzip"}, {413}),
        (b"not gzip", {"content-encoding": "gzip"}, {400}),
        (b"x", {"content-encoding": "br, gzip"}, {415}),
        (b"<xml/>", {"content-type": "text/xml"}, {415}),
        (b"\x80abc", {}, {400}),
        (b'{"id": 1e999999}', {}, {422, 400}),
        (b'{"__proto__": {"roles": ["inspector"]}}', {}, {422}),
    ]
    for body, more, statuses in tried:
        reply = await doors.police.post("/v1/events", content=body, headers={**kind, **more})
        assert reply.status_code in statuses, (reply.status_code, body[:40])
        assert reply.headers["content-type"] == "application/problem+json"
    assert await events_of(database) == before


async def test_headers_that_pretend(doors: Doors) -> None:
    pretended = {
        "x-forwarded-for": "127.0.0.1",
        "x-original-url": "/health",
        "x-http-method-override": "DELETE",
        "x-user": "root",
        "x-forwarded-user": "inspector",
        "host": "evil.example",
        "origin": "https://evil.example",
        "traceparent": "00-" + "'" * 32 + "-" + "x" * 16 + "-01",
        "range": "bytes=0-1",
    }
    for address in addresses():
        reply = await doors.gateway.get(address, headers={**KENT_READER, **pretended})
        assert reply.status_code in (200, 403, 404, 422)
        assert "access-control-allow-origin" not in reply.headers
        assert "evil" not in reply.text + repr(reply.headers)
        tells_nothing(reply)
    for method in ("DELETE", "PUT", "PATCH", "TRACE", "OPTIONS", "FOO"):
        reply = await doors.police.request(method, "/v1/events", headers=SENDER)
        assert reply.status_code == 405


async def test_asking_too_often(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("READER_REQUESTS_PER_MINUTE", "20")
    monkeypatch.setenv("SENDER_REQUESTS_PER_MINUTE", "20")
    async with doors_to(database, clock=SetClock()) as doors:  # so that none is won back meanwhile
        for client, headers, other in (
            (doors.gateway, KENT_READER, KENT_INSPECTOR),
            (doors.police, KENT_SENDER, bearer(token("sender", subject="another"))),
        ):
            replies = [await client.get("/v1/feeds", headers=headers) for _ in range(25)]
            refused = [reply for reply in replies if reply.status_code == 429]
            assert len(refused) >= 4
            assert {reply.headers["retry-after"] for reply in refused} <= {"1", "2", "3"}
            assert refused[0].json()["type"] == "urn:victim-journey:problem:too-often"
            assert (await client.get("/v1/feeds", headers=other)).status_code == 200


# At a real socket


@pytest.fixture(scope="module")
def service(database: Database) -> Any:
    with running("police", database.url("police")) as service:
        yield service


async def said_to(service: Service, sent: bytes, *, seconds: float = 5.0) -> bytes:
    """What a connection that is sent these bytes answers, until it closes or stays silent."""
    reader, writer = await asyncio.open_connection(HOST, service.port)
    writer.write(sent)
    answer = b""
    try:
        async with asyncio.timeout(seconds):
            while piece := await reader.read(65536):
                answer += piece
                if b"\r\n\r\n" in answer:
                    break
    except TimeoutError:
        pass
    finally:
        writer.close()
    return answer


async def test_slow_and_broken_requests_hold_up_nobody(service: Service) -> None:
    head = (
        f"POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        f"authorization: {SENDER['authorization']}\r\n"
    ).encode()
    slow = [await asyncio.open_connection(HOST, service.port) for _ in range(50)]
    for _, writer in slow:
        writer.write(head + b"content-length: 1000000\r\n\r\n{")
    smuggled = head + b"content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /x"
    for sent in (
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x00\xa5",
        smuggled,
        head + b"content-length: -1\r\n\r\n",
        head + b"content-length: 5\r\ncontent-length: 6\r\n\r\n12345",
        b"GET /v1/feeds HTTP/1.1\r\nhost: x\r\nauthorization: Bearer a\r\n b\r\n\r\n",
        b"GET /v1/feeds HTTP/1.1\r\nhost: x\r\nx: " + b"a" * 300_000 + b"\r\n\r\n",
    ):
        answer = await said_to(service, sent, seconds=2)
        assert not answer or answer.split(b" ")[1][:1] == b"4", (sent[:60], answer[:200])
    meanwhile = event(KENT, id="while-others-wait", subject=DUMMY)
    async with httpx.AsyncClient(base_url=service.url, headers=KENT_SENDER) as client:
        reply = await client.post("/v1/events", json=meanwhile)
        assert reply.status_code == 201
    for _, writer in slow:
        writer.close()

"""No victim's data and no secret gets into a log or an error, whatever goes wrong."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest

from shared.ports import HOST
from tests.services.events import arrest
from tests.services.processes import ROOT, Service
from tests.shared.databases import Database
from tests.tokens import bearer, issuer, usual

REFERENCE = "crime:dorset/MARKED-REFERENCE/V1"
# All of it stands in what is sent, and none of it may stand in what is said.
MARKS = ("MARKED-REFERENCE", "MARKED-KEY", "MARKED-PHRASE", "MARKED-ID", "MARKED-SUSPECT")


@contextmanager
def logged(agency: str, database: Database, log: Path) -> Iterator[Service]:
    """Run a service as it is run for real, with all that it says in a file."""
    service = Service(agency, database.url(agency))
    room = "gateway" if agency == "gateway" else f"services.{agency}"
    command = [sys.executable, "-m", "uvicorn", f"{room}.app:app", "--no-access-log"]
    with log.open("wb") as said:
        service.process = subprocess.Popen(
            [*command, "--host", HOST, "--port", str(service.port)],
            cwd=ROOT,
            env=service.environment | {"LOG_LEVEL": "DEBUG"},
            stdout=said,
            stderr=said,
        )
        try:
            service.wait()
            yield service
        finally:
            service.stop()


async def test_nothing_that_goes_wrong_writes_down_what_was_sent(
    database: Database, tmp_path: Path
) -> None:
    report = arrest(
        id="MARKED-ID",
        source="/police/dorset/niche",
        subject=REFERENCE,
        type="crime.reported",
        data={"victim_kind": "person", "offence_group": "other", "victim_key": "MARKED-KEY"},
    )
    marked = {"suspect": "MARKED-SUSPECT"}
    sent = [
        report,
        {**report, "data": {**report["data"], "offence_group": "theft"}},
        arrest(id="MARKED-ID-2", subject=REFERENCE, data={**marked, "named": "MARKED-PHRASE"}),
        arrest(id="MARKED-ID-3", subject=REFERENCE, time="MARKED-PHRASE", data=marked),
        arrest(id="MARKED-ID-4", source="/cps/wessex/cms", subject=REFERENCE, data=marked),
    ]
    logs = [tmp_path / "police.log", tmp_path / "gateway.log"]
    errors: list[httpx.Response] = []
    with (
        logged("police", database, logs[0]) as police,
        logged("gateway", database, logs[1]) as gateway,
    ):
        async with httpx.AsyncClient(timeout=30) as client:

            async def post(body: object, **headers: str) -> httpx.Response:
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                kind = {"content-type": "application/json", **police.headers, **headers}
                return await client.post(f"{police.url}/v1/events", content=content, headers=kind)

            assert (await post(report)).status_code == 201
            for one in sent[1:]:
                await post(one)
            await post(sent)
            await post(b'{"id": "MARKED-ID", "subject": "' + REFERENCE.encode() + b'"')
            await post(report, authorization="Bearer MARKED-TOKEN.x.y")
            for path in (
                f"/v1/journeys?reference={REFERENCE}",
                f"/v1/journeys?reference={REFERENCE}%00",
                "/v1/journeys/MARKED-REFERENCE/timeline",
                f"/{REFERENCE}",
                f"/subject-access-request?reference={REFERENCE}",
            ):
                await client.get(gateway.url + path, headers=gateway.headers)
                await client.get(gateway.url + path, headers=bearer("MARKED-TOKEN.x.y"))
            # Ours to mend: the database quotes values in its own words.
            owner = await asyncpg.connect(database.owner_url)
            await owner.execute(
                "ALTER TABLE event ADD CONSTRAINT marked CHECK (type <> 'suspect.interviewed')"
            )
            await owner.execute("ALTER TABLE event RENAME COLUMN backfill TO filled")
            await owner.close()
            broken = arrest(id="MARKED-ID-5", subject=REFERENCE, data=marked)
            errors.append(await post(broken))
            errors.append(await post([broken]))
            address = f"{gateway.url}/v1/journeys?reference={REFERENCE}"
            errors.append(await client.get(address, headers=gateway.headers))

    assert {reply.status_code for reply in errors} == {500}
    secrets = [
        *MARKS,
        "MARKED-TOKEN",
        *(usual(role).split(".")[2] for role in ("police", "gateway")),
        re.sub(r".*:(.+)@.*", r"\1", database.url("police")),
        json.loads((issuer().keys_file.with_name("signing.json")).read_text())["d"],
    ]
    for log in logs:
        said = log.read_text()
        assert "unexpected UndefinedColumnError" in said
        assert "Traceback" not in said
        assert [secret for secret in secrets if secret in said] == []
    for reply in errors:
        assert [secret for secret in secrets if secret in reply.text] == []


@pytest.mark.parametrize("asked", ["x" * 3000, "\x00MARKED-REFERENCE"])
async def test_a_refusal_does_not_say_back_what_it_refuses(database: Database, asked: str) -> None:
    from tests.doors import doors_to

    async with doors_to(database) as doors:
        for address in ("/v1/journeys", "/subject-access-request"):
            reply = await doors.gateway.get(address, params={"reference": asked})
            assert "MARKED" not in reply.text
            assert asked not in reply.text

"""Before going live a supplier is told what of its export is understood, and what it lacks."""

import json
import re
from pathlib import Path
from typing import Any

from tests.client.conftest import EXAMPLES, Command
from tests.client.events import arrest, write_lines
from tests.client.fake_door import Says, answering
from tests.services.processes import Service


def sections(out: str) -> dict[str, str]:
    """The report's sections by their titles."""
    parts = re.split(r"^(\S.*)$", out, flags=re.MULTILINE)[1:]
    return {
        title.partition(":")[0]: text for title, text in zip(parts[::2], parts[1::2], strict=True)
    }


def lacks(section: str, duty: str) -> list[str]:
    """What a section says that a duty lacks."""
    found = re.search(rf"^  {re.escape(duty)} .*\n((?:   .*\n)*)", section, re.MULTILINE)
    assert found, f"{duty} is not in:\n{section}"
    return [line.strip(" -") for line in found[1].splitlines()]


def conform(command: Command, url: str, name: str) -> dict[str, str]:
    mapping = EXAMPLES / f"{name}.yaml"
    told = command("conform", EXAMPLES / f"{name}.csv", "--mapping", mapping, "--door", url)
    assert (told.code, told.err) == (0, "")
    return sections(told.out)


def told(**data: Any) -> dict[str, Any]:
    return arrest(type="victim.told", data={"channel": "phone", "reached": True, **data})


def test_a_force_is_told_which_duties_its_log_can_show(command: Command, police: Service) -> None:
    report = conform(command, police.url, "force")
    assert "21 of 21 events; 0 refused" in report["What is understood"]
    assert re.search(r"victim.told +6\n", report["What is understood"])
    assert lacks(report["Duties that can be judged from it"], "R6.ARREST") == []
    assert lacks(report["Duties that can be judged in part"], "R6.BAIL") == [
        "carried is missing in 1 of 2 tellings about suspect.released"
    ]


def test_what_is_missing_is_named_for_each_duty(
    command: Command, police: Service, tmp_path: Path
) -> None:
    events = [
        arrest(),
        told(about=["suspect.arrested"]),
        arrest(type="bail.changed", data={"suspect": "S1", "change": "varied"}),
        arrest(type="suspect.charged"),
        told(about=["bail.changed"]),
        told(about=["bail.changed"], carried=["reasons"]),
        arrest(type="witness.required", data={}),
        told(about=["witness.required"]),
        arrest(type="complaint.received", data={}),
        arrest(type="complaint.answered", data={}),
    ]
    file = write_lines(tmp_path / "events.ndjson", events)
    report = sections(command("conform", file, "--door", police.url).out)
    assert lacks(report["Duties that can be judged from it"], "R6.ARREST") == []
    in_part = report["Duties that can be judged in part"]
    assert lacks(in_part, "R6.BAILVAR") == [
        "carried is missing in 1 of 2 tellings about bail.changed",
        "no telling about bail.changed is said to have carried conditions",
    ]
    assert lacks(in_part, "R8.WITNESS") == [
        "received_at_wcu is given in 0 of 1 witness.required: elsewhere it is taken from "
        "recordedtime, or from when we were told"
    ]
    assert lacks(report["Duties of which every one would look broken"], "R6.CHARGE") == [
        "there is no victim.told about suspect.charged, which meets it"
    ]
    unknown = report["Duties that cannot be judged"]
    assert "there is no suspect.interviewed, which starts it" in lacks(unknown, "R6.IUC")
    assert lacks(report["Duties of others that your events would start"], "R11.VLO") == [
        "there is no contact_scheme.referred or contact_scheme.referral_received, which starts it"
    ]
    figures = report["Figures that would be unknown"]
    assert "R6.IUC" in figures
    assert "R6.ARREST" not in figures
    assert "Enhanced Rights apart from ordinary ones" in figures
    assert "late keying: recordedtime is given in 0 of 10 events" in figures
    assert "silence" not in figures


def test_a_region_is_told_what_others_send(command: Command, probation: Service) -> None:
    report = conform(command, probation.url, "region")
    assert lacks(report["Duties that can be judged from it"], "R11.VLO") == []
    assert "silence: there is no victim.told" in report["Figures that would be unknown"]
    assert lacks(report["Duties of which every one would look broken"], "R11.ANNUAL") == [
        "there is no victim.told, which meets it"
    ]
    nothing = report["Duties without a time, of which nothing would be recorded"]
    assert lacks(nothing, "R1.SUPPORTER") == [
        "there is no victim.offered of supporter, which meets it"
    ]


def test_what_is_refused_is_told_once_a_kind(
    command: Command, police: Service, tmp_path: Path
) -> None:
    events: list[Any] = [arrest(data={}), arrest(), arrest(data={}), "{"]
    file = write_lines(tmp_path / "events.ndjson", events)
    said = command("conform", file, "--door", police.url)
    assert said.code == 1
    refused = sections(said.out)["What is refused"]
    assert "  2, first in line 1: data.suspect is missing: add it\n" in refused
    assert "  1, first in line 4: body is not JSON at line 1" in refused


def test_an_export_is_fetched_from_the_supplier_s_own_address(
    command: Command, police: Service
) -> None:
    with answering([Says(200, json.dumps([arrest(), arrest()]).encode())]) as supplier:
        said = command("conform", "--url", f"{supplier.url}/export", "--door", police.url)
    assert (said.code, "2 of 2 events; 0 refused" in said.out) == (0, True), said
    with answering([Says(404)]) as supplier:
        said = command("conform", "--url", supplier.url, "--door", police.url)
    assert (said.code, "gave no export" in said.err) == (2, True), said


def test_nothing_of_it_is_kept(command: Command, police: Service, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "events.ndjson", [arrest()])
    for _ in range(2):
        assert command("conform", file, "--door", police.url).code == 0
    assert "1 created" in command("send", file, "--door", police.url).out

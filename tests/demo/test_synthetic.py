"""Synthetic journeys: the same for a seed, likely, taken by the doors, and judged as they are."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.processes import App, running, wait_until_healthy
from demo.synthetic.__main__ import main
from demo.synthetic.chance import Chance
from demo.synthetic.duties import FIRST, LAST, TOLD
from demo.synthetic.event import Event
from demo.synthetic.journey import World
from demo.synthetic.maker import Made, line, make, world_of
from demo.synthetic.practice import BadPractice, Practice, usual_practice
from gateway.journey.timeline import timeline_of
from shared.access.development import local_issuer
from shared.ports import free_port
from shared.settings import RolePasswords
from tests.builders import STANDARD, JourneyBuilder, calendar, rulebook
from tests.demo.made import ROOMS, membership_of
from tests.shared.databases import Database
from tests.tokens import bearer

CHECKOUT = Path(__file__).parents[2]
MANY = 3000
# Timed rules of which no truth is told, and why: silences; and what is not made here.
LEFT_OUT = {"LOC.FREQ", "VRR.CPS-RASSO"}

Standings = dict[tuple[str, str, str | None], str]


@pytest.fixture(scope="module")
def world() -> World:
    return world_of(5, date(2022, 1, 1), date(2025, 12, 31), usual_practice())


@pytest.fixture(scope="module")
def many(world: World) -> list[Made]:
    return [make(world, number) for number in range(MANY)]


def judged(made: Made, as_of: datetime) -> Standings:
    """What the heart says was owed, of the rules of which the truth is told."""
    membership = membership_of(made)
    timeline = timeline_of(membership, rulebook(), calendar(), STANDARD, as_of=as_of)
    return {
        (owed.duty.id, owed.start.event.id, owed.start.suspect): owed.standing.value
        for owed in timeline.followed.obligations
        if owed.duty.id in TOLD
    }


def truth(made: Made) -> Standings:
    told = {(owed.rule, owed.start, owed.suspect): owed.standing for owed in made.owed}
    assert len(told) == len(made.owed), "nothing is owed twice"
    return told


def test_the_gateway_finds_what_was_made(world: World, many: list[Made]) -> None:
    for made in many:
        assert judged(made, world.as_of) == truth(made), made.number


def test_everything_that_can_go_wrong_does(many: list[Made]) -> None:
    owed = [one for made in many for one in made.owed]
    assert {one.rule for one in owed} == TOLD
    assert {one.standing for one in owed} == {
        "ended",
        "met",
        "met_late",
        "not_started",
        "overdue",
        "pending",
    }
    breaches = Counter(one.why for one in owed if one.standing in ("met_late", "overdue"))
    assert min(
        breaches[why] for why in ("late", "never", "attempted", "misdirected", "lacking", "early")
    ) > 0.001 * len(owed)
    ended = {one.why for one in owed if one.standing == "ended"}
    assert ended >= {"opted_out", "declined", "closed", "stopped"}


def test_every_timed_duty_is_told_of_or_left_out_on_purpose() -> None:
    timed = {
        duty.id
        for duty in rulebook().duties
        for day in (FIRST, LAST)
        if (terms := duty.terms_on(day)) is not None and terms.within is not None
    }
    assert timed == TOLD | LEFT_OUT


def test_journeys_look_likely(many: list[Made]) -> None:
    events = [event for made in many for event in made.events]
    types = Counter(event.type for event in events)
    hours = Counter(event.at.hour for event in events if event.type == "suspect.arrested")
    weekends = [event for event in events if event.day.weekday() >= 5]

    assert 10 < len(events) / MANY < 20
    assert 0.05 < types["case.concluded"] / MANY < 0.25  # most cases never get to court
    assert 0.15 < types["victim.withdrew"] / MANY < 0.35
    assert sum(hours[hour] for hour in (22, 23, 0, 1, 2, 3)) > 0.1 * hours.total()
    assert 0.05 < len(weekends) / len(events) < 0.3
    assert 0.04 < sum(late(event) for event in events) / len(events) < 0.3
    assert types["event.corrected"] > 100
    assert types["event.withdrawn"] > 50
    assert any(len({e.data.get("suspect") for e in made.events}) > 3 for made in many)
    moved = Counter(
        (made.number, event.data["hearing"])
        for made in many
        for event in made.events
        if event.type == "hearing.fixed"
    )
    assert max(moved.values()) >= 4
    linked = [made for made in many for e in made.events if e.type == "reference.linked"]
    assert any(joined_late(made) for made in linked)
    assert any(not joined_late(made) for made in linked)


def late(event: Event) -> bool:
    return (event.arrives - event.at).days > 2


def joined_late(made: Made) -> bool:
    """Tell whether the other reference's events arrived before the link that joins them."""
    order = [
        "link" if event.type == "reference.linked" else event.subject.partition(":")[0]
        for event in made.events
    ]
    return "case" in order and "link" in order and order.index("case") < order.index("link")


def test_worse_practice_breaches_more_and_better_less(many: list[Made]) -> None:
    practice = usual_practice()
    broken: dict[str, list[bool]] = {"better": [], "usual": [], "worse": []}
    for made in many:
        force = made.reference.removeprefix("crime:").partition("/")[0]
        kept_how = practice.like(f"police/{force}")
        for owed in made.owed:
            if owed.rule.startswith("R6.") and owed.standing in ("met", "met_late", "overdue"):
                broken[kept_how].append(owed.standing != "met")
    shares = {name: sum(found) / len(found) for name, found in broken.items()}
    assert shares["better"] + 0.1 < shares["usual"] < shares["worse"] - 0.1


def test_a_business_is_owed_from_the_day_it_names_a_contact() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-03-04 09:00", victim_kind="business")
        .police("2024-03-04 10:00", "suspect.arrested", suspect="S1")
        .police("2024-03-04 15:00", "preferences.agreed", named_contact=True)
    )
    assert journey.owed("R6.ARREST", "2024-03-05").standing == "pending"


def test_a_suspect_whom_a_link_names_is_known_to_the_police() -> None:
    crime, case = "crime:example-force/5224001234/V1", "case:52EX0012324/V1"
    journey = (
        JourneyBuilder()
        .reported("2024-03-04")
        .police("2024-03-05", "suspect.arrested", suspect="S2")
        .linked("2024-03-06", crime, case, suspects={"D1": "S1", "D2": "S2"})
        .cps("2024-03-07", "prosecution.declined", case, suspect="D1")
        .told("2024-03-08", "prosecution.declined", suspect="S2")
    )
    assert journey.owed("R6.NOCHARGE", "2024-03-31").standing == "overdue"


def test_news_of_two_decisions_opens_one_window() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-03-04")
        .police("2024-03-05", "suspect.arrested", suspect="S1")
        .cps("2024-03-07", "prosecution.declined", suspect="S1")
        .cps("2024-03-08", "prosecution.declined", suspect="S1")
        .told("2024-03-09", "prosecution.declined", suspect="S1")
    )
    ids = [owed.id for owed in journey.all_owed("VRR.CPS-REQ", "2024-03-31")]
    assert len(ids) == len(set(ids))


def test_two_memberships_have_yearly_letters_of_their_own() -> None:
    journey = (
        JourneyBuilder()
        .reported("2022-03-04")
        .probation("2022-04-01", "contact_scheme.joined")
        .probation("2022-05-01", "contact_scheme.joined")
        .told("2023-01-01", agency="probation", carried=["progress"])
    )
    ids = [owed.id for owed in journey.all_owed("R11.ANNUAL", "2023-03-31")]
    assert len(ids) == len(set(ids))


# Whoever changes this changes everybody's journeys: that is allowed, and is said in the changelog.
DIGEST = "cfc85b35a49d356a"


def test_a_seed_makes_the_same_bytes_on_every_machine(world: World) -> None:
    digest = sha256()
    for number in range(200):
        made = make(world, number)
        digest.update(b"".join(line(event.cloudevent()) for event in made.events))
        digest.update(line(made.truth()))
    assert digest.hexdigest()[:16] == DIGEST


def test_neither_the_processes_nor_the_surroundings_change_a_byte(tmp_path: Path) -> None:
    surroundings = [("1", "0", "UTC"), ("2", "77", "Asia/Tokyo")]
    for jobs, hashes, zone in surroundings:
        made = subprocess.run(
            [*COMMAND, "--journeys", "250", "--jobs", jobs, "--out", str(tmp_path / jobs)],
            cwd=CHECKOUT,
            env={**os.environ, "PYTHONHASHSEED": hashes, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        )
        assert "250 journeys, " in made.stderr
    one, two = (read_all(tmp_path / jobs) for jobs, _, _ in surroundings)
    assert one == two
    assert set(one) == {"police.ndjson", "cps.ndjson", "probation.ndjson", "truth.ndjson"}
    assert len(one["truth.ndjson"].splitlines()) == 250


COMMAND = [sys.executable, "-m", "demo.synthetic"]


def read_all(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_interrupted_it_leaves_no_half_file(tmp_path: Path) -> None:
    part = tmp_path / "police.ndjson.part"
    with subprocess.Popen(
        [*COMMAND, "--journeys", "1000000", "--out", str(tmp_path)],
        cwd=CHECKOUT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            give_up = time.monotonic() + 30
            while not (part.exists() and part.stat().st_size) and time.monotonic() < give_up:
                time.sleep(0.05)
            os.killpg(process.pid, signal.SIGINT)
            _, said = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_sent_through_the_doors_the_gateway_tells_the_truth(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VICTIM_JOURNEY_HOME", str(tmp_path / "home"))
    modules = {"gateway": "gateway.app:app"}
    modules |= {agency: f"services.{agency}.app:app" for agency in ROOMS}
    apps = [App(name, module, free_port()) for name, module in modules.items()]
    addresses = {app.name: app.address for app in apps}
    databases = {role: database.url(role) for role in RolePasswords.model_fields}
    issuer = local_issuer()
    token = issuer.token("inspector", organisations=["*"])
    command = ["--journeys", "60", "--jobs", "1", "--send", "--out", str(tmp_path)]
    for agency in ROOMS:
        command += [f"--{agency}", addresses[agency]]

    with (
        running(apps, databases, issuer.environment(), tmp_path / "logs") as children,
        httpx.Client(trust_env=False, timeout=30, headers=bearer(token)) as client,
    ):
        wait_until_healthy(children, client, time.sleep)
        assert main(command) == 0
        assert main(command) == 0, "sending again repeats"
        lines = (tmp_path / "truth.ndjson").read_text().splitlines()
        truths = [json.loads(line) for line in lines]
        told = [asked(client, addresses["gateway"], made) for made in truths]

    assert len(truths) == 60
    for made, (standings, gateway) in zip(truths, told, strict=True):
        assert gateway == standings, made["reference"]


def asked(client: httpx.Client, gateway: str, made: dict[str, str]) -> tuple[list[str], list[str]]:
    """What is true of a journey and what the gateway says, each a line an obligation."""
    found = client.get(f"{gateway}/v1/journeys", params={"reference": made["reference"]})
    (journey,) = found.raise_for_status().json()["items"]
    asked = f"{gateway}/v1/journeys/{journey['id']}/timeline"
    told = client.get(asked, params={"as_of": made["as_of"]}).raise_for_status().json()
    true = [
        f"{one['rule']} {one['start']} {one['standing']}"  # type: ignore[index]  # JSON
        for one in made["owed"]
    ]
    said = [
        f"{one['rule']} {one['trigger']['events'][0]['id']} {one['standing']}"
        for one in told["obligations"]
        if one["rule"] in TOLD
    ]
    return sorted(true), sorted(said)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({}, "usual: is missing"),
        ({"usual": {"duties": {"R6.ARREST": {"never": 2}}}}, "usual.duties.R6.ARREST.never: "),
        ({"usual": {"duties": {"R6.AREST": {}}}}, "usual.duties.R6.AREST: is no duty"),
        ({"usual": {"keying": {"days": [5, 4, 3, 2, 1]}}}, "usual.keying.days: "),
        ({"usual": {"size": 1, "never": 0.1}}, "usual.never: "),
        ({"usual": {}, "organisations": {"police/dorst": {}}}, "police/dorst: is not known"),
        (
            {"usual": {}, "organisations": {"police/dorset": {"like": "bad"}}},
            "like: 'bad' is no practice: use one of usual",
        ),
    ],
)
def test_a_practice_that_cannot_be_used_is_refused_by_name(raw: object, words: str) -> None:
    with pytest.raises(BadPractice, match="(?s).*" + words.replace(".", r"\.")):
        Practice(raw)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--since", "2021-03-31"], "journeys are made from 2021-04-01 to 2026-06-28"),
        (["--until", "2027-01-01"], "journeys are made from 2021-04-01 to 2026-06-28"),
        (["--practice", "nowhere.yaml"], "nowhere.yaml"),
        (["--send", "--police", "here"], "The police door at here cannot be reached"),
    ],
)
def test_options_that_cannot_be_used_are_refused(
    options: list[str],
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*options, "--journeys", "1", "--jobs", "1", "--out", str(tmp_path)]) in (1, 2)
    assert words in capsys.readouterr().err.replace("\n", "")
    assert list(tmp_path.iterdir()) == []


@given(
    seed=st.integers(1, 2**40),
    quartiles=st.lists(st.integers(0, 5000), min_size=5, max_size=5).map(sorted),
)
def test_a_draw_stays_within_its_bounds(seed: int, quartiles: list[int]) -> None:
    chance = Chance(seed, 7)
    least, low, middle, high, most = quartiles
    drawn = [chance.spread((least, low, middle, high, most)) for _ in range(40)]
    assert least <= min(drawn)
    assert max(drawn) <= most
    assert {chance.between(3, 5) for _ in range(200)} == {3, 4, 5}

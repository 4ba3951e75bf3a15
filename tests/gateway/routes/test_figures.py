"""Figures on chains, handovers, delays and victims' words, told through the doors."""

import json
from collections import Counter, defaultdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from demo.samples import samples
from demo.synthetic.maker import line, make, world_of
from demo.synthetic.practice import usual_practice
from gateway.figures.metrics import metrics
from gateway.journey.chains.chain import Run
from gateway.journey.chains.defined import CHAINS
from gateway.journey.chains.delays import delays_of
from gateway.journey.chains.handing_over import handovers_of
from gateway.journey.chains.runs import runs_of
from gateway.journey.findings.finders import evidence_of
from gateway.journey.findings.finding import Evidence
from gateway.journey.membership import journeys_of
from gateway.register.rows import FOR_GOOD
from shared.london import last_moment_of
from shared.store import Store
from shared.store.store import ALL_KNOWN
from tests.builders import STANDARD, calendar, rulebook
from tests.doors import Doors
from tests.gateway.register.registers import catch_up, projector_of
from tests.tokens import bearer, token

Item = dict[str, Any]
FORCE, REGION = "avon-and-somerset", "south-west"
ONE, TWO, THREE = (f"crime:{FORCE}/90{n}/V1" for n in (1, 2, 3))
MOMENTS = (date(2024, 4, 30), date(2025, 2, 1), date(2031, 6, 1))
SOME = 12
FIGURES = ("funnels", "handovers", "delays", "satisfaction", "accounts", "noticing")
PHONE: Item = {"channel": "phone", "reached": True}
HEARD = "2024-09-12T10:00:00Z"


class Telling:
    """Events of the agencies, in the order in which they are told."""

    def __init__(self) -> None:
        self.events: list[Item] = []

    def said(self, who: str, when: str, type_: str, under: str = ONE, /, **data: Any) -> "Telling":
        self.events.append(
            {
                "specversion": "1.0",
                "id": f"s{len(self.events) + 1}",
                "source": f"/{who}/records",
                "type": type_,
                "subject": under,
                "time": f"{when}T10:00:00Z",
                "data": data,
            }
        )
        return self

    def police(self, when: str, type_: str, under: str = ONE, /, **data: Any) -> "Telling":
        return self.said(f"police/{FORCE}", when, type_, under, **data)

    def reported(self, when: str, under: str) -> "Telling":
        data = {"victim_kind": "person", "offence_group": "other"}
        return self.police(when, "crime.reported", under, **data)


def the_story() -> list[Item]:
    """Three victims: one comes far through most chains, two not far."""
    told = Telling().reported("2024-03-04", ONE).reported("2024-03-11", TWO)
    told.reported("2024-04-08", THREE)
    told.police("2024-03-05", "support.referred").police("2024-03-12", "support.declined", TWO)
    statement: Item = {"offer": "personal_statement", **PHONE}
    told.police("2024-03-05", "victim.offered", response="accepted", **statement)
    told.police("2024-03-13", "victim.offered", TWO, response="declined", **statement)
    told.police("2024-03-19", "statement.made", wish="read_self")
    told.police("2024-03-06", "investigation.decided", decision="investigate")
    told.police("2024-03-07", "victim.told", about=["investigation.decided"], carried=["reasons"],
                channel="letter", reached=True)  # fmt: skip
    told.police("2024-03-20", "investigation.decided", TWO, decision="not_investigate")
    # Told nothing of it: a breach, which the victim noticed.
    told.police("2024-04-15", "breach.noticed", TWO, duty="R6.NOINV", start="s11", by="victim")
    told.police("2024-04-16", "breach.victim_told", TWO, duty="R6.NOINV", start="s11")
    told.police("2024-05-01", "file.submitted", passed=["statement"])
    told.said("cps/cps-south-west", "2024-05-07", "statement.received")
    told.police("2024-06-03", "suspect.charged", suspect="S1")
    told.police("2024-06-04", "victim.told", about=["suspect.charged"], **PHONE)
    told.police("2024-09-02", "case.concluded", suspect="S1", outcome="convicted",
                received_at_wcu=HEARD)  # fmt: skip
    told.police("2024-09-20", "victim.told", about=["case.concluded"], **PHONE)
    told.police("2024-09-03", "offender.sentenced", suspect="S1", sentence_kind="custody",
                sentence_months=30, specified_offence=True, received_at_wcu=HEARD)  # fmt: skip
    told.police("2024-10-15", "contact_scheme.referred", suspect="S1", region=REGION)
    told.said(f"probation/{REGION}", "2024-10-21", "contact_scheme.referral_received")
    told.said(f"probation/{REGION}", "2024-12-02", "victim.offered", offer="contact_scheme",
              response="accepted", **PHONE)  # fmt: skip
    told.said(f"probation/{REGION}", "2024-12-03", "contact_scheme.joined")
    survey: Item = {"instrument": "force survey", "scale": 5}
    told.police("2025-01-07", "feedback.received", stage="outcome_and_sentence", score=2,
                says_done={"R9.OUTCOME": "no", "R9.SENT": "no"}, **survey)  # fmt: skip
    told.police("2024-05-07", "feedback.received", TWO, stage="reported", score=4,
                says_done={"R4.REFER": "no", "R6.NOINV": "yes"}, **survey)  # fmt: skip
    told.police("2024-06-01", "feedback.received", THREE, stage="reported", **survey)
    told.police("2024-06-02", "feedback.received", TWO, stage="trial", score=5, **survey)
    return told.events


async def projected(reader: Store) -> None:
    await catch_up(await projector_of(reader))


async def told(doors: Doors, figure: str, **query: str) -> Item:
    reply = await doors.gateway.get(f"/v1/statistics/{figure}", params=query)
    body: Item = reply.raise_for_status().json()
    assert body["register"]["up_to_date"]
    for item in body["items"]:
        assert metrics()[item["metric"]].version == item["version"]
        assert item["metric"] in {metric["id"] for metric in body["metrics"]}
        assert 0 <= item["numerator"] <= item["denominator"]
        if item["denominator"]:
            assert item["low"] <= item["rate"] <= item["high"]
        else:
            assert (item["rate"], item["low"], item["high"]) == (None, None, None)
    return body


async def funnel(doors: Doors, chain: str, **query: str) -> dict[str, tuple[int, int]]:
    """Of each step how many reached it and of how many it is recorded."""
    body = await told(doors, "funnels", chain=chain, **query)
    return {item["step"]: (item["reached"], item["recorded"]) for item in body["items"]}


async def test_chains_are_counted_step_by_step_as_of_any_moment(
    doors: Doors, reader: Store
) -> None:
    assert set(await doors.play(the_story())) == {"created"}
    await projected(reader)
    assert await funnel(doors, "support_referral", as_of="2024-12-31") == {
        "owed": (3, 3),
        "offered": (1, 0),
        "accepted": (1, 0),
        "referred": (1, 1),
        "declined": (1, 1),
        "not_offered": (0, 0),
    }
    assert await funnel(doors, "personal_statement", as_of="2024-03-13") == {
        "owed": (2, 2),
        "offered": (2, 2),
        "accepted": (1, 1),
        "made": (0, 0),
        "arrived": (0, 0),
        "read": (0, 0),
        "told_of_use": (0, 0),
        "declined": (1, 1),
        "not_offered": (0, 0),
        "wish_recorded": (0, 0),
        "update_offered": (0, 0),
    }
    later = await funnel(doors, "personal_statement", as_of="2024-06-01")
    assert (later["owed"], later["made"], later["arrived"]) == ((3, 3), (1, 1), (1, 1))
    scheme = await funnel(doors, "contact_scheme", as_of="2024-11-01")
    assert scheme["received"] == (1, 1)
    assert scheme["contacted"] == (0, 0)
    assert (await funnel(doors, "contact_scheme"))["joined"] == (1, 1)
    assert set((await funnel(doors, "right_to_review_cps")).values()) == {(0, 0)}
    body = await told(doors, "funnels", chain="decision_to_investigate")
    hows = {item["step"]: item["how"] for item in body["items"]}
    assert hows["decided"] == ["investigate 1", "not_investigate 1"]
    assert hows["told_why"] == ["letter 1"]
    assert [(item["step"], item["rate"]) for item in body["items"]][:3] == [
        ("reported", 1.0),
        ("decided", 2 / 3),
        ("told", 1 / 3),
    ]
    by_month = await told(doors, "funnels", chain="support_referral", by="month")
    assert {item["group"]: item["runs"] for item in by_month["items"]} == {
        "2024-03": 2,
        "2024-04": 1,
    }
    quarters = {item["group"]: item["quarter"] for item in by_month["items"]}
    assert quarters == {"2024-03": "2023-24 Q4", "2024-04": "2024-25 Q1"}
    april = await told(
        doors, "funnels", chain="support_referral", **{"from": "2024-04", "to": "2024-04"}
    )
    assert {item["runs"] for item in april["items"]} == {1}
    by_force = await told(doors, "funnels", chain="support_referral", by="police")
    by_organisation = await told(doors, "funnels", chain="support_referral", by="organisation")
    noticing = await told(doors, "noticing", by="organisation")
    for body in (by_force, by_organisation):
        assert {item["group"] for item in body["items"]} == {FORCE}
    for body in (by_force, by_organisation, noticing):
        parties = [item["party"] for item in body["items"] if item["group"] == FORCE]
        assert {(one["agency"], one["id"], one["gss"]) for one in parties} == {
            ("police", FORCE, "E23000036")
        }
    # Two agencies have organisations of one name: their breaches are not put together.
    assert {(i["party"]["agency"], i["group"]) for i in noticing["items"] if i["party"]} >= {
        ("police", FORCE),
        ("probation", REGION),
    }

    # Handovers.
    items = (await told(doors, "handovers", by="organisation"))["items"]
    file, statement, referral = (
        next(i for i in items if (i["kind"], i["item"]) == key)
        for key in (
            ("file.submitted", None),
            ("file.submitted", "statement"),
            ("contact_scheme.referred", None),
        )
    )
    assert (file["to_organisation"], file["numerator"], file["days_median"]) == (
        "cps-south-west",
        1,
        6,
    )
    assert (statement["handovers"], statement["passed"], statement["numerator"]) == (1, 1, 1)
    assert (referral["to_organisation"], referral["days_median"]) == (REGION, 6)
    sent = (await told(doors, "handovers", as_of="2024-05-02"))["items"]
    assert [(i["item"], i["numerator"]) for i in sent] == [(None, 0), ("statement", 0)]

    # Late outcomes.
    body = await told(doors, "delays", by="organisation")
    used = {
        (i["rule"], i["owner"], i["organisation"]): (i["days_used"], i["days_over"])
        for i in body["items"]
    }
    assert used == {
        ("R9.OUTCOME", "courts", None): (8, 3),
        ("R9.OUTCOME", "wcu", FORCE): (6, 5),
        ("R11.VLO", "courts", None): (7, 2),
        ("R11.VLO", "wcu", FORCE): (23, 18),
        ("R11.VLO", "probation", REGION): (34, 14),
    }
    # Nobody told the sentence.
    assert body["outcomes"] == [
        {"rule": "R11.VLO", "late": 1, "not_come": 0, "undivided": 0},
        {"rule": "R9.OUTCOME", "late": 1, "not_come": 0, "undivided": 0},
        {"rule": "R9.SENT", "late": 1, "not_come": 1, "undivided": 0},
    ]
    # What never came is the force's too, though nobody's days of it can be told yet.
    theirs = await told(doors, "delays", organisation=FORCE)
    assert theirs["outcomes"] == body["outcomes"]
    assert [
        one["rule"] for one in (await told(doors, "delays", organisation=REGION))["outcomes"]
    ] == ["R11.VLO"]
    before = await told(doors, "delays", as_of="2024-09-19")
    assert before["items"] == []
    assert {one["rule"]: one["not_come"] for one in before["outcomes"]} == {
        "R9.OUTCOME": 1,
        "R9.SENT": 1,
    }
    journey = await doors.journey(ONE)
    assert journey is not None
    address = f"/v1/journeys/{journey['id']}/delays"
    explained = (await doors.gateway.get(address)).raise_for_status().json()
    (outcome,) = [item for item in explained["items"] if item["rule"] == "R9.OUTCOME"]
    assert [(leg["owner"], leg["days_used"], leg["days_over"]) for leg in outcome["legs"]] == [
        ("courts", 8, 3),
        ("wcu", 6, 5),
    ]
    running = (await doors.gateway.get(address, params={"as_of": "2024-09-13"})).json()
    (outcome,) = [item for item in running["items"] if item["rule"] == "R9.OUTCOME"]
    assert [(leg["days_used"], leg["ended_at"] is None) for leg in outcome["legs"]] == [
        (8, False),
        (1, True),
    ]

    # What victims said.
    said = (await told(doors, "satisfaction"))["items"]
    assert [
        (i["stage"], i["responses"], i["all"]["scores"], i["all"]["mean"], i["all"]["each"])
        for i in said
    ] == [
        ("reported", 2, 1, 4.0, ["4: 1"]),
        ("trial", 1, 1, 5.0, ["5: 1"]),
        ("outcome_and_sentence", 1, 1, 2.0, ["2: 1"]),
    ]
    assert said[2]["limit_broken"]["scores"] == 1
    nothing: Item = {"scores": 0, "mean": None, "each": []}
    assert said[2]["none_broken"] == nothing
    # Where no limit was certain, none was broken, and none kept.
    assert (said[1]["limit_broken"], said[1]["none_broken"]) == (nothing, nothing)
    accounts = {i["rule"]: i for i in (await told(doors, "accounts"))["items"]}
    assert accounts["R9.OUTCOME"]["record_done_victim_no"] == 1
    assert accounts["R9.SENT"]["record_nothing_victim_no"] == 1
    assert accounts["R6.NOINV"]["record_nothing_victim_yes"] == 1
    # The victim had declined: it was owed no longer.
    assert accounts["R4.REFER"]["not_owed"] == 1
    assert [accounts[rule]["rate"] for rule in ("R9.OUTCOME", "R9.SENT", "R4.REFER")] == [
        1.0,
        0.0,
        None,
    ]

    # Who noticed.
    (all_,) = (await told(doors, "noticing", as_of="2024-04-15"))["items"]
    assert (all_["by_victim"], all_["by_agency"], all_["victim_told"]) == (1, 0, 0)
    by_rule = {i["group"]: i for i in (await told(doors, "noticing", by="rule"))["items"]}
    noticed = by_rule["R6.NOINV"]
    assert (noticed["breaches"], noticed["victim_told"], noticed["days_median"]) == (1, 1, 19)
    assert sum(i["breaches"] for i in by_rule.values()) == await breaches(doors)


async def breaches(doors: Doors) -> int:
    """How many breaches are listed."""
    reply = await doors.gateway.get("/v1/breaches", params={"limit": "500"})
    items: list[Item] = reply.raise_for_status().json()["items"]
    assert len(items) < 500
    return len(items)


async def evidences(reader: Store) -> list[Evidence]:
    """Every journey kept, followed from its events to the end of all time."""
    records = await reader.read_records(await all_keys(reader), known_at=ALL_KNOWN)
    return [
        evidence_of(membership, rulebook(), calendar(), STANDARD, as_of=FOR_GOOD)
        for record in records
        for membership in journeys_of(record)
    ]


async def all_keys(reader: Store) -> list[Any]:
    return list(await reader.read_keys(after=UUID(int=0), limit=500, known_at=ALL_KNOWN))


def by_hand(runs: list[Run], moment: datetime) -> dict[str, dict[str, tuple[int, int, int]]]:
    """Of each chain's steps: reached, recorded, and runs that entered, run by run."""
    counts: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
    for run in runs:
        if run.entered is None or run.entered.at > moment:
            continue
        (chain,) = [one for one in CHAINS if one.id == run.chain]
        taken = {one.step for one in run.taken if one.at <= moment}
        for place, step in enumerate(chain.steps):
            later = {s.id for s in chain.steps[place:] if not s.beside and not step.beside}
            count = counts[chain.id][step.id]
            count[0] += bool(taken & (later | {step.id}))
            count[1] += step.id in taken
            count[2] += 1
    return {
        chain: {step: (n[0], n[1], n[2]) for step, n in steps.items()}
        for chain, steps in counts.items()
    }


@pytest.fixture
async def played(doors: Doors, reader: Store) -> None:
    """The sample journeys and synthetic ones, kept and projected."""
    world = world_of(41, date(2022, 1, 1), date(2025, 12, 31), usual_practice())
    made = [make(world, number) for number in range(SOME)]
    batches: dict[str, list[Item]] = defaultdict(list)
    sent = [json.loads(line(e.cloudevent())) for one in made for e in one.events]
    for event in [*sent, *(dict(e) for sample in samples() for e in sample.events)]:
        batches[event["source"].split("/")[1]].append(event)
    for batch in batches.values():
        reply = await doors.of(batch[0]).post("/v1/events", json=batch)
        assert {item["status"] for item in reply.json()["items"]} == {"created"}
    await projected(reader)


@pytest.mark.usefixtures("played")
async def test_figures_of_the_register_are_those_of_the_events(doors: Doors, reader: Store) -> None:
    followed = await evidences(reader)
    runs = [run for one in followed for run in runs_of(one.story, one.obligations)]
    assert {run.chain for run in runs} == {chain.id for chain in CHAINS}
    handed = [one for evidence in followed for one in handovers_of(evidence.story)]
    late = [
        one
        for evidence in followed
        for one in delays_of(evidence.story, evidence.obligations, calendar())
    ]
    assert handed
    assert late
    for day in MOMENTS:
        moment, as_of = last_moment_of(day), day.isoformat()
        expected = by_hand(runs, moment)
        for chain in CHAINS:
            for by in (None, "organisation", "probation", "month"):
                query = {} if by is None else {"by": by}
                body = await told(doors, "funnels", chain=chain.id, as_of=as_of, **query)
                counted: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
                for item in body["items"]:
                    assert item["denominator"] == item["runs"] - item["unknown"]
                    for place, name in enumerate(("reached", "recorded", "runs")):
                        counted[item["step"]][place] += item[name]
                found = {step: tuple(n) for step, n in counted.items() if n[2]}
                assert found == expected.get(chain.id, {}), (chain.id, by, as_of)
        body = await told(doors, "handovers", as_of=as_of, by="organisation")
        sent = Counter(one.fact.type for one in handed if one.fact.at <= moment)
        told_of: Counter[str] = Counter()
        for item in body["items"]:
            told_of[item["kind"]] += item["handovers"] if item["item"] is None else 0
        assert told_of == sent
        acknowledged = sum(
            one.acknowledged is not None and one.acknowledged.at <= moment for one in handed
        )
        assert acknowledged == sum(i["numerator"] for i in body["items"] if i["item"] is None)
        body = await told(doors, "delays", as_of=as_of)
        begun = [one for one in late if one.late_from <= moment]
        came = [one for one in begun if one.came_at is not None and one.came_at <= moment]
        assert sum(one["late"] for one in body["outcomes"]) == len(begun)
        assert sum(one["not_come"] for one in body["outcomes"]) == len(begun) - len(came)
        assert sum(item["days_used"] for item in body["items"]) == sum(
            leg.used or 0 for one in came for leg in one.legs
        )
        (noticed,) = (await told(doors, "noticing", as_of=as_of))["items"]
        assert noticed["breaches"] == noticed["by_nobody"]


async def test_what_cannot_be_asked_is_named_and_who_may_not_is_refused(doors: Doors) -> None:
    some = bearer(token("inspector", organisations=(f"police/{FORCE}",)))
    for figure in FIGURES:
        address = f"/v1/statistics/{figure}"
        query = {"chain": "contact_scheme"} if figure == "funnels" else {}
        for asked, field in (
            ({"as_of": "soon"}, "as_of"),
            ({"organisation": "a\x00b"}, "organisation"),
            ({"by": "colour"}, "by"),
        ):
            reply = await doors.gateway.get(address, params={**query, **asked})
            assert reply.status_code == 422, (figure, asked)
            assert [fault["field"] for fault in reply.json()["errors"]] == [field]
        assert (await doors.gateway.get(address, params=query, headers=some)).status_code == 403
        plain = bearer(token("inspector", organisations=("*",)))
        nothing = (await doors.gateway.get(address, params=query, headers=plain)).json()
        assert nothing["left_out"]
        assert nothing["handling"] == "OFFICIAL-SENSITIVE"
        assert all(item["rate"] is None for item in nothing["items"])
    for figure, asked, status in (
        ("noticing", {"by": "month"}, 422),
        ("noticing", {"by": "organisation"}, 200),
        ("satisfaction", {}, 422),
        ("satisfaction", {"by": "organisation"}, 200),
        ("funnels", {"chain": "support_referral"}, 422),
        ("funnels", {"chain": "support_referral", "by": "organisation"}, 200),
    ):
        # A force, a CPS Area and a probation region: together they are nobody.
        query = {"organisation": "west-midlands", **asked}
        reply = await doors.gateway.get(f"/v1/statistics/{figure}", params=query)
        assert reply.status_code == status, (figure, asked)
    funnels = "/v1/statistics/funnels"
    for asked, field in (
        ({}, "chain"),
        ({"chain": "letters"}, "chain"),
        ({"chain": "contact_scheme", "from": "2024-13"}, "from"),
        ({"chain": "contact_scheme", "from": "0000-01"}, "from"),
        ({"chain": "contact_scheme", "from": "2024-05", "to": "2024-04"}, "to"),
    ):
        reply = await doors.gateway.get(funnels, params=asked)
        assert reply.status_code == 422
        assert [fault["field"] for fault in reply.json()["errors"]] == [field]
    last = {"chain": "contact_scheme", "from": "9999-12", "to": "9999-12"}
    assert (await doors.gateway.get(funnels, params=last)).status_code == 200
    chains = (await doors.gateway.get("/v1/statistics/chains")).json()["items"]
    assert [chain["chain"] for chain in chains] == [chain.id for chain in CHAINS]

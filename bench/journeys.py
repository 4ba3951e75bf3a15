"""Makes journeys of about fifteen events each, the same ones for the same seed."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from shared.journey_event import Agency, KeptEvent, Precision
from shared.london import LONDON, write_instant

FIRST, LAST = date(2007, 1, 1), date(2025, 6, 1)
CODE_OF_2015 = date(2015, 11, 16)
SOURCES: dict[Agency, str] = {
    "police": "/police/example-force/records",
    "cps": "/cps/example-area/cms",
    "probation": "/probation/example-region/contact",
}
CARRIED = [
    "reasons",
    "conditions",
    "review_rights",
    "further_information",
    "support_offer",
    "date_time_place",
    "effect",
    "unduly_lenient_scheme",
    "crime_details",
    "justice_information",
    "compensation",
    "restorative_justice",
]
EARLY_OFFERS = [
    "personal_statement",
    "supporter",
    "specialist_support",
    "officer_gender",
    "interpreter",
    "translation",
    "registered_intermediary",
    "special_measures",
    "restorative_justice",
]
MILESTONES = [
    "release_considered",
    "parole_review",
    "release",
    "recall",
    "escape",
    "abscond",
    "discharge",
    "open_conditions",
]


@dataclass(frozen=True, slots=True)
class Sample:
    """One journey's events in the order we were told of them, and the moment (UTC) it is seen."""

    events: tuple[KeptEvent, ...]
    as_of: datetime


def make_journeys(count: int, *, seed: int = 2024) -> list[Sample]:
    """Return so many journeys of every edition of the Code; the same seed makes the same ones."""
    random = Random(seed)  # noqa: S311 - for measuring, not for secrets
    return [_Maker(random, number).journey() for number in range(count)]


class _Maker:
    """One journey while it is made: `_at` is the moment (UTC) it has come to."""

    def __init__(self, random: Random, number: int) -> None:
        self._random = random
        self._number = number
        self._events: list[KeptEvent] = []
        self._crime = f"crime:example-force/{number:010}/V1"
        self._case = f"case:52EX{number:07}/V1"
        self._contact = f"contact:example-region/{number:07}"
        # Most under the Code of today, some under every older one.
        first = FIRST if self._chance(0.2) else CODE_OF_2015
        day = first + timedelta(days=random.randrange((LAST - first).days))
        self._at = datetime.combine(day, self._clock(), LONDON).astimezone(UTC)
        self._suspects = ["S1", "S2"] if self._chance(0.12) else ["S1"]

    def journey(self) -> Sample:
        """Return the journey: reported, perhaps investigated, charged, tried and sentenced."""
        self._report()
        if self._chance(0.1):
            self._fact("investigation.decided", 5, decision="not_investigate")
        else:
            self._investigate()
            if self._chance(0.45):
                self._decide()
        if self._chance(0.1):
            self._complain()
        ended = max(event.occurred_at for event in self._events)
        began = self._events[0].occurred_at
        # Most are looked at when all is over, some while duties are pending.
        share = 1.2 if self._chance(0.6) else self._random.random()
        as_of = began + (ended - began) * share + timedelta(days=self._random.randrange(30))
        self._events.sort(key=lambda event: event.received_at)
        return Sample(tuple(self._events), as_of)

    def _report(self) -> None:
        kind = self._random.choices(
            ["person", "bereaved_relative", "parent_or_guardian", "business"], [80, 8, 4, 8]
        )[0]
        who: dict[str, Any] = {"victim_kind": kind, "offence_group": "violence"}
        if self._chance(0.2):
            who["offence_group"] = self._random.choice(["sexual", "homicide", "fatal_road"])
        if self._chance(0.1):
            who["under_18"] = True
        elif self._chance(0.1):
            birthday = self._at.date() + timedelta(days=self._random.randrange(-400, 400))
            who["turns_18_on"] = birthday.isoformat()
        if self._chance(0.15):
            flags = ["domestic_abuse", "sexual", "child_sexual_abuse", "hate", "fatal_road"]
            who["flags"] = self._random.sample(flags, 2)
        if kind == "business" and self._chance(0.5):
            who["named_contact"] = True
        self._add("police", "crime.reported", **who)
        self._wait(0, 2)
        self._add("police", "crime.recorded", crime_number=f"{self._number}")
        if self._chance(0.7):
            self._wait(0, 3)
            self._add("police", "needs.assessed", **self._needs())
        if self._chance(0.8):
            referred = self._chance(0.85)
            self._wait(0, 3)
            self._add("police", f"support.{'referred' if referred else 'declined'}")
        if self._chance(0.5):
            self._add("police", "preferences.agreed", **self._preferences())
        if self._chance(0.12):
            self._add("police", "contact.declined", scope=self._scope())
        if self._chance(0.1):
            self._add("police", "victim.interviewed", **self._interview())
        if self._chance(0.2):
            for offer in self._random.sample(EARLY_OFFERS, 3):
                self._offer("police", offer)
        if self._chance(0.1):
            role = self._random.choice(["family_liaison", "officer_in_case"])
            self._add("police", "officer.assigned", role=role)
        if self._chance(0.2):
            self._state()
        if self._chance(0.08):
            self._change()
        if self._chance(0.05):
            self._wait(5, 60)
            self._add("police", "property.released")
            if self._chance(0.6):
                self._wait(1, 60)
                self._add("police", "property.returned")

    def _interview(self) -> dict[str, Any]:
        said: dict[str, Any] = {}
        if self._chance(0.8):
            said["same_officer"] = self._chance(0.5)
        if self._chance(0.3):
            said["reason"] = "on leave"
        return said

    def _offer(self, agency: Agency, offer: str, under: str | None = None) -> None:
        said: dict[str, Any] = {"offer": offer}
        if self._chance(0.15):
            said["not_offered"] = "not needed"
        else:
            said["reached"] = self._random.choices([True, "attempted"], [85, 15])[0]
        self._add(agency, "victim.offered", under=under, **said)

    def _state(self) -> None:
        """Add a personal statement, with or without a wish on how it is read."""
        self._wait(1, 30)
        wish = {"wish": "read_self"} if self._chance(0.5) else {}
        self._add("police", "statement.made", **wish)

    def _change(self) -> None:
        """Add that the victim's needs have changed, and perhaps what came of it."""
        self._wait(5, 60)
        self._add("police", "needs.changed")
        self._wait(1, 20)
        if self._chance(0.4):
            self._add("police", "needs.assessed", **self._needs())
        elif self._chance(0.4):
            self._offer("police", "further_statement")
        elif self._chance(0.4):
            self._state()

    def _scope(self) -> str | list[str]:
        some: list[str | list[str]] = ["all", "all", "contact_scheme"]
        return self._random.choice(
            [*some, ["suspect.charged"], ["suspect.charged", "hearing.fixed"]]
        )

    def _needs(self) -> dict[str, Any]:
        found: dict[str, Any] = {"enhanced_rights": self._chance(0.4)}
        if self._chance(0.3):
            since = self._at.date() - timedelta(days=self._random.randrange(10))
            found["since"] = since.isoformat()
        if self._chance(0.3):
            grounds = ["vulnerable", "intimidated", "persistently_targeted"]
            found["grounds"] = self._random.sample(grounds, 2)
        return found

    def _preferences(self) -> dict[str, Any]:
        agreed: dict[str, Any] = {}
        if self._chance(0.7):
            agreed["channels"] = self._random.sample(["phone", "email", "letter", "text"], 2)
        if self._chance(0.6):
            agreed["update_every_days"] = self._random.choice([7, 14, 28])
        if self._chance(0.03):
            agreed["representative"] = {"kind": "spokesperson", "reference": "crime:example/9/V2"}
        if self._chance(0.2):
            agreed["language"] = self._random.choice(["English", "Polish"])
            agreed["interpreter"] = self._chance(0.5)
        return agreed

    def _investigate(self) -> None:
        if self._chance(0.2):
            self._add("police", "investigation.decided", decision="investigate")
        if self._chance(0.08):
            self._fact("investigation.decided", 20, decision="closed")
            return
        for suspect in self._suspects:
            self._wait(0, 20)
            self._fact("suspect.arrested", 5, suspect=suspect)
            if self._chance(0.3):
                self._fact("suspect.interviewed", 5, suspect=suspect)
            ways = ["without_charge", "on_bail", "under_investigation"]
            self._fact(
                "suspect.released",
                5,
                suspect=suspect,
                released=self._random.choice(ways),
                conditions=self._chance(0.5),
            )
            if self._chance(0.1):
                change = self._random.choice(["varied", "cancelled", "extended"])
                self._fact("bail.changed", 5, suspect=suspect, change=change)
        if self._chance(0.15):
            self._wait(1, 30)
            self._add("police", "contact.resumed", scope=self._scope())
            if self._chance(0.3):
                self._wait(1, 5)
                self._add("police", "contact.declined", scope=self._scope())
        if self._chance(0.1):
            if self._chance(0.5):
                self._add("police", "representations.invited", on="disposal")
            self._fact("disposal.given", 5, suspect="S1", disposal="caution")
            if self._chance(0.3):
                self._add("police", "representations.made", on="disposal")

    def _decide(self) -> None:
        self._wait(10, 60)
        theirs = {"D1": "S1", "D2": "S2"} if len(self._suspects) == 2 else {}
        passed = self._random.sample(["needs", "preferences", "statement", "losses"], 2)
        self._add("police", "file.submitted", to="cps", passed=passed)
        self._add("police", "reference.linked", reference=self._case, basis="file", suspects=theirs)
        for suspect in self._suspects:
            self._wait(1, 20)
            if self._chance(0.3):
                self._fact("prosecution.declined", 5, suspect=suspect, reason="evidence")
                if self._chance(0.2):
                    self._review("police")
            else:
                self._fact("suspect.charged", 5, suspect=suspect)
                self._prosecute(suspect)

    def _prosecute(self, suspect: str) -> None:
        if self._chance(0.2):
            self._offer("cps", self._random.choice(["meeting", "pre_trial_meeting"]))
        self._hearing(suspect, "H1", first=True, kind="plea")
        if self._chance(0.1):
            self._cps_stop(suspect)
            return
        if self._chance(0.2):
            self._fact("court_bail.decided", 5, suspect=suspect, **self._receipt())
        if self._chance(0.1):
            self._fact("warrant.issued", 5, suspect=suspect, **self._receipt())
        if self._chance(0.3):
            self._fact("witness.required", 1, **self._receipt())
            self._prepare()
            if self._chance(0.5):
                self._wait(10, 60)
                self._add("cps", "expenses.claimed", under=self._case)
                self._wait(2, 20)
                self._add("cps", "expenses.paid", under=self._case)
        self._hearing(suspect, "H2", kind="trial")
        self._wait(20, 90)
        rearrested: dict[str, Any] = {"after_rearrest": True} if self._chance(0.1) else {}
        self._fact("hearing.ended", 5, suspect=suspect, hearing="H2", **rearrested)
        convicted = self._chance(0.7)
        outcome = "convicted" if convicted else "acquitted"
        self._seen_in_court("case.concluded", suspect, outcome=outcome)
        if self._chance(0.15):
            self._ask()
        if self._chance(0.15):
            self._offer("cps", "meeting")
        if convicted:
            self._wait(0, 30)
            if self._chance(0.15):
                self._add("cps", "statement.read", under=self._case)
            self._sentence(suspect)

    def _prepare(self) -> None:
        """Add some of what is done for a victim who must give evidence."""
        self._wait(1, 30)
        if self._chance(0.2):
            self._fact("special_measures.decided", 20, agency="cps", outcome="granted")
        if self._chance(0.3):
            needs: dict[str, Any] = {"enhanced_rights": False, "for": "witness"}
            self._add("police", "needs.assessed", **needs)
        if self._chance(0.3):
            self._add("police", "witness.refreshed")
        if self._chance(0.3):
            self._offer("cps", self._random.choice(["court_visit", "separate_waiting"]))
        if self._chance(0.2):
            self._add("cps", "meeting.held", under=self._case)

    def _ask(self) -> None:
        """Add a question about the outcome, and perhaps its answer."""
        self._add("police", "question.asked")
        self._wait(1, 20)
        if self._chance(0.4):
            self._add("police", "question.answered")
        elif self._chance(0.5):
            self._add("police", "handover.sent", to="cps")

    def _hearing(self, suspect: str, hearing: str, **data: Any) -> None:
        starts = write_instant(self._at + timedelta(days=self._random.randrange(20, 90)))
        fixed: dict[str, Any] = {
            "suspect": suspect,
            "hearing": hearing,
            "starts_at": starts,
            **data,
        }
        self._fact("hearing.fixed", 1, **fixed, **self._receipt())
        if self._chance(0.1):
            self._fact("hearing.fixed", 1, **fixed, **self._receipt(), vacated=self._chance(0.5))

    def _cps_stop(self, suspect: str) -> None:
        self._wait(5, 30)
        self._fact(
            "prosecution.stopped",
            5,
            agency="cps",
            suspect=self._theirs(suspect),
            how="discontinued",
            all_proceedings_end=self._chance(0.7),
            provisional=self._chance(0.2),
        )
        if self._chance(0.5):
            self._offer("cps", "meeting")
        if self._chance(0.5):
            self._review("cps")

    def _review(self, scheme: str) -> None:
        agency: Agency = "cps" if scheme == "cps" else "police"
        under = self._case if scheme == "cps" else self._crime
        review: dict[str, Any] = {"scheme": scheme}
        if scheme == "cps" and self._chance(0.6):
            review["stage"] = self._random.choice(["local_resolution", "independent"])
        self._wait(2, 90)
        self._add(agency, "review.requested", under=under, **review)
        self._wait(1, 15)
        self._add(agency, "review.acknowledged", under=under, **review)
        self._wait(5, 60)
        self._add(agency, "review.decided", under=under, **review)

    def _sentence(self, suspect: str) -> None:
        long = self._chance(0.5)
        self._seen_in_court(
            "offender.sentenced",
            suspect,
            sentence_kind="custody" if long else "community_order",
            sentence_months=24 if long else 6,
            specified_offence=self._chance(0.8),
            unduly_lenient_scheme=self._chance(0.5),
        )
        if self._chance(0.1):
            self._wait(1, 40)
            self._add("police", "review.requested", scheme="unduly_lenient", suspect=suspect)
        if self._chance(0.15):
            self._fact("appeal.changed", 1, suspect=suspect, outcome="lodged", **self._receipt())
            if self._chance(0.6):
                self._fact(
                    "appeal.changed", 1, suspect=suspect, outcome="result", **self._receipt()
                )
        if long and self._chance(0.9):
            self._contact_scheme()

    def _contact_scheme(self) -> None:
        self._wait(1, 25)
        scheme = {"scheme": "notification"} if self._chance(0.3) else {}
        self._add("police", "contact_scheme.referred", region="example-region", **scheme)
        self._add(
            "police", "reference.linked", reference=self._contact, basis="referral", suspects={}
        )
        self._wait(0, 3)
        self._add("probation", "contact_scheme.referral_received", under=self._contact)
        self._wait(5, 40)
        self._add(
            "probation",
            "victim.offered",
            under=self._contact,
            offer="contact_scheme",
            reached=self._chance(0.6),
        )
        if self._chance(0.9):
            self._wait(0, 5)
            member = {} if self._chance(0.7) else {"suspect": self._suspects[0]}
            self._add("probation", "contact_scheme.joined", under=self._contact, **member)
            for _ in range(self._random.randrange(3)):
                self._wait(200, 420)
                self._tell("probation", [], self._contact, {})
            if self._chance(0.05):
                self._add("probation", "contact_scheme.left", under=self._contact)
        while self._chance(0.6):
            self._wait(10, 200)
            said = {
                "milestone": self._random.choice(MILESTONES),
                "suspect": self._random.choice(self._suspects),
            }
            self._fact("offender.milestone", 20, agency="probation", **said)
            if self._chance(0.4):
                on = self._random.choice(["licence", "parole"])
                self._add("probation", "representations.invited", under=self._contact, on=on)
            elif self._chance(0.3):
                self._offer("probation", "personal_statement", self._contact)

    def _complain(self) -> None:
        agency: Agency = "cps" if self._chance(0.3) else "police"
        self._wait(1, 30)
        self._add(agency, "complaint.received", right=6)
        if self._chance(0.2):
            self._fact("complaint.redirected", 10, to="cps")
        self._wait(1, 25)
        if self._chance(0.5):
            expected = {"reply_expected_on": "2030-01-01"} if self._chance(0.7) else {}
            self._add(agency, "complaint.acknowledged", **expected)
        else:
            self._add(agency, "complaint.answered")

    def _seen_in_court(self, type_: str, suspect: str, **data: Any) -> None:
        """Add what a court decided: the police's word with news of it, often the CPS's as well."""
        if self._chance(0.4):
            self._add("cps", type_, under=self._case, suspect=self._theirs(suspect), **data)
        self._fact(type_, 1, suspect=suspect, **data, **self._receipt())

    def _fact(self, type_: str, days: int, *, agency: Agency = "police", **data: Any) -> None:
        """Add a fact and, usually, the news of it: most in time, some late, some never."""
        under = {"cps": self._case, "probation": self._contact}.get(agency, self._crime)
        self._wait(0, 10)
        event = self._add(agency, type_, under=under, **data)
        fact_at = self._at
        if self._chance(0.1):  # an attempt, or news in advance
            self._at = fact_at + timedelta(days=self._random.randrange(-2, 3))
            self._tell(agency, [type_], under, data, event)
        if self._chance(0.75):
            self._at = fact_at + timedelta(
                days=self._random.randrange(2 * days + 3), minutes=self._random.randrange(600)
            )
            self._tell(agency, [type_], under, data, event)
        self._at = max(self._at, fact_at)

    def _tell(
        self,
        agency: Agency,
        about: list[str],
        under: str,
        fact: dict[str, Any],
        event: KeptEvent | None = None,
    ) -> None:
        said: dict[str, Any] = {
            "about": about,
            "channel": self._random.choice(["phone", "email", "letter", "text", "in_person"]),
            "reached": self._random.choices([True, "attempted", "returned"], [88, 9, 3])[0],
        }
        if self._chance(0.5):
            kept = self._random.choices([len(CARRIED), 5], [80, 20])[0]
            said["carried"] = self._random.sample(CARRIED, kept)
        if self._chance(0.1):
            said["recipient"] = self._random.choice(
                ["parent_or_guardian", "representative", "named_contact", "other"]
            )
        if self._chance(0.02):
            said["recipient_excluded"] = True
        for label in ("suspect", "hearing"):
            if label in fact and self._chance(0.5):
                said[label] = fact[label]
        if event is not None and self._chance(0.1):
            said["about_event"] = event.id
        if about and self._chance(0.1):
            about = [*about, self._random.choice(self._events).type]
            said["about"] = list(dict.fromkeys(about))
        self._add(agency, "victim.told", under=under, **said)

    def _add(
        self, agency: Agency, type_: str, *, under: str | None = None, **data: Any
    ) -> KeptEvent:
        number = len(self._events) + 1
        precision: Precision = "day" if self._chance(0.07) else "instant"
        keyed = self._at + timedelta(minutes=self._random.randrange(2000))
        received = keyed + timedelta(days=self._random.choices([0, 1, 20], [90, 7, 3])[0])
        event = KeptEvent(
            source=SOURCES[agency],
            id=f"{agency}-{self._number}-{number}",
            type=type_,
            reference=under or (self._case if agency == "cps" else self._crime),
            occurred_at=self._at,
            data=data,
            precision=precision,
            recorded_at=keyed if self._chance(0.7) else None,
            received_at=received,
            event_id=UUID(int=self._number * 1000 + number),
        )
        self._events.append(event)
        return event

    def _receipt(self) -> dict[str, Any]:
        """Return when the Witness Care Unit heard from the court, where that was recorded."""
        if not self._chance(0.7):
            return {}
        heard = self._at + timedelta(days=self._random.randrange(12), minutes=30)
        return {"received_at_wcu": write_instant(heard)}

    def _theirs(self, suspect: str) -> str:
        return suspect.replace("S", "D") if len(self._suspects) == 2 else suspect

    def _wait(self, least: int, most: int) -> None:
        day = self._at.astimezone(LONDON).date()
        day += timedelta(days=self._random.randint(least, most))
        moment = datetime.combine(day, self._clock(), LONDON).astimezone(UTC)
        self._at = max(moment, self._at + timedelta(minutes=self._random.randrange(90)))

    def _clock(self) -> time:
        return time(self._random.choices(range(24), [1] * 8 + [9] * 10 + [4] * 6)[0], 15)

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

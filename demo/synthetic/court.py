"""Takes a synthetic journey to court: hearings that move, verdicts, sentences and appeals."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from demo.synthetic.chance import Mix
from demo.synthetic.contact_scheme import refer
from demo.synthetic.days import DAY, MINUTE
from demo.synthetic.journey import Journey
from demo.synthetic.mix import COURT_HOUR, TIMES_MOVED, Offence
from demo.synthetic.practice import COURTS
from demo.synthetic.review import review
from shared.london import write_instant

STOPS = Mix({"discontinued": 60, "no_evidence_offered": 15, "charge_altered": 25})
OTHER_SENTENCES = Mix(
    {"community_order": 35, "suspended": 25, "fine": 25, "discharge": 12, "hospital_order": 3}
)
BAIL = Mix({"granted": 75, "refused": 25})
APPEALS = Mix(
    {("lodged", "leave_refused"): 50, ("lodged", "leave_granted", "result"): 40, ("lodged",): 10}
)


@dataclass(slots=True)
class Case:
    """One case in court: the suspects it is against, and what is likely of it."""

    journey: Journey
    offence: Offence
    suspects: tuple[str, ...]
    crown: bool
    hearings: int = 0

    def prosecute(self, charged: datetime) -> None:
        """Take the case from the charge to its end."""
        journey, chance = self.journey, self.journey.chance
        first = journey.later(charged, chance.between(14, 40), COURT_HOUR)
        hearing = self.fix(charged + chance.between(1, 72) * 60 * MINUTE, first, "plea", first=True)
        self.bail(hearing, first)
        self.end_hearing(hearing, first)
        stopped = [s for s in self.suspects if chance.happens(0.12) and self.stop(s, first)]
        self.suspects = tuple(s for s in self.suspects if s not in stopped)
        if not self.suspects:
            return
        if chance.happens(0.3):
            made = journey.later(charged, chance.between(5, 60))
            data = {"kind": "personal", "wish": chance.one_of(("read_self", "not_read"))}
            journey.say("police", "statement.made", made, data)
        guilty = chance.happens(0.66)
        verdict = first if guilty else self.trial(first)
        if journey.over(verdict):
            return
        for suspect in self.suspects:
            self.conclude(suspect, verdict, convicted=guilty or chance.happens(0.6))

    # Hearings.

    def fix(
        self, at: datetime, starts: datetime, kind: str, *, first: bool = False, label: str = ""
    ) -> str:
        """Fix a hearing, or move the one of this label, and tell the victim; return its label."""
        journey = self.journey
        if not label:
            self.hearings += 1
            label = f"H{self.hearings}"
        data: dict[str, Any] = {
            "hearing": label,
            "kind": kind,
            "starts_at": write_instant(starts),
            **self.whom(),
        }
        if first:
            data["first"] = True
        heard = self.heard(at, "R8.HMCTS")
        fixed = journey.say("police", "hearing.fixed", at, data, wcu=True, heard=heard)
        rule = "R6.FIRSTHRG" if first else "R8.HRG"
        journey.tell([fixed], rule, wcu=True, since=heard)
        return label

    def end_hearing(self, hearing: str, at: datetime, *, rearrested: bool = False) -> None:
        """End a hearing, as the police and the CPS saw it."""
        data: dict[str, Any] = {"hearing": hearing, "outcome": "adjourned"}
        if rearrested:
            data["after_rearrest"] = True
        self.seen("hearing.ended", at, data, "R8.HMCTS", "R8.REARREST" if rearrested else None)

    def bail(self, hearing: str, at: datetime) -> None:
        """Decide on bail at the first hearing; now and then somebody does not come to it."""
        journey, chance = self.journey, self.journey.chance
        for suspect in self.suspects:
            heard = self.heard(at, "R8.HMCTS")
            data: dict[str, Any] = {"suspect": suspect, "hearing": hearing}
            if chance.happens(0.06):
                warrant = journey.say("police", "warrant.issued", at, data, wcu=True, heard=heard)
                journey.tell([warrant], "R8.WARRANT", wcu=True, since=heard)
            elif chance.happens(0.55):
                data["outcome"] = chance.of(BAIL)
                bail = journey.say("police", "court_bail.decided", at, data, wcu=True, heard=heard)
                journey.tell([bail], "R8.BAILHRG", wcu=True, since=heard)
                if chance.happens(0.04):
                    again = journey.later(at, chance.between(5, 40), COURT_HOUR)
                    self.hearings += 1
                    self.end_hearing(f"H{self.hearings}", again, rearrested=True)

    def trial(self, at: datetime) -> datetime:
        """Fix a trial, move it as often as happens, and return when it ends."""
        journey, chance = self.journey, self.journey.chance
        wait = (120, 480) if self.crown else (35, 160)
        day = journey.later(at, chance.between(*wait), COURT_HOUR)
        label = self.fix(at + chance.between(1, 20) * DAY, day, "trial")
        required = chance.happens(0.5)
        if required:
            self.require(at)
        for _ in range(chance.of(TIMES_MOVED)):
            moved = day - chance.between(1, 30) * DAY
            day = journey.later(day, chance.between(20, 200 if self.crown else 80), COURT_HOUR)
            if moved <= at:
                continue
            if chance.happens(0.15):
                self.vacate(label, moved)
                label = self.fix(moved + chance.between(1, 15) * DAY, day, "trial")
            else:
                self.fix(moved, day, "trial", label=label)
        end = journey.later(day, chance.between(0, 8) if self.crown else 0, COURT_HOUR)
        self.end_hearing(label, end)
        if required and chance.happens(0.5):
            claimed = journey.later(end, chance.between(1, 40))
            if journey.say("cps", "expenses.claimed", claimed) is not None:
                journey.does("cps", "R10.EXP", "expenses.paid", claimed)
        return end

    def vacate(self, label: str, at: datetime) -> None:
        """Let a hearing fall; mostly nobody says why."""
        data: dict[str, Any] = {"hearing": label, "kind": "trial", "vacated": True, **self.whom()}
        if self.journey.chance.happens(0.64):
            data["reason"] = "no court free"
        heard = self.heard(at, "R8.HMCTS")
        self.journey.say("police", "hearing.fixed", at, data, wcu=True, heard=heard)

    def require(self, at: datetime) -> None:
        """Require the victim to give evidence."""
        journey, chance = self.journey, self.journey.chance
        at = journey.later(at, chance.between(2, 40))
        heard = journey.worked(at, chance.between(0, 3))
        required = journey.say("police", "witness.required", at, wcu=True, heard=heard)
        journey.tell([required], "R8.WITNESS", wcu=True, since=heard)

    # Ends.

    def stop(self, suspect: str, at: datetime) -> bool:
        """Stop the case against a suspect, or alter the charge; say whether it is over."""
        journey, chance = self.journey, self.journey.chance
        how = chance.of(STOPS)
        over = how != "charge_altered"
        data = {"suspect": journey.label(suspect), "how": how, "all_proceedings_end": over}
        stopped = journey.say(
            "cps", "prosecution.stopped", journey.later(at, chance.between(3, 40)), data
        )
        told = journey.tell([stopped], "R6.CPS-STOP", "cps")
        if over and told is not None and chance.happens(0.1):
            review(journey, "cps", suspect, told.at)
        return over

    def conclude(self, suspect: str, at: datetime, *, convicted: bool) -> None:
        """Give the verdict on a suspect and, if guilty, the sentence."""
        chance = self.journey.chance
        data = {"suspect": suspect, "outcome": "convicted" if convicted else "acquitted"}
        self.seen("case.concluded", at, data, "R9.HMCTS", "R9.OUTCOME")
        if convicted:
            wait = 0 if chance.happens(0.4) else chance.between(10, 45)
            sentenced = self.journey.later(at, wait, COURT_HOUR) if wait else at + 20 * MINUTE
            self.sentence(suspect, sentenced)

    def sentence(self, suspect: str, at: datetime) -> None:
        """Sentence an offender; refer the victim to the contact scheme where that is owed."""
        journey, chance, offence = self.journey, self.journey.chance, self.offence
        data: dict[str, Any] = {"suspect": suspect}
        if chance.happens(offence.custody):
            data["sentence_kind"] = "custody"
            if offence.bereaved and chance.happens(0.5):
                data["indeterminate"] = True
            else:
                data["sentence_months"] = chance.spread((1, 6, 14, 40, 240))
        else:
            data["sentence_kind"] = chance.of(OTHER_SENTENCES)
        data["specified_offence"] = chance.happens(offence.specified)
        if self.crown:
            data["unduly_lenient_scheme"] = chance.happens(0.7)
        self.seen("offender.sentenced", at, data, "R9.HMCTS", "R9.SENT")
        if data.get("unduly_lenient_scheme") and chance.happens(0.02):
            asked = journey.later(at, chance.between(1, 40))
            request = {"scheme": "unduly_lenient", "suspect": suspect}
            journey.say("police", "review.requested", asked, request)
        if self.crown and chance.happens(0.08):
            self.appeal(suspect, at)
        refer(journey, data, at)

    def appeal(self, suspect: str, at: datetime) -> None:
        """Appeal, step by step."""
        journey, chance = self.journey, self.journey.chance
        for outcome in chance.of(APPEALS):
            at = journey.later(at, chance.between(10, 120), COURT_HOUR)
            heard = self.heard(at, "R9.HMCTS")
            data = {"suspect": suspect, "outcome": outcome}
            step = journey.say("police", "appeal.changed", at, data, wcu=True, heard=heard)
            journey.tell([step], "R9.APPEAL", wcu=True, since=heard)

    # What a court decides.

    def seen(
        self, type_: str, at: datetime, data: dict[str, Any], leg: str, rule: str | None
    ) -> None:
        """Say what a court decided: the CPS as seen in court, the Witness Care Unit once told."""
        journey, chance = self.journey, self.journey.chance
        if chance.happens(0.55):
            theirs = dict(data)
            if "suspect" in data:
                theirs["suspect"] = journey.label(data["suspect"])
            journey.say("cps", type_, at, theirs)
        if chance.happens(journey.world.practice.habit(COURTS, leg).never):
            return
        at += chance.between(0, 15) * MINUTE
        heard = self.heard(at, leg)
        fact = journey.say("police", type_, at, data, wcu=True, heard=heard)
        if rule is not None:
            journey.tell([fact], rule, wcu=True, since=heard)

    def heard(self, at: datetime, leg: str) -> datetime:
        """Return when the Witness Care Unit hears of what a court did at a moment."""
        days = self.journey.world.practice.habit(COURTS, leg).days
        return self.journey.worked(at, self.journey.chance.spread(days))

    def whom(self) -> dict[str, str]:
        """Return the one suspect of a hearing, or nothing where there are several."""
        return {"suspect": self.suspects[0]} if len(self.suspects) == 1 else {}

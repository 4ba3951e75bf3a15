"""Clocks, editions, who is owed what, what ends a duty, and standings as intervals of time."""

from typing import Any

from gateway.journey.duty import Kind
from gateway.journey.standing import Interval, Standing
from shared.london import end_of, read_day
from tests.builders import CASE, CRIME, JourneyBuilder, moment


def test_an_arrest_is_held_to_the_edition_of_its_own_day() -> None:
    journey = (
        JourneyBuilder()
        .reported("2021-03-30")
        .police("2021-03-31 23:59", "suspect.arrested", suspect="S1")
        .police("2021-04-01 00:00", "suspect.arrested", suspect="S2")
    )
    first, second = journey.all_owed("R6.ARREST", "2021-06-01")
    assert (first.terms.edition, second.terms.edition) == ("VC2015", "VC2020")


def test_days_are_london_days() -> None:
    # 23:30 UTC on 31 March 2021 is half past midnight on 1 April in London.
    journey = (
        JourneyBuilder()
        .reported("2021-03-30")
        .police("2021-04-01 00:30", "suspect.arrested", suspect="S1")
    )
    assert journey.owed("R6.ARREST", "2021-06-01").terms.edition == "VC2020"


def test_before_the_first_edition_we_hold_nothing_is_owed() -> None:
    journey = (
        JourneyBuilder()
        .reported("2004-01-05")
        .police("2004-01-06", "suspect.arrested", suspect="S1")
    )
    assert journey.all_owed("R6.ARREST", "2004-06-01") == ()


def test_enhanced_rights_run_from_the_day_an_assessment_holds_good() -> None:
    journey = JourneyBuilder().reported("2024-03-04")
    journey.police("2024-03-06", "suspect.arrested", suspect="S1")
    journey.police(
        "2024-03-20",
        "needs.assessed",
        enhanced_rights=True,
        grounds=["intimidated"],
        since="2024-03-06",
    )
    found_later = journey.owed("R6.ARREST", "2024-04-01")
    assert str(found_later.due_on) == "2024-03-07"
    assert found_later.enhanced_because == "needs assessment (intimidated)"
    before = journey.owed("R6.ARREST", "2024-03-19")
    assert str(before.due_on) == "2024-03-13"


def test_an_assessment_can_end_enhanced_rights_but_not_those_of_serious_crime() -> None:
    ended = (
        JourneyBuilder()
        .reported("2024-03-04")
        .police("2024-03-05", "needs.assessed", enhanced_rights=True)
        .police("2024-03-10", "needs.assessed", enhanced_rights=False)
        .police("2024-03-11", "suspect.arrested", suspect="S1")
    )
    assert ended.owed("R6.ARREST", "2024-04-01").enhanced_because is None
    serious = (
        JourneyBuilder()
        .reported("2024-03-04", flags=["domestic_abuse"])
        .police("2024-03-10", "needs.assessed", enhanced_rights=False)
        .police("2024-03-11", "suspect.arrested", suspect="S1")
    )
    assert str(serious.owed("R6.ARREST", "2024-04-01").due_on) == "2024-03-12"


def test_a_business_is_owed_ordinary_rights_from_the_day_it_names_a_contact() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-03-04", victim_kind="business", flags=["hate"])
        .police("2024-03-05", "suspect.arrested", suspect="S1")
        .police("2024-03-06", "preferences.agreed", named_contact=True)
        .police("2024-03-07", "suspect.charged", suspect="S1")
    )
    timeline = journey.seen("2024-04-01")
    owed = [o for o in timeline.followed.obligations if o.duty.kind is Kind.CODE]
    assert [(o.duty.id, o.enhanced_because) for o in owed] == [
        ("R7.BUSINESS", None),
        ("R5.COURT", None),
        ("R6.CHARGE", None),
    ]
    not_owed = {n.duty.id: n.condition for n in timeline.followed.not_owed}
    unnamed = "a business is owed the Code's services from the day it names a contact"
    assert {not_owed["R4.REFER"], not_owed["R6.ARREST"], not_owed["R2.RECORD"]} == {unnamed}


def test_once_a_spokesperson_is_named_new_news_is_owed_on_their_journey() -> None:
    theirs = "crime:example-force/5224001234/V9"
    journey = (
        JourneyBuilder()
        .reported("2024-03-04", victim_kind="bereaved_relative")
        .police("2024-03-05", "suspect.arrested", suspect="S1")
        .police(
            "2024-03-06",
            "preferences.agreed",
            representative={"kind": "spokesperson", "reference": theirs},
        )
        .police("2024-03-07", "suspect.charged", suspect="S1")
    )
    timeline = journey.seen("2024-04-01")
    owed = {o.duty.id for o in timeline.followed.obligations}
    assert {"R4.REFER", "R6.ARREST", "R4.FLO", "R2.RECORD"} <= owed
    assert not owed & {"R6.CHARGE", "R5.COURT", "R8.BEREAVED"}
    not_owed = {n.duty.id: n.condition for n in timeline.followed.not_owed}
    spoken_for = f"owed to the family's spokesperson, on the journey of {theirs}"
    assert {not_owed["R6.CHARGE"], not_owed["R5.COURT"], not_owed["R8.BEREAVED"]} == {spoken_for}


class TestReceipt:
    """Clocks that run from when the Witness Care Unit heard of it."""

    def test_a_stated_receipt_starts_the_clock(self) -> None:
        journey = (
            JourneyBuilder()
            .reported("2024-01-02")
            .police(
                "2024-03-04",
                "case.concluded",
                suspect="S1",
                outcome="convicted",
                received_at_wcu="2024-03-07",
            )
        )
        assert str(journey.owed("R9.OUTCOME", "2024-04-01").due_on) == "2024-03-08"

    def test_before_the_receipt_the_clock_has_not_started(self) -> None:
        journey = (
            JourneyBuilder()
            .reported("2024-01-02")
            .police(
                "2024-03-04",
                "case.concluded",
                suspect="S1",
                outcome="convicted",
                received_at_wcu="2024-03-07",
            )
        )
        assert journey.owed("R9.OUTCOME", "2024-03-06").standing is Standing.NOT_STARTED
        assert journey.owed("R9.OUTCOME", "2024-03-08").standing is Standing.PENDING
        assert journey.owed("R9.OUTCOME", "2024-03-09").standing is Standing.OVERDUE

    def test_leaving_the_receipt_out_hides_nothing(self) -> None:
        concluded = {"suspect": "S1", "outcome": "convicted"}
        keyed = JourneyBuilder().reported("2024-01-02")
        keyed.police(
            "2024-03-04",
            "case.concluded",
            recorded="2024-03-05",
            received="2024-06-01",
            **concluded,
        )
        obligation = keyed.owed("R9.OUTCOME", "2024-07-01")
        assert (str(obligation.due_on), obligation.receipt_inferred) == ("2024-03-06", True)
        told_us = JourneyBuilder().reported("2024-01-02")
        told_us.police("2024-03-04", "case.concluded", received="2024-03-06", **concluded)
        assert str(told_us.owed("R9.OUTCOME", "2024-07-01").due_on) == "2024-03-07"

    def test_known_only_from_others_the_clock_was_never_recorded(self) -> None:
        journey = (
            JourneyBuilder()
            .reported("2024-01-02")
            .cps("2024-03-04", "case.concluded", suspect="S1", outcome="convicted")
        )
        obligation = journey.owed("R9.OUTCOME", "2024-04-01")
        assert (obligation.standing, obligation.due_on) == (Standing.NOT_STARTED, None)

    def test_news_after_the_fact_and_before_the_receipt_counts(self) -> None:
        journey = (
            JourneyBuilder()
            .reported("2024-01-02")
            .police(
                "2024-03-04 12:00",
                "offender.sentenced",
                suspect="S1",
                sentence_kind="fine",
                received_at_wcu="2024-03-07",
            )
            .told("2024-03-04 15:00", "offender.sentenced", carried=["effect"])
        )
        assert journey.owed("R9.SENT", "2024-04-01").standing is Standing.MET


def test_one_fact_told_by_two_agencies_starts_one_clock() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-01-02")
        .linked("2024-01-10", CASE, "crime:example-force/5224001234/V1")
        .cps("2024-03-04 11:00", "case.concluded", CASE, suspect="defendant-1", outcome="convicted")
        .police(
            "2024-03-04 16:00",
            "case.concluded",
            suspect="S1",
            outcome="convicted",
            received_at_wcu="2024-03-05",
        )
    )
    obligation = journey.owed("R9.OUTCOME", "2024-04-01")
    assert obligation.start.at == moment("2024-03-04 11:00")
    assert [event.agency for event in obligation.start.sources] == ["cps", "police"]
    assert str(obligation.due_on) == "2024-03-06"


def test_a_link_may_say_which_suspect_is_which() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-01-02")
        .police("2024-02-01", "suspect.charged", suspect="S1")
        .police("2024-02-01", "suspect.charged", suspect="S2")
        .linked(
            "2024-02-02", "crime:example-force/5224001234/V1", CASE, suspects={"B": "S1", "A": "S2"}
        )
        .cps(
            "2024-03-04",
            "prosecution.stopped",
            CASE,
            suspect="A",
            how="discontinued",
            all_proceedings_end=True,
        )
    )
    assert journey.owed("R6.CPS-STOP", "2024-04-01").start.suspect == "S2"


def test_an_agency_that_links_maps_its_own_labels_to_the_polices() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-01-02")
        .police("2024-02-01", "suspect.charged", suspect="S1")
        .police("2024-02-01", "suspect.charged", suspect="S2")
        .cps(
            "2024-02-02",
            "reference.linked",
            CASE,
            reference=CRIME,
            basis="file",
            suspects={"S2": "A"},
        )
        .cps("2024-03-04", "case.concluded", CASE, suspect="A", outcome="acquitted")
    )
    assert journey.owed("R9.OUTCOME", "2024-04-01").start.suspect == "S2"


def test_a_first_contact_that_the_2015_code_asked_for_is_not_asked_for_twice() -> None:
    sentence: dict[str, Any] = {
        "sentence_kind": "custody",
        "sentence_months": 24,
        "specified_offence": True,
    }
    journey = JourneyBuilder().reported("2020-01-02")
    journey.police("2021-03-15", "offender.sentenced", suspect="S1", **sentence)
    journey.police("2021-04-09", "contact_scheme.referred", region="example-region")
    obligation = journey.owed("R11.VLO", "2021-08-01")
    assert (obligation.terms.edition, str(obligation.due_on)) == ("VC2015", "2021-05-10")
    journey.police("2023-05-02", "offender.sentenced", suspect="S1", **sentence)
    journey.police("2023-05-09", "contact_scheme.referred", region="example-region")
    _, second = journey.all_owed("R11.VLO", "2023-08-01")
    assert (second.terms.edition, second.start.type) == ("VC2020", "contact_scheme.referred")


class TestEnding:
    """The victim's own choice ends a duty that is not yet overdue, and nothing else."""

    def arrested(self) -> JourneyBuilder:
        journey = JourneyBuilder().reported("2024-03-04")
        return journey.police("2024-03-06", "suspect.arrested", suspect="S1")

    def test_opting_out_before_the_limit_ends_it(self) -> None:
        journey = self.arrested().police("2024-03-08", "contact.declined", scope="all")
        obligation = journey.owed("R6.ARREST", "2024-04-01")
        assert obligation.standing is Standing.ENDED
        assert journey.owed("R6.ARREST", "2024-03-07").standing is Standing.PENDING

    def test_a_breach_stays_when_the_victim_opts_out_later(self) -> None:
        journey = self.arrested().police("2024-03-20", "contact.declined", scope="all")
        assert journey.owed("R6.ARREST", "2024-04-01").standing is Standing.OVERDUE

    def test_opting_in_again_revives_nothing_and_owes_what_follows(self) -> None:
        journey = (
            self.arrested()
            .police("2024-03-07", "contact.declined", scope="all")
            .police("2024-03-08", "suspect.charged", suspect="S1")
            .police("2024-03-11", "contact.resumed", scope="all")
            .police("2024-03-12", "case.concluded", suspect="S1", outcome="acquitted")
        )
        standings = {o.duty.id: o.standing for o in journey.seen("2024-06-01").followed.obligations}
        assert standings["R6.ARREST"] is Standing.ENDED
        assert standings["R6.CHARGE"] is Standing.ENDED
        assert standings["R9.OUTCOME"] is Standing.OVERDUE

    def test_an_opt_out_of_some_news_ends_only_that(self) -> None:
        journey = (
            self.arrested()
            .police("2024-03-07", "contact.declined", scope=["suspect.arrested"])
            .police("2024-03-08", "suspect.charged", suspect="S1")
        )
        standings = {o.duty.id: o.standing for o in journey.seen("2024-06-01").followed.obligations}
        assert standings["R6.ARREST"] is Standing.ENDED
        assert standings["R6.CHARGE"] is Standing.OVERDUE

    def test_declining_support_ends_the_referral_and_opting_out_does_not(self) -> None:
        declined = JourneyBuilder().reported("2024-03-04").police("2024-03-05", "support.declined")
        assert declined.owed("R4.REFER", "2024-04-01").standing is Standing.ENDED
        out = (
            JourneyBuilder()
            .reported("2024-03-04")
            .police("2024-03-05", "contact.declined", scope="all")
        )
        assert out.owed("R4.REFER", "2024-04-01").standing is Standing.OVERDUE


def test_standings_are_intervals_that_meet() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-01-02")
        .police(
            "2024-03-04",
            "case.concluded",
            suspect="S1",
            outcome="convicted",
            received_at_wcu="2024-03-07",
        )
        .told("2024-03-12 10:00", "case.concluded")
    )
    due_at = end_of(read_day("2024-03-08"))
    assert journey.owed("R9.OUTCOME", "2024-04-01").standings == (
        Interval(Standing.NOT_STARTED, moment("2024-03-04"), moment("2024-03-07")),
        Interval(Standing.PENDING, moment("2024-03-07"), due_at),
        Interval(Standing.OVERDUE, due_at, moment("2024-03-12 10:00")),
        Interval(Standing.MET_LATE, moment("2024-03-12 10:00"), None),
    )


def test_as_of_may_lie_in_the_future() -> None:
    journey = JourneyBuilder().reported("2026-11-18")
    assert journey.owed("R4.REFER", "2026-11-19").standing is Standing.PENDING
    assert journey.owed("R4.REFER", "2027-01-01").standing is Standing.OVERDUE


def test_outside_the_calendar_no_day_is_named() -> None:
    journey = JourneyBuilder().reported("2031-03-03")
    obligation = journey.owed("R4.REFER", "2031-06-01")
    assert (obligation.due_on, obligation.outside_calendar) == (None, True)
    assert obligation.standing is Standing.PENDING


def test_an_obligation_has_one_id_whatever_the_journey_or_the_order() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-03-04")
        .police("2024-03-06", "suspect.arrested", suspect="S1", id="arrest")
    )
    first = journey.owed("R6.ARREST", "2024-04-01").id
    journey.linked("2024-03-10", CASE, "crime:example-force/5224001234/V1")
    assert journey.arriving([2, 1, 0]).owed("R6.ARREST", "2024-04-01").id == first

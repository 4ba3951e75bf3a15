"""News from the courts: two legs with two owners, the total of both, and what is inferred."""

from gateway.journey.standing import Standing
from tests.builders import JourneyBuilder, moment


def concluded(received: str | None) -> JourneyBuilder:
    """A verdict on Monday 4 March 2024, which the Witness Care Unit heard of later or never."""
    data = {} if received is None else {"received_at_wcu": received}
    journey = JourneyBuilder().reported("2023-01-02")
    return journey.police(
        "2024-03-04 12:00",
        "case.concluded",
        suspect="S1",
        outcome="convicted",
        received="2024-06-01",
        **data,
    )


def test_each_leg_has_its_own_owner_and_limit() -> None:
    journey = concluded("2024-03-12 09:00").told("2024-03-13 10:00", "case.concluded")
    courts = journey.owed("R9.HMCTS", "2024-07-01")
    unit = journey.owed("R9.OUTCOME", "2024-07-01")
    assert (courts.owner, str(courts.due_on), courts.standing) == (
        "courts",
        "2024-03-11",
        Standing.MET_LATE,
    )
    assert (unit.owner, str(unit.due_on), unit.standing) == ("wcu", "2024-03-13", Standing.MET)


def test_the_total_is_shown_beside_the_legs() -> None:
    journey = concluded("2024-03-12 09:00").told("2024-03-13 10:00", "case.concluded")
    total = journey.owed("R9.OUTCOME", "2024-07-01").total
    assert total is not None
    assert (str(total.allowed), str(total.due_on)) == ("6 working days", "2024-03-12")
    assert total.standing is Standing.MET_LATE


def test_as_of_a_moment_before_the_receipt_only_the_courts_owe_anything() -> None:
    journey = concluded("2024-03-12 09:00")
    assert journey.owed("R9.HMCTS", "2024-03-11").standing is Standing.PENDING
    assert journey.owed("R9.HMCTS", "2024-03-12 08:59").standing is Standing.OVERDUE
    assert journey.owed("R9.OUTCOME", "2024-03-12 08:59").standing is Standing.NOT_STARTED
    assert journey.owed("R9.HMCTS", "2024-03-12 09:00").standing is Standing.MET_LATE
    assert journey.owed("R9.OUTCOME", "2024-03-12 09:00").standing is Standing.PENDING


def test_the_courts_are_judged_from_what_others_send() -> None:
    journey = (
        JourneyBuilder()
        .reported("2023-01-02")
        .cps("2024-03-04 12:00", "case.concluded", suspect="S1", outcome="convicted")
    )
    assert journey.owed("R9.HMCTS", "2024-03-11").standing is Standing.PENDING
    assert journey.owed("R9.HMCTS", "2024-03-12").standing is Standing.OVERDUE
    unit = journey.owed("R9.OUTCOME", "2024-03-13")
    assert (unit.standing, unit.total and unit.total.standing) == (
        Standing.NOT_STARTED,
        Standing.OVERDUE,
    )


def test_a_receipt_left_out_is_inferred_for_both_legs() -> None:
    journey = concluded(None)
    unit = journey.owed("R9.OUTCOME", "2024-07-01")
    assert (unit.receipt_inferred, unit.counted_from) == (True, moment("2024-06-01"))
    assert journey.owed("R9.HMCTS", "2024-07-01").standing is Standing.MET_LATE


def test_one_sentence_starts_the_courts_the_unit_and_the_referral() -> None:
    journey = JourneyBuilder().reported("2023-01-02")
    journey.police(
        "2024-03-04 12:00",
        "offender.sentenced",
        suspect="S1",
        sentence_kind="hospital_order",
        specified_offence=True,
        unduly_lenient_scheme=True,
        received_at_wcu="2024-03-05 09:00",
    )
    owed = {o.duty.id for o in journey.seen("2024-04-30").followed.obligations}
    assert owed >= {"R9.HMCTS", "R9.SENT", "R9.ULSINFO", "R11.REF", "ULS.REQ"}


def test_the_first_hearing_waits_for_the_charge() -> None:
    journey = JourneyBuilder().reported("2024-01-02")
    journey.police(
        "2024-03-04 12:00",
        "hearing.fixed",
        hearing="H1",
        first=True,
        received_at_wcu="2024-03-04 15:00",
    )
    journey.police("2024-03-06 10:00", "suspect.charged", suspect="S1")
    obligation = journey.owed("R6.FIRSTHRG", "2024-04-30")
    assert (obligation.owner, str(obligation.due_on)) == ("police", "2024-03-13")
    assert journey.all_owed("R8.HRG", "2024-04-30") == ()

"""What probation's victim contact teams may say, one class a message."""

from typing import Literal

from pydantic import StrictBool

from services.door.common import COMMON
from services.door.envelope import Data, Message, Phrase
from services.door.sentence import OffenderSentenced
from shared.words import ContactScheme, Milestone


class Membership(Data):
    """The victim's place in the contact scheme, and how much contact was chosen."""

    scheme: ContactScheme | None = None
    level: Phrase | None = None


class ReferralReceived(Message):
    """The referral of a victim arrived."""

    type: Literal["contact_scheme.referral_received"]
    data: Membership = Membership()


class Joined(Message):
    """The victim joined the contact scheme."""

    type: Literal["contact_scheme.joined"]
    data: Membership = Membership()


class Left(Message):
    """The victim left the contact scheme."""

    type: Literal["contact_scheme.left"]
    data: Membership = Membership()


class SentenceMilestone(Data):
    """A milestone of the offender's sentence."""

    milestone: Milestone


class OffenderMilestone(Message):
    """The offender's sentence reached a milestone."""

    type: Literal["offender.milestone"]
    data: SentenceMilestone


class SentenceReport(Data):
    """Whether the report spoke to the victim's needs."""

    needs_addressed: StrictBool | None = None


class SentenceReportCompleted(Message):
    """A report for the court that sentences was completed."""

    type: Literal["sentence_report.completed"]
    data: SentenceReport = SentenceReport()


MESSAGES: tuple[type[Message], ...] = (
    ReferralReceived,
    Joined,
    Left,
    OffenderMilestone,
    OffenderSentenced,
    SentenceReportCompleted,
    *COMMON,
)

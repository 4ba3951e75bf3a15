"""The messages that any agency may send, gathered from the door's topics in one order."""

from services.door.amending import EventCorrected, EventWithdrawn
from services.door.answering import (
    ComplaintAcknowledged,
    ComplaintAnswered,
    ComplaintReceived,
    ComplaintRedirected,
    QuestionAnswered,
    QuestionAsked,
    ReviewAcknowledged,
    ReviewDecided,
    ReviewRequested,
)
from services.door.envelope import Message
from services.door.linking import ReferenceLinked, ReferenceUnlinked
from services.door.managing import (
    BreachNoticed,
    BreachRemedied,
    BreachVictimTold,
    DepartureJustified,
    HandoverAcknowledged,
    HandoverSent,
    OfficerAssigned,
)
from services.door.saying import (
    CompensationClaimed,
    CompensationDecided,
    FeedbackReceived,
    NeedsChanged,
    RepresentationsInvited,
    RepresentationsMade,
    StatementMade,
    StatementRead,
)
from services.door.telling import ContactDeclined, ContactResumed, VictimOffered, VictimTold

COMMON: tuple[type[Message], ...] = (
    VictimTold,
    VictimOffered,
    ContactDeclined,
    ContactResumed,
    StatementMade,
    StatementRead,
    NeedsChanged,
    RepresentationsInvited,
    RepresentationsMade,
    CompensationClaimed,
    CompensationDecided,
    FeedbackReceived,
    ReviewRequested,
    ReviewAcknowledged,
    ReviewDecided,
    ComplaintReceived,
    ComplaintAcknowledged,
    ComplaintAnswered,
    ComplaintRedirected,
    QuestionAsked,
    QuestionAnswered,
    OfficerAssigned,
    HandoverSent,
    HandoverAcknowledged,
    DepartureJustified,
    BreachNoticed,
    BreachVictimTold,
    BreachRemedied,
    ReferenceLinked,
    ReferenceUnlinked,
    EventCorrected,
    EventWithdrawn,
)

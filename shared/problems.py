"""Every way the services say no, on one tree.

Problem
├── NotJson               400  the body is not JSON that can be trusted
├── NoToken               401  the request does not say, so that it can be believed, who asks
├── NotYours              403  the sender speaks for somebody else
├── NotPermitted          403  the caller's roles do not open this address
├── NotFound              404  there is nothing at this address
│   ├── UnknownJourney    404  no journey has this id
│   ├── UnknownEvent      404  no event is kept under this source and id
│   ├── UnknownObligation 404  nothing with this id was owed on this journey
│   ├── UnknownPublication 404 no publication or edition has this id
│   └── UnknownSample     404  no sample has this id
├── NotAllowed            405  the address does not take this method
├── TooSlow               408  the rest of the body did not come
├── ChangedStory          409  this identity was kept before with other content
├── AlreadyReplaced       409  the case was replaced before, for another reason
├── ActionStands          409  the action is over, or the id was used for something else
├── TooLarge              413  the body is larger than the door takes
├── NotAccepted           415  the body is of a kind the door does not read
├── BadMessage            422  a message that cannot be kept as it is
├── BadQuestion           422  a question that cannot be answered as it is asked
├── TooMany               429  one organisation has too many events waiting
├── TooOften              429  one caller asks too often
├── Failed                500  our fault; send it again
├── NotReady              503  the store cannot be reached; send it again
├── NoKeys                503  the issuer's keys cannot be fetched; send it again
└── TooBusy               503  too much is under way; send it again
"""

from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any, ClassVar

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: the field (a dotted path), what was wrong with it and what to do."""

    field: str
    wrong: str
    remedy: str


class Problem(Exception):
    """A refusal in the form of RFC 9457; `faults` name each field, what was wrong, the remedy."""

    name: ClassVar[str]
    title: ClassVar[str]
    status: ClassVar[HTTPStatus]

    def __init__(self, detail: str, *faults: Fault, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = faults
        self.headers = headers or {}

    def body(self) -> dict[str, Any]:
        """Return the problem as the JSON object that the caller is sent."""
        return {
            "type": f"urn:victim-journey:problem:{self.name}",
            "title": self.title,
            "status": self.status.value,
            "detail": self.detail,
            "errors": [asdict(fault) for fault in self.faults],
        }


class NotJson(Problem):
    """The body is not JSON that can be trusted: broken, ambiguous or beyond what JSON can hold."""

    name = "not-json"
    title = "The body is not JSON we can trust"
    status = HTTPStatus.BAD_REQUEST


class NoToken(Problem):
    """There is no token, or none that can be believed: not the issuer's, not for us, or expired."""

    name = "no-token"
    title = "Who asks is not known"
    status = HTTPStatus.UNAUTHORIZED


class NotPermitted(Problem):
    """The token is good, and none of its roles opens this address."""

    name = "not-permitted"
    title = "This address is not for that role"
    status = HTTPStatus.FORBIDDEN


class NotYours(Problem):
    """The sender speaks for another agency or organisation than its own."""

    name = "not-yours"
    title = "This door is not for that sender"
    status = HTTPStatus.FORBIDDEN


class NotFound(Problem):
    """There is nothing at this address."""

    name = "not-found"
    title = "There is nothing at this address"
    status = HTTPStatus.NOT_FOUND


class UnknownJourney(NotFound):
    """No journey has this id, or had it at the moment that was asked about."""

    name = "unknown-journey"
    title = "No such journey"


class UnknownObligation(NotFound):
    """Nothing with this id was owed on this journey, as seen and known at the moments asked."""

    name = "unknown-obligation"
    title = "There is no such obligation"


class UnknownSample(NotFound):
    """No sample has this id."""

    name = "unknown-sample"
    title = "No such sample"


class UnknownPublication(NotFound):
    """No publication has this id, or this edition, or the caller may see nothing of it."""

    name = "unknown-publication"
    title = "No such publication"


class UnknownEvent(NotFound):
    """No event of this agency is kept under this source and id."""

    name = "unknown-event"
    title = "No such event"


class NotAllowed(Problem):
    """The address exists and does not take this method."""

    name = "not-allowed"
    title = "This address does not take that method"
    status = HTTPStatus.METHOD_NOT_ALLOWED


class TooSlow(Problem):
    """The rest of the body did not come in time."""

    name = "too-slow"
    title = "The rest of the body did not come"
    status = HTTPStatus.REQUEST_TIMEOUT


class ChangedStory(Problem):
    """The same source and id were kept before with other content; the first story stands."""

    name = "changed-story"
    title = "This event was already kept, and it said something else"
    status = HTTPStatus.CONFLICT


class AlreadyReplaced(Problem):
    """The case was replaced before, for another reason; the first replacement stands."""

    name = "already-replaced"
    title = "This case was replaced before"
    status = HTTPStatus.CONFLICT


class ActionStands(Problem):
    """The action is over, or its id was used before to say something else; what was said stands."""

    name = "action-stands"
    title = "The action stands as it was said"
    status = HTTPStatus.CONFLICT


class TooLarge(Problem):
    """The body is larger than the door takes."""

    name = "too-large"
    title = "The body is too large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class NotAccepted(Problem):
    """The body is of a media type the door does not read."""

    name = "not-accepted"
    title = "This kind of body is not read here"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class BadMessage(Problem):
    """A message that cannot be kept as it is; every fault names its field and remedy."""

    name = "bad-message"
    title = "The message cannot be kept as it is"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class BadQuestion(Problem):
    """A question that cannot be answered as it is asked."""

    name = "bad-question"
    title = "The question cannot be answered as it is"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class TooMany(Problem):
    """One organisation has too many events waiting; nothing was lost, send the same again."""

    name = "too-many"
    title = "Events come faster than they can be kept"
    status = HTTPStatus.TOO_MANY_REQUESTS


class TooOften(Problem):
    """One caller asks more often than it may; ask the same again after `Retry-After` seconds."""

    name = "too-often"
    title = "Requests come faster than they are taken"
    status = HTTPStatus.TOO_MANY_REQUESTS


class Failed(Problem):
    """Something broke on our side; the same can be sent again, and is kept once."""

    name = "failed"
    title = "Something broke on our side"
    status = HTTPStatus.INTERNAL_SERVER_ERROR


class NotReady(Problem):
    """The store cannot be reached just now; nothing was lost, and the same can be sent again."""

    name = "not-ready"
    title = "The store cannot be reached"
    status = HTTPStatus.SERVICE_UNAVAILABLE


class NoKeys(Problem):
    """The issuer's keys cannot be fetched just now, so that no token can be checked; ask again."""

    name = "no-keys"
    title = "Tokens cannot be checked"
    status = HTTPStatus.SERVICE_UNAVAILABLE


class TooBusy(Problem):
    """Too much is under way just now; nothing was lost, and the same can be sent again."""

    name = "too-busy"
    title = "Too much is under way"
    status = HTTPStatus.SERVICE_UNAVAILABLE

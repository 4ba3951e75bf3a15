"""From a request's bytes to messages: strict JSON, and faults the sender can act on."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, get_args

from pydantic import BaseModel, ValidationError

from services.door.envelope import ENVELOPE, Message
from shared.faults import fault_of
from shared.problems import BadMessage, Fault, NotJson
from shared.words import FIELDS, nearest


class _Twice(dict[str, Any]):
    """A JSON object in which a key stood more than once, and the key."""

    key: str


def _not_a_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number that JSON has")


@dataclass(slots=True)
class Sent:
    """What a body says; `doubtful` where something in it may be what nobody can trust."""

    value: Any
    doubtful: bool


class _Decoder:
    """A decoder of JSON that is made once, and notes whether a key stood twice."""

    def __init__(self) -> None:
        self.twice = False
        self.decode = json.JSONDecoder(
            object_pairs_hook=self._object, parse_constant=_not_a_number
        ).decode

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        read = dict(pairs)
        if len(read) == len(pairs):
            return read
        self.twice = True
        twice = _Twice(read)
        seen: set[str] = set()
        twice.key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        return twice


_decoder = _Decoder()


def read_json(body: bytes) -> Sent:
    """Read a body as strict JSON in UTF-8; raises NotJson, naming the place.

    An object with a key twice is read, and refused item by item in `faults_of_json`, so that one
    bad item of a batch never loses the others.
    """
    _decoder.twice = False
    try:
        value = _decoder.decode(body.decode())
        return Sent(value, _decoder.twice or _DOUBTFUL.search(body) is not None)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        fault = Fault("body", f"is not JSON at {place}: {error.msg}", "send the event as JSON")
        raise NotJson(f"The body is not JSON at {place}.", fault) from error
    except RecursionError as error:
        fault = Fault("body", "is nested too deeply", "send one CloudEvent, or an array of them")
        raise NotJson("The body is nested too deeply.", fault) from error
    except UnicodeDecodeError as error:
        fault = Fault("body", "is not UTF-8", "encode the JSON in UTF-8")
        raise NotJson("The body is not UTF-8.", fault) from error
    except ValueError as error:
        fault = Fault("body", str(error), "leave the field out where there is no value")
        raise NotJson("The body is not JSON.", fault) from error


def faults_of_json(value: Any, path: str = "") -> Iterable[Fault]:
    """Yield what JSON allows and nobody can trust: a key twice, a NUL, half a character."""
    if isinstance(value, dict):
        if isinstance(value, _Twice):
            field = f"{path}.{value.key}".lstrip(".")
            yield Fault(field, "stands twice in one object", "send it once")
        for key, inner in value.items():
            yield from faults_of_json(key, path)
            yield from faults_of_json(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from faults_of_json(inner, f"{path}.{place}")
    elif isinstance(value, str) and ("\x00" in value or _LONE_SURROGATE.search(value)):
        yield Fault(
            path.lstrip(".") or "body",
            "holds a NUL or half a character, which cannot be stored",
            "take the character out",
        )


_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# The only way into JSON for a NUL or half a character; whole ones are escaped so as well.
_DOUBTFUL = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_EXTENSION = re.compile(r"[a-z0-9]+")


def types_of(message: type[Message]) -> tuple[str, ...]:
    """Return the types of event that a message may have."""
    return get_args(message.model_fields["type"].annotation)


def remedy_for_type(type_: object, known: Iterable[str]) -> str:
    """Say what to do about a type that an agency does not send."""
    if isinstance(type_, str) and type_ in FIELDS:
        return f"{type_} is another agency's word: send it at that agency's service"
    near = nearest(str(type_), known)
    return f"did you mean {near}?" if near else "use a type of this service's /v1/vocabulary"


class Reader:
    """Reads items of JSON as one agency's messages, by one schema a message."""

    def __init__(self, messages: Sequence[type[Message]]) -> None:
        self.types: Mapping[str, type[Message]] = {
            type_: message for message in messages for type_ in types_of(message)
        }

    def read(self, item: Any, *, doubtful: bool = True) -> Message:
        """Return one item as a message; raises BadMessage with every fault."""
        if not isinstance(item, dict):
            fault = Fault("body", "is not a JSON object", "send one CloudEvent as an object")
            raise BadMessage("An event is a JSON object.", fault)
        faults: list[Fault] = []
        if doubtful:
            faults += faults_of_json(item)
        if not item.keys() <= ENVELOPE:
            faults += self._faults_of_names(item)
        if not faults:
            try:
                return _held_to(self._named(item.get("type")), item)
            except ValidationError as error:
                faults = self._faults_of(error, item)
        raise _refusal(faults)

    def readings(self, item: Mapping[str, Any]) -> Iterable[Message]:
        """Yield an item without a type as each of the messages that it may be."""
        for type_, message in self.types.items():
            try:
                yield _held_to(message, {**item, "type": type_})
            except ValidationError:
                continue

    def _named(self, type_: object) -> type[Message]:
        """Return the message of a type; raises BadMessage where there is none."""
        message = self.types.get(type_) if isinstance(type_, str) else None
        if message is not None:
            return message
        if type_ is None:
            raise _refusal([Fault("type", "is missing", "name the type of the event")])
        remedy = remedy_for_type(type_, self.types)
        raise _refusal([Fault("type", "is not a type this service takes", remedy)])

    def _faults_of_names(self, item: Mapping[str, Any]) -> Iterable[Fault]:
        for name in item:
            if _EXTENSION.fullmatch(name) is None:
                near = nearest(name.lower(), ENVELOPE)
                yield Fault(
                    name,
                    "is not a CloudEvents attribute",
                    (f"did you mean {near}? " if near else "")
                    + "attribute names are lower-case letters and digits",
                )

    def _faults_of(self, error: ValidationError, item: Mapping[str, Any]) -> list[Fault]:
        faults: dict[str, Fault] = {}
        for wrong in error.errors(include_url=False):
            fault = self._fault(wrong, _path_in(item, wrong), item)
            first = faults.setdefault(fault.field, fault)
            if fault.remedy != first.remedy:  # the value may be written in more ways than one
                remedy = f"{first.remedy}, or {fault.remedy}"
                faults[fault.field] = Fault(first.field, first.wrong, remedy)
        # Of those ways, the one that came furthest into the value is the one that was meant.
        return [
            fault
            for field, fault in faults.items()
            if not any(other.startswith(f"{field}.") for other in faults)
        ]

    def _fault(self, wrong: Any, path: list[str], item: Mapping[str, Any]) -> Fault:
        kind, field = wrong["type"], ".".join(path)
        if kind == "extra_forbidden":
            return self._unknown_field(path, item)
        return fault_of(wrong, field)

    def _unknown_field(self, path: list[str], item: Mapping[str, Any]) -> Fault:
        model: type[BaseModel] | None = self.types[item["type"]]
        for step in path[:-1]:
            model = model and _model_under(model, step)
        near = nearest(path[-1], _names_of(model) if model else ())
        holder = item["type"] if len(path) == 2 else ".".join(path[:-1])
        remedy = f"did you mean {near}?" if near else "leave it out"
        return Fault(".".join(path), f"is not a field of {holder}", remedy)


def _path_in(item: Mapping[str, Any], wrong: Any) -> list[str]:
    """Return where in an item something is wrong, without the names of the ways it was tried."""
    path: list[str] = []
    value: Any = item
    for place, step in enumerate(wrong["loc"], start=1):
        keyed = isinstance(value, Mapping) and step in value
        if keyed or (isinstance(value, list) and isinstance(step, int)):
            value = value[step]
        elif wrong["type"] != "missing" or place < len(wrong["loc"]):
            continue
        path.append(str(step))
    return path


def _names_of(model: type[BaseModel]) -> Mapping[str, str]:
    """Return the fields of a model as they are written in JSON, with their own names."""
    return {field.alias or name: name for name, field in model.model_fields.items()}


def _model_under(model: type[BaseModel], step: str) -> type[BaseModel] | None:
    """Return the model of what stands under one field of a model, or None where it has none."""
    name = _names_of(model).get(step)
    if name is None:
        return None
    annotation = model.model_fields[name].annotation
    for one in (annotation, *get_args(annotation)):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one
    return None


def _held_to(message: type[Message], item: Mapping[str, Any]) -> Message:
    """Return an item as a message; raises ValidationError."""
    # What model_validate calls, without what it asks and hands over on the way there: an eighth of
    # the time, of what a door spends most of its time on.
    held: Message = message.__pydantic_validator__.validate_python(item)
    return held


def _refusal(faults: Sequence[Fault]) -> BadMessage:
    found = count(len(faults), "fault")
    return BadMessage(f"The event has {found}; nothing of it was kept.", *faults)


def count(number: int, what: str) -> str:
    """Say a number of things: 1 fault, 2 faults."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"

"""What Pydantic found wrong, in words on which whoever sent it can act."""

import re
from collections.abc import Mapping
from typing import Any

from shared.problems import Fault
from shared.words import nearest


class Wrong(ValueError):
    """A value that its field cannot take, with what is wrong and what to do, for the sender."""

    def __init__(self, wrong: str, remedy: str) -> None:
        super().__init__(wrong)
        self.wrong = wrong
        self.remedy = remedy


_SAID: Mapping[str, tuple[str, str]] = {
    "missing": ("is missing", "add it"),
    "model_type": ("is not an object", "send an object"),
    "dict_type": ("is not an object", "send an object"),
    "list_type": ("is not an array", "send an array"),
    "string_type": ("is not text", "send text"),
    "bool_type": ("is not true or false", "send true or false"),
    "int_type": ("is not a whole number", "send a whole number"),
    "float_type": ("is not a number", "send a number"),
    "string_too_short": ("is empty", "write something, or leave the field out"),
    "string_too_long": ("is too long", "write at most {max_length} characters"),
    "too_short": ("is empty", "send at least {min_length}"),
    "too_long": ("is too long", "send at most {max_length}"),
    "greater_than_equal": ("is too small", "send {ge:g} or more"),
    "less_than_equal": ("is too large", "send {le:g} or less"),
    "int_parsing": ("is not a whole number", "send a whole number"),
    "bool_parsing": ("is not true or false", "send true or false"),
    "uuid_parsing": ("is not an id", "send an id as it was given, such as a journey's `id`"),
    "string_pattern_mismatch": (
        "is not written as it must be",
        "send it as it was given; it fits {pattern}",
    ),
}


def fault_of(wrong: Any, field: str) -> Fault:
    """Return one error of Pydantic's, on a field, in words fit for the sender."""
    kind, context = wrong["type"], wrong.get("ctx", {})
    if kind in ("literal_error", "enum"):
        expected = context["expected"].replace("True", "'true'")
        near = nearest(str(wrong["input"]), re.findall("'([^']+)'", expected))
        remedy = "use " + expected.replace("'", "")
        return Fault(
            field,
            "is not one of its values",
            f"did you mean {near}? {remedy}" if near else remedy,
        )
    if isinstance(context.get("error"), Wrong):
        return Fault(field, context["error"].wrong, context["error"].remedy)
    if kind in _SAID:
        said, remedy = _SAID[kind]
        return Fault(field, said, remedy.format(**context))
    return Fault(field, f"is not right: {wrong['msg'][:1].lower()}{wrong['msg'][1:]}", "correct it")

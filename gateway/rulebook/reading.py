"""Reads one file of the rulebook with the line of every part, and tells what is wrong in words."""

import re
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gateway.journey.duty import Where
from gateway.rulebook.examples import plain
from gateway.rulebook.grammar import Part, part_at, rule_group, suggest
from gateway.rulebook.refusal import Refusal, RuleFault
from shared.words import FIELDS

Place = tuple[str | int, ...]
_Model = TypeVar("_Model", bound=Part)

_SENTENCE = re.compile(r"# [A-Z].*[.]")
_OWN_WORDS = frozenset(refusal.value for refusal in Refusal)
_MAPPING, _LIST = "a set of words with values", "a list"
_SHOULD_BE = {
    "string_type": "text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "tuple_type": _LIST,
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "greater_than_equal": "a right from 1 to 12",
    "less_than_equal": "a right from 1 to 12",
}


class Reading:
    """One file while it is read, with every fault found on the way."""

    def __init__(self, file: Traversable) -> None:
        self.name = file.name
        self.faults: list[RuleFault] = []
        self.lines: dict[Place, int] = {}
        self._content = file.read_bytes()

    def read(self, model: type[_Model], called: str) -> _Model | None:
        """Return what the file says in the shape of a model, or None with the faults.

        `called` names in a fault what the whole file is.
        """
        try:
            text = self._content.decode()
            node = yaml.compose(text, yaml.SafeLoader)
        except (UnicodeDecodeError, yaml.YAMLError) as error:
            self._refuse_yaml(error)
            return None
        if not _SENTENCE.fullmatch(text.partition("\n")[0].rstrip()):
            words = "the file does not say what it is for: begin it with '# One sentence.'"
            self.faults.append(RuleFault(self.name, 1, Refusal.NO_SENTENCE, words))
        raw = None if node is None else self._value(node, ())
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            for details in error.errors(include_url=False):
                self._refuse_details(details, model, called)
            return None

    def refuse(self, place: Place, refusal: Refusal, words: str) -> None:
        """Note a fault at the line of a place, or of the nearest part around it."""
        while place not in self.lines and place:
            place = place[:-1]
        self.faults.append(RuleFault(self.name, self.lines.get(place, 1), refusal, words))

    def check_id(self, id_: str, right: int, place: Place = ()) -> None:
        """Refuse an id that is malformed or stands under another right."""
        group, named = rule_group(id_)
        if group is None:
            words = f"'{id_}' is not an id: write it like R{right}.ARREST"
            self.refuse((*place, "id"), Refusal.BAD_ID, words)
        elif named not in (None, right):
            words = f"{id_} stands under right {right}: change the id or the right"
            self.refuse((*place, "right"), Refusal.BAD_ID, words)

    def check_where(
        self, place: Place, where: Where, facts: tuple[str, ...], *, typed: bool = False
    ) -> None:
        """Refuse tests of what these facts do not have; `typed` ones may test their own `type`.

        Of several facts all must have the field, or those whose `type` is tested beside it, unless
        the test says what it must not hold: a fact without it passes.
        """
        for index, tests in enumerate(where.alternatives):
            types = {value for test in tests if test.field == "type" for value in test.any_of}
            meant = tuple(fact for fact in facts if typed and fact in types) or facts
            for test in tests:
                single, listed = (*place, "where", test.field), (*place, "where", index)
                where_it_is = single if single in self.lines else (*listed, test.field)
                if typed and test.field == "type":
                    for value in (*test.any_of, *test.none_of):
                        if value not in facts:
                            words = f"'{value}' is no type tested here: {suggest(value, facts)}"
                            self.refuse(where_it_is, Refusal.UNKNOWN_WORD, words)
                    continue
                lacking = [fact for fact in meant if test.field not in FIELDS[fact]]
                if test.none_of and len(lacking) < len(meant):
                    continue
                for fact in lacking:
                    remedy = suggest(test.field, FIELDS[fact])
                    words = f"'{test.field}' is not a field of {fact}: {remedy}"
                    self.refuse(where_it_is, Refusal.UNKNOWN_WORD, words)

    def _refuse_yaml(self, error: UnicodeDecodeError | yaml.YAMLError) -> None:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        words = f"the file is not YAML in UTF-8 ({problem}): quote the text, or mend the indents"
        line = mark.line + 1 if mark is not None else 1
        self.faults.append(RuleFault(self.name, line, Refusal.NOT_YAML, words))

    def _value(self, node: yaml.Node, place: Place) -> Any:
        """Return what a node says, and note the line of it and of everything in it."""
        self.lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            mapping: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key = str(key_node.value)
                here = (*place, key)
                if key in mapping:
                    line = key_node.start_mark.line + 1
                    words = f"'{key}' is given twice: keep one of them"
                    self.faults.append(RuleFault(self.name, line, Refusal.DUPLICATE_KEY, words))
                self.lines[here] = key_node.start_mark.line + 1
                mapping[key] = self._value(value_node, here)
            return mapping
        if isinstance(node, yaml.SequenceNode):
            return tuple(self._value(item, (*place, i)) for i, item in enumerate(node.value))
        text = str(node.value)
        if isinstance(node, yaml.ScalarNode) and node.style is not None:
            return text  # quoted: text, whatever it looks like
        return plain(text) if text else None

    def _refuse_details(self, details: ErrorDetails, model: type[Part], called: str) -> None:
        place, kind = details["loc"], details["type"]
        word = next((step for step in reversed(place) if isinstance(step, str)), "")
        if kind in _OWN_WORDS:
            self.refuse(place, Refusal(kind), details["msg"])
        elif kind == "extra_forbidden":
            part = next((s for s in reversed(place[:-1]) if isinstance(s, str)), "")
            known = part_at(model, place[:-1]).model_fields
            of = f"'{part}'" if part else called
            words = f"'{word}' is not a word of {of}: {suggest(word, known)}"
            self.refuse(place, Refusal.UNKNOWN_KEY, words)
        elif kind == "missing" and word == "cite":
            words = "these terms are not cited: add cite with source, at, confidence and says"
            self.refuse(place, Refusal.UNCITED, words)
        elif kind == "missing":
            self.refuse(place, Refusal.MISSING_KEY, f"'{word}' is missing: add it")
        else:
            wanted = _SHOULD_BE.get(kind, details["msg"])
            self.refuse(place, Refusal.WRONG_TYPE, f"'{word or 'the file'}' should be {wanted}")

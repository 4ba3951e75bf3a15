"""Every way the rulebook refuses a rule file, with place, what is wrong and the remedy."""

from dataclasses import dataclass
from enum import StrEnum


class Refusal(StrEnum):
    """Why a rule file is refused."""

    NO_RULES = "no_rules"
    NO_SENTENCE = "no_sentence"
    NOT_YAML = "not_yaml"
    DUPLICATE_KEY = "duplicate_key"
    UNKNOWN_KEY = "unknown_key"
    MISSING_KEY = "missing_key"
    WRONG_TYPE = "wrong_type"
    UNKNOWN_WORD = "unknown_word"
    BAD_DATE = "bad_date"
    BAD_ALLOWANCE = "bad_allowance"
    BAD_WHERE = "bad_where"
    BAD_ID = "bad_id"
    UNCITED = "uncited"
    TERMS_ORDER = "terms_order"
    WAYS_TO_START = "ways_to_start"
    WAYS_TO_MEET = "ways_to_meet"
    NO_EXAMPLES = "no_examples"
    NONE_KEPT = "none_kept"
    NONE_BROKEN = "none_broken"
    BAD_EXAMPLE = "bad_example"
    BAD_EVENT = "bad_event"
    EXAMPLE_FAILS = "example_fails"
    RULE_TWICE = "rule_twice"
    UNKNOWN_RULE = "unknown_rule"
    UNKNOWN_EDITION = "unknown_edition"


@dataclass(frozen=True, slots=True, order=True)
class RuleFault:
    """One thing wrong with one rule file, at a line counted from 1, in words with the remedy."""

    file: str
    line: int
    refusal: Refusal
    words: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.words}"


class RulebookError(ValueError):
    """The rule files cannot be trusted; `faults` holds everything wrong with all of them."""

    def __init__(self, faults: list[RuleFault]) -> None:
        self.faults = sorted(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

"""The Victims' Code as data: the room of the rule files and of what reads them."""

from gateway.rulebook.bank_holidays import england_and_wales
from gateway.rulebook.drafts import load_draft, load_drafts
from gateway.rulebook.load import load_rulebook
from gateway.rulebook.refusal import RulebookError

__all__ = [
    "RulebookError",
    "england_and_wales",
    "load_draft",
    "load_drafts",
    "load_rulebook",
]

"""Which recorded needs are known here, and what that is recorded would answer each of them.

A reading, not the Code: agencies write needs in words of their own, and only those listed here are
taken for one of these needs. What answers a need answers it whenever it came, because an assessment
may write down what had been seen to before.
"""

from collections.abc import Iterator
from dataclasses import dataclass

# Words for having none, which are no need.
NONE = frozenset(
    {
        "",
        "n a",
        "na",
        "no",
        "no needs",
        "no needs identified",
        "no support needs",
        "none",
        "none identified",
        "not applicable",
        "not known",
        "nothing",
        "unknown",
    }
)


@dataclass(frozen=True, slots=True)
class Need:
    """One kind of need: the words it is recorded in, and the offers and deeds that answer it.

    `or_reason`: that it was not offered, with the reason, answers it too. `at_court`: it counts
    from the charge on, because before it there is no court to need it for.
    """

    about: str
    says: str
    words: frozenset[str]
    offers: frozenset[str]
    done: tuple[str, ...] = ()
    or_reason: bool = False
    at_court: bool = False


INTERPRETER = Need(
    "interpreter",
    "an interpreter",
    frozenset(
        {"bsl", "bsl interpreter", "british sign language", "interpreter", "sign language"}
        | {"sign language interpreter", "interpreter required", "interpreter needed"}
    ),
    frozenset({"interpreter"}),
)
# Whoever has an interpreter can be told what a letter says (R1.TRANSLATE: or an oral summary).
TRANSLATION = Need(
    "translation",
    "another language than English",
    frozenset({"translation", "translator", "translated letters", "translation required"}),
    frozenset({"translation", "interpreter"}),
)
OTHER = "other_need"

NEEDS: tuple[Need, ...] = (
    INTERPRETER,
    TRANSLATION,
    Need(
        "special_measures",
        "special measures in court",
        frozenset(
            {"special measures", "special measures required", "screens", "screen", "live link"}
            | {"video link", "live tv link", "evidence in private", "evidence behind screens"}
            | {"pre recorded evidence", "pre recorded cross examination", "wigs and gowns removed"}
        ),
        frozenset({"special_measures"}),
        ("special_measures.applied", "special_measures.decided"),
        or_reason=True,
        at_court=True,
    ),
    Need(
        "separate_waiting",
        "a separate place to wait at court",
        frozenset(
            {"safe room", "safe room at court", "separate entrance", "separate waiting"}
            | {"separate waiting area", "separate waiting room"}
        ),
        frozenset({"separate_waiting", "special_measures"}),
        ("special_measures.applied", "special_measures.decided"),
        or_reason=True,
        at_court=True,
    ),
    Need(
        "registered_intermediary",
        "a registered intermediary",
        frozenset(
            {"intermediary", "registered intermediary", "communication needs", "communication aid"}
            | {"communication difficulties", "communication support"}
        ),
        frozenset({"registered_intermediary"}),
        or_reason=True,
    ),
    Need(
        "supporter",
        "somebody to be with them",
        frozenset({"accompanied", "appropriate adult", "supporter", "person to accompany"}),
        frozenset({"supporter", "registered_intermediary"}),
        or_reason=True,
    ),
    Need(
        "officer_gender",
        "an officer of a certain gender",
        frozenset({"female officer", "male officer", "officer gender", "officer of same gender"}),
        frozenset({"officer_gender"}),
    ),
    Need(
        "support",
        "support",
        frozenset(
            {"counselling", "emotional support", "idva", "independent adviser", "isva", "support"}
            | {"practical support", "specialist support", "support service", "victim support"}
        ),
        frozenset({"support", "specialist_support"}),
        ("support.referred", "support.declined", "safeguarding.referred"),
        or_reason=True,
    ),
    Need(
        "safeguarding",
        "being kept safe",
        frozenset({"refuge", "safeguarding", "safety", "safety plan", "safety planning"}),
        frozenset({"specialist_support", "support"}),
        ("safeguarding.referred", "support.referred"),
    ),
)
# A need in words that are not known here is answered by whatever answers any need.
UNKNOWN = Need(
    OTHER,
    "something that is not named here",
    frozenset(),
    frozenset().union(*(need.offers for need in NEEDS)) | {"court_visit", "supporter"},
    tuple(dict.fromkeys(type_ for need in NEEDS for type_ in need.done)),
    or_reason=True,
)
ENGLISH = frozenset({"en", "en gb", "eng", "english", "british english"})

_BY_WORD = {word: need for need in NEEDS for word in need.words}


def plain(text: str) -> str:
    """Write a recorded word so that it can be compared: `Safe_room`, safe room."""
    return " ".join(text.casefold().replace("_", " ").replace("-", " ").replace("/", " ").split())


def needs_in(words: list[str]) -> Iterator[Need]:
    """Yield each need that these recorded words name, once; UNKNOWN for words not known here."""
    found = {}
    for word in map(plain, words):
        if word not in NONE:
            need = _BY_WORD.get(word, UNKNOWN)
            found[need.about] = need
    yield from found.values()

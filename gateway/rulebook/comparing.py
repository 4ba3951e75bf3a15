"""Compares two editions of the Code, duty by duty."""

from collections.abc import Iterable, Iterator

from gateway.journey.duty import Duty, Kind, Terms
from gateway.rulebook.lists import Edition
from gateway.rulebook.saying import limits, what_differs


def compare(one: Edition, other: Edition, duties: Iterable[Duty]) -> Iterator[str]:
    """Yield the lines that tell how a start under one edition differs from one under the other.

    Each duty is held to the terms in force on the first day of either edition. Only duties of the
    Code are compared: what stands beside it does not change with an edition.
    """
    same = changed = 0
    for duty in duties:
        if duty.kind is not Kind.CODE:
            continue
        terms = duty.terms_on(one.in_force), duty.terms_on(other.in_force)
        if terms == (None, None):
            continue
        lines = list(_difference(duty, *terms, one, other))
        if lines:
            changed += 1
            yield f"{duty.id}: {duty.title}"
            yield from (f"  {line}" for line in lines)
        else:
            same += 1
    yield f"{changed} duties differ between {one.id} and {other.id}, {same} are the same."
    yield "What is only in one may have been in the other too, and not been read there."


def _difference(
    duty: Duty, first: Terms | None, second: Terms | None, one: Edition, other: Edition
) -> Iterator[str]:
    if first is None or second is None:
        terms, edition = (second, other) if first is None else (first, one)
        if terms is not None:
            yield f"only in {edition.id}: {limits(terms)}"
        return
    said = what_differs(duty, first), what_differs(duty, second)
    for name in said[0]:
        if said[0][name] != said[1][name]:
            yield f"{name}: {said[0][name]} -> {said[1][name]}"

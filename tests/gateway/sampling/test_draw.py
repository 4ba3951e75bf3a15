"""The draw: the same from frame and seed for ever, fair to every journey, and told by its hash."""

import hashlib
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sampling.draw import BadFrame, Drawing, Sample, Wanted, label_of

Frame = list[tuple[str, str]]

labels = st.sampled_from(["", "police=dorset", "police=kent", "cps=&month=2024-03"])
frames = st.dictionaries(st.uuids().map(str), labels, max_size=60).map(
    lambda strata: sorted(strata.items())
)


def drawn(frame: Frame, seed: str, cases: int, reserve: int = 0, at_once: int = 7) -> Sample:
    drawing = Drawing(seed, {}, Wanted(cases, reserve))
    for first in range(0, len(frame), at_once):
        drawing.take(frame[first : first + at_once])
    return drawing.sample()


def named(count: int, label: str = "") -> Frame:
    return [(str(UUID(int=number)), label) for number in range(1, count + 1)]


@given(frames, st.text(st.characters(categories=["L", "N"]), min_size=1), st.integers(0, 9))
def test_a_draw_is_the_beginning_of_the_order_of_the_hashes(
    frame: Frame, seed: str, cases: int
) -> None:
    """Worked out here the long way, with nothing of the draw's own."""
    sample = drawn(frame, seed, cases, reserve=3)
    assert sample.size == len(frame)
    lines = "".join(f"{journey},{label}\n" for journey, label in frame)
    assert sample.sha256 == hashlib.sha256(lines.encode()).hexdigest()
    assert sum(stratum.population for stratum in sample.strata.values()) == len(frame)
    for label, stratum in sample.strata.items():
        own = [journey for journey, of in frame if of == label]
        own.sort(key=lambda j: hashlib.sha256(f"{seed}\n{label}\n{j}".encode()).hexdigest())
        assert stratum.population == len(own)
        assert [*stratum.cases] == own[:cases]
        assert [*stratum.reserve] == own[cases : cases + 3]


@given(frames, st.integers(1, 20))
def test_how_the_frame_comes_in_changes_nothing(frame: Frame, at_once: int) -> None:
    assert drawn(frame, "s", 4, 2, at_once) == drawn(frame, "s", 4, 2, at_once=1000)


@given(frames, st.data())
def test_whatever_else_is_in_the_frame_a_stratum_comes_out_the_same(
    frame: Frame, data: st.DataObject
) -> None:
    """A journey that joins or leaves moves no other's place in the order."""
    kept = [row for row in frame if data.draw(st.booleans())]
    whole, part = drawn(frame, "s", 100), drawn(kept, "s", 100)
    for label, stratum in part.strata.items():
        ours = {journey for journey, _ in kept}
        assert stratum.cases == tuple(j for j in whole.strata[label].cases if j in ours)


def test_every_journey_is_drawn_as_often_as_every_other() -> None:
    """Over 3,000 seeds 5 of 20 are each drawn 750 times, give or take five standard deviations."""
    frame, seeds = named(20), 3_000
    counts: Counter[str] = Counter()
    together = 0
    for seed in range(seeds):
        cases = drawn(frame, str(seed), 5).strata[""].cases
        counts.update(cases)
        together += {frame[0][0], frame[1][0]} <= {*cases}
    assert all(abs(counts[journey] - 750) < 5 * 24 for journey, _ in frame)
    assert abs(together - seeds * (5 * 4) / (20 * 19)) < 5 * 13


def test_the_draw_of_the_document_is_the_one_that_is_drawn() -> None:
    """What `docs/sampling.md` shows, and what any other program must come to."""
    frame = [
        ("00000000-0000-0000-0000-000000000001", "police=dorset"),
        ("00000000-0000-0000-0000-000000000002", "police=kent"),
        ("00000000-0000-0000-0000-000000000003", "police=dorset"),
        ("00000000-0000-0000-0000-000000000004", "police=dorset"),
    ]
    sample = drawn(frame, "annex-b-2026", 1, reserve=1)
    assert sample.sha256 == "88b91bd79cb293747f4ff7aebc4d7270c6cb621fd4a2619e6c767344f68ac7f4"
    assert sample.strata["police=dorset"].order == (
        "00000000-0000-0000-0000-000000000003",
        "00000000-0000-0000-0000-000000000004",
    )


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="there is no sha256sum here")
def test_the_shell_of_the_document_comes_to_what_it_says() -> None:
    text = (Path(__file__).parents[3] / "docs" / "sampling.md").read_text()
    (script, shown) = re.findall(r"```sh\n(for .+?)```\n\n```\n(.+?)```", text, re.DOTALL)[0]
    done = subprocess.run(["sh", "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout == shown


@pytest.mark.parametrize("frame", [named(2)[::-1], named(1) * 2], ids=["backwards", "twice"])
def test_what_is_no_frame_is_refused(frame: Frame) -> None:
    with pytest.raises(BadFrame, match="does not come after"):
        drawn(frame, "s", 1)


def test_a_label_says_what_is_not_told_and_hides_nothing_in_a_value() -> None:
    values: dict[str, Any] = {"police": "a&b=c,d", "cps": None, "outcome": "16"}
    assert label_of(values) == "police=a%26b%3Dc%2Cd&cps=&outcome=16"
    assert label_of({}) == ""

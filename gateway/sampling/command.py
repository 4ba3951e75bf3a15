"""Draws a sample again from its manifest and its frame, and says whether it comes out the same.

It needs the two files and nothing else: no store, no register, no rules.
"""

import argparse
import csv
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from gateway.sampling.draw import ALGORITHM, BadFrame, Drawing, Sample, Wanted

SAME, DIFFERENT, UNREADABLE = 0, 1, 2
AT_ONCE = 50_000
COLUMNS = ["journey_id", "label"]


def run(arguments: Sequence[str]) -> int:
    """Return 0 where the sample is the same, 1 where it is not, 2 for files that cannot be read."""
    asked = _parser().parse_args(arguments)
    try:
        manifest = json.loads(asked.manifest.read_text("utf-8"))
        with asked.frame.open(encoding="utf-8", newline="") as file:
            differs = differences(manifest, file)
    except (OSError, UnicodeError, json.JSONDecodeError, BadFrame) as error:
        print(f"These cannot be read as a manifest and its frame: {error}", file=sys.stderr)
        return UNREADABLE
    except (KeyError, TypeError, AttributeError) as error:
        print(f"This is no manifest of a sample: {error!r}", file=sys.stderr)
        return UNREADABLE
    for line in differs:
        print(line)
    if differs:
        return DIFFERENT
    drawn = sum(len(stratum["cases"]) for stratum in manifest["strata"])
    print(f"The same: {manifest['frame']['size']:,} journeys in the frame, {drawn:,} drawn.")
    return SAME


def differences(manifest: Mapping[str, Any], frame: TextIO) -> list[str]:
    """Return, in words, in what a sample drawn again differs from its manifest.

    Raises BadFrame where the frame is not one, KeyError where the manifest is not.
    """
    if manifest["algorithm"] != ALGORITHM:
        return [f"It was drawn by {manifest['algorithm']}; this program knows {ALGORITHM}."]
    wanted = {one["label"]: Wanted(one["wanted"], one["reserve"]) for one in manifest["strata"]}
    drawing = Drawing(manifest["seed"], wanted)
    rows = _rows(frame)
    while page := list(islice(rows, AT_ONCE)):
        drawing.take(page)
    return [*_differences(manifest, drawing.sample())]


def _differences(manifest: Mapping[str, Any], drawn: Sample) -> Iterator[str]:
    frame = manifest["frame"]
    if drawn.size != frame["size"]:
        yield f"The frame has {drawn.size:,} journeys; the manifest says {frame['size']:,}."
    if drawn.sha256 != frame["sha256"]:
        yield f"The frame's hash is {drawn.sha256}; the manifest says {frame['sha256']}."
    told = {one["label"]: one for one in manifest["strata"]}
    for label in sorted(drawn.strata.keys() - told.keys()):
        yield f"The frame has a stratum that the manifest has not: {label}."
    for label, stratum in told.items():
        ours = drawn.strata[label]
        if ours.population != stratum["population"]:
            yield f"{label}: {ours.population:,} journeys; the manifest says otherwise."
        for word, order in (("cases", ours.cases), ("replacements", ours.reserve)):
            named = tuple(case["journey"]["id"] for case in stratum[word])
            if named != order:
                yield f"{label}: other {word} come out of this frame and this seed."


def _rows(frame: TextIO) -> Iterator[tuple[str, str]]:
    reader = csv.reader(frame)
    try:
        heading = next(reader, [])
        if heading[: len(COLUMNS)] != COLUMNS:
            raise BadFrame(f"the frame does not begin with {','.join(COLUMNS)}")
        for row in reader:
            if len(row) != len(heading):
                raise BadFrame(f"line {reader.line_num} has {len(row)} columns")
            yield row[0], row[1]
    except csv.Error as error:
        raise BadFrame(str(error)) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gateway.sampling", description="Draw a sample again, from files alone."
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    verify = verbs.add_parser("verify", help="say whether a manifest comes out of its frame")
    verify.add_argument("manifest", type=Path, help="the manifest, as JSON")
    verify.add_argument("frame", type=Path, help="the frozen frame, as CSV")
    return parser

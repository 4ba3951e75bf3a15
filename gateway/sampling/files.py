"""Writes samples as files: the cases as CSV, and the frozen frame as CSV or as lines of JSON."""

import csv
import json
from collections.abc import AsyncIterator, Iterable
from io import StringIO

from gateway.sampling.answers import Manifest
from shared.handling import HANDLING

# Of a frame `python -m gateway.sampling verify` reads the first two columns. Every row says how it
# is to be handled: whoever passes a part of the file on keeps the marking.
FRAME_COLUMNS = ("journey_id", "label", "handling")
CASE_COLUMNS = (
    "sample_id",
    "label",
    "rank",
    "drawn_as",
    "in_sample",
    "replaced_by",
    "journey_id",
    "reference",
    "now_id",
    "now_reference",
    "police",
    "cps",
    "probation",
    "weight",
    "handling",
)


def cases_csv(manifest: Manifest) -> str:
    """Return a row for each case and each that may replace one, with a heading."""
    replaced_by = {(one.label, one.rank): one.replaced_by for one in manifest.replaced}
    rows: list[tuple[object, ...]] = [CASE_COLUMNS]
    for stratum in manifest.strata:
        for case in (*stratum.cases, *stratum.replacements):
            rows.append(
                (
                    manifest.id,
                    stratum.label,
                    case.rank,
                    "case" if case.rank <= stratum.drawn else "replacement",
                    "yes" if case.in_sample else "no",
                    replaced_by.get((stratum.label, case.rank)),
                    case.journey.id,
                    case.journey.reference,
                    case.now and case.now.id,
                    case.now and case.now.reference,
                    case.police,
                    case.cps,
                    case.probation,
                    stratum.weight,
                    HANDLING,
                )
            )
    return _csv(rows)


async def frame_csv(pages: AsyncIterator[list[tuple[str, str]]]) -> AsyncIterator[str]:
    """Yield a frame as CSV, page by page, with a heading."""
    yield _csv([FRAME_COLUMNS])
    async for page in pages:
        yield _csv([(*row, HANDLING) for row in page])


async def frame_lines(pages: AsyncIterator[list[tuple[str, str]]]) -> AsyncIterator[str]:
    """Yield a frame as one JSON object a line, page by page."""
    async for page in pages:
        objects = (dict(zip(FRAME_COLUMNS, (*row, HANDLING), strict=True)) for row in page)
        yield "".join([json.dumps(one) + "\n" for one in objects])


def _csv(rows: Iterable[Iterable[object]]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()

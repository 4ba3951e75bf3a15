"""Prints what is made of synthetic journeys, a hash of each: rows, timeline and the reasons why.

`python -m tests.gateway.journey.hashes 300` does it for three hundred.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import sha256

from demo.synthetic.maker import make, world_of
from demo.synthetic.practice import usual_practice
from gateway.answers import Moments, TimelineBody
from gateway.journey.membership import journey_of
from gateway.journey.timeline import timeline_of
from gateway.register.judged import judge
from gateway.register.rows import Yardstick
from shared.journey_event import reference_id
from tests.builders import STANDARD, calendar, rulebook
from tests.demo.made import record_of

SEEN = Moments(as_of=datetime(2026, 7, 15, 12, tzinfo=UTC), known_at=None, settled=True)


def hashes(journeys: int) -> Iterator[str]:
    """Yield a hash of all that is told of each journey."""
    world = world_of(19, date(2021, 4, 1), date(2026, 6, 28), usual_practice())
    yardstick = Yardstick(rulebook(), calendar(), STANDARD)
    for number in range(journeys):
        made = make(world, number)
        record = record_of(made)
        membership = journey_of(record, reference_id(made.reference))
        assert membership is not None
        told = timeline_of(membership, rulebook(), calendar(), STANDARD, as_of=SEEN.as_of)
        body = TimelineBody.of(told, SEEN, rulebook(), calendar(), [])
        judged = judge(record, yardstick)
        rows = {table: sorted(those.items()) for table, those in judged.rows.items()}
        says = f"{judged.references} {rows} {body.model_dump_json()}"
        yield sha256(says.encode()).hexdigest()


if __name__ == "__main__":
    for line in hashes(int(sys.argv[1])):
        sys.stdout.write(f"{line}\n")

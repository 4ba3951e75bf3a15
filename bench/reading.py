"""Measures all that may change as a store grows, of 10,000 journeys and of many more, in one store.

Run `python -m bench.reading [--sizes 10000 100000 1000000] [--asked N]`, which fills a store once
for what `bench.timelines`, `lists`, `figures` and `keeping` measure apart.
"""

from bench import figures, keeping, lists, timelines
from bench.growing import main

PARTS = tuple((one.measure, one.report) for one in (timelines, lists, figures, keeping))

if __name__ == "__main__":
    main(__doc__, *PARTS)

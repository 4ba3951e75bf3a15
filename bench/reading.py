"""Measures timelines and lists in the same stores, of 10,000 journeys and of many more.

Run `python -m bench.reading [--sizes 10000 100000 1000000] [--asked N]`, which fills a store once
for what `bench.timelines` and `bench.lists` measure apart.
"""

from bench import lists, timelines
from bench.growing import main

if __name__ == "__main__":
    main(__doc__, (timelines.measure, timelines.report), (lists.measure, lists.report))

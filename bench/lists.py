"""Measures pages of 50 breaches and of 50 journeys in stores of 10,000 journeys and of many more.

Run `python -m bench.lists [--sizes 10000 100000 1000000] [--asked N]`. The list part of P9: the
first page and a deep one, of all and of one organisation, of a right that is often broken and of
one that hardly ever is; and journeys by these rights, and by a short and a long silence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from bench.asking import asking, p50_p99
from bench.growing import Asked, main
from bench.multiplied import Multiplied
from gateway.journey.duty import Kind
from gateway.register.owed import Place
from gateway.routes.paging import write_place
from gateway.rulebook import load_rulebook

WARM, FLOOR, AIM = 5, 1.6, 1.2
AS_OF = "2026-01-01"
DEEP = """
SELECT due_at, journey_id, obligation_id FROM register_obligation
WHERE breach_from IS NOT NULL AND ($1::text IS NULL OR organisation = $1)
  AND due_at < '2026-01-01'
ORDER BY due_at DESC, journey_id DESC, obligation_id DESC
OFFSET (SELECT count(*) / 2 FROM register_obligation
        WHERE breach_from IS NOT NULL AND ($1::text IS NULL OR organisation = $1)) LIMIT 1
"""
BY_RULE = """
SELECT rule, count(*) FROM register_obligation
WHERE breach_from <= '2026-01-01' GROUP BY rule
"""


@dataclass(frozen=True, slots=True)
class Found:
    """The times of a size in milliseconds, by what was asked."""

    journeys: int
    times: Mapping[str, tuple[float, float]]


async def measure(store: Multiplied, asked: Asked) -> Found:
    """Ask for every kind of page, in turn."""
    questions = await questions_of(store)
    taken: dict[str, list[float]] = {name: [] for name in questions}
    async with asking(store.server.role_url("gateway", store.name)) as gateway:
        for number in range(WARM + max(100, asked.times // 10)):
            for name, question in questions.items():
                took, _ = await gateway.get(question)
                if number >= WARM:
                    taken[name].append(took)
    return Found(store.journeys, {name: p50_p99(took) for name, took in taken.items()})


async def questions_of(store: Multiplied) -> dict[str, str]:
    """Return the addresses that are asked, each by its name."""
    right_of = {d.id: d.right for d in load_rulebook().duties if d.kind is Kind.CODE}
    broken: dict[int, int] = dict.fromkeys(right_of.values(), 0)
    for rule, number in await store.owner.fetch(BY_RULE):
        broken[right_of[rule]] += number
    often = max(broken, key=lambda right: broken[right])
    rare = min((right for right in broken if broken[right]), key=lambda right: broken[right])
    never = min(broken, key=lambda right: broken[right])
    force = {"organisation": "force-1"}
    breaches = {
        "first page": {},
        "deep page": {"after": await place(store, None)},
        "one organisation": force,
        "one organisation, deep": {**force, "after": await place(store, "force-1")},
        f"right {often}, often broken": {"right": f"{often}"},
        f"right {rare}, rarely broken": {"right": f"{rare}"},
        f"right {rare} of one organisation": {"right": f"{rare}", **force},
        f"right {never}, least of all": {"right": f"{never}"},
        "noticed by the victim": {"noticed_by": "victim"},
    }
    journeys = {
        f"journeys, right {often}": {"right": f"{often}"},
        f"journeys, right {never}": {"right": f"{never}"},
        "journeys, silent for 7 days": {"silent_for_days": "7"},
        "journeys, silent for 90 days": {"silent_for_days": "90"},
    }
    return {
        name: f"/v1/{what}?{urlencode({'as_of': AS_OF, 'limit': '50', **question})}"
        for what, every in (("breaches", breaches), ("journeys", journeys))
        for name, question in every.items()
    }


async def place(store: Multiplied, organisation: str | None) -> str:
    """Return the place in the middle of all breaches, or of an organisation's."""
    return write_place(Place(*await store.owner.fetchrow(DEEP, organisation)))


def report(found: list[Found]) -> None:
    """Print the table."""
    sizes = " | ".join(f"{one.journeys:,}" for one in found)
    print(f"| page of 50, p50 (p99) ms | {sizes} | largest / smallest |")
    print(f"|{'---|' * (len(found) + 2)}")
    for name in found[0].times:
        times = [one.times.get(name, (float("nan"), float("nan"))) for one in found]
        told = " | ".join(f"{p50:.2f} ({p99:.2f})" for p50, p99 in times)
        print(f"| {name} | {told} | {times[-1][0] / times[0][0]:.2f} |")
    print(f"\nP9: floor {FLOOR}, aim {AIM}.")


if __name__ == "__main__":
    main(__doc__, (measure, report))

"""Puts the gateway's timeline of a journey into plain words and a table; it decides nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from demo.samples import Sample
from shared.london import london_day, read_instant

Json = Mapping[str, Any]

HOLDERS = {
    "police": "the police",
    "wcu": "the Witness Care Unit",
    "cps": "the CPS",
    "probation": "probation",
    "courts": "the courts",
}
LATE = ("met_late", "overdue")


def summary(sample: Sample, timeline: Json) -> RenderableType:
    """Return one journey as the demo prints it: its stages, what was late, where nobody spoke."""
    return Group(
        Text(sample.title, style="bold"),
        Text(sample.about.strip()),
        Text(
            f"Seen as of {long(timeline['as_of'])}. Victim: {victim_words(timeline['victim'])}.\n"
        ),
        stage_table(timeline["stages"]),
        *obligation_items(timeline["obligations"], timeline["as_of"]),
        *order_items(timeline["order"]),
        *silence_items(timeline["longest_silence"], timeline["gaps"]),
        *(item([f"Finding: {finding}"], "yellow") for finding in timeline["findings"]),
    )


def victim_words(victim: Json) -> str:
    """Say who the victim is, as far as duties depend on it."""
    kind = f"{said(victim['kind'])}{', under 18' if victim['under_18'] else ''}"
    if not victim["enhanced_rights"]:
        return f"{kind}, without Enhanced Rights"
    return f"{kind}, with Enhanced Rights: {said(victim['enhanced_because'])}"


def stage_table(stages: Iterable[Json]) -> Table:
    """Return the table of stages, one row a stay."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    # Wide enough that a narrow terminal breaks no word and no date.
    for heading, width in (("Stage", 13), ("From and to", 14), ("Held by", 9)):
        table.add_column(heading, min_width=width)
    for heading in ("Contacts", "Longest\nsilence", "Gaps"):
        table.add_column(heading, justify="right")
    table.add_column("Owed")
    for row in stages:
        silence = row["longest_silence_days"]
        until = f"to {short(row['left'])}" if row["left"] else "on"
        table.add_row(
            said(row["stage"]),
            f"{short(row['entered'])} {until}",
            HOLDERS[row["holder"]].removeprefix("the "),
            str(row["contacts"]),
            "" if silence is None else days(silence),
            str(row["gaps"]),
            owed_words(row["obligations"]),
        )
    return table


def owed_words(counts: Mapping[str, int]) -> Text:
    """Say how many obligations began in a stage, and how they stand; what is late stands out."""
    words = Text(str(sum(counts.values())))
    for place, (standing, number) in enumerate(counts.items()):
        words.append(", " if place else ": ")
        words.append(f"{number} {said(standing)}", "bold red" if standing in LATE else "")
    return words


def obligation_items(obligations: Sequence[Json], as_of: str) -> Iterable[RenderableType]:
    """Tell what was late or overdue one by one, and of the rest which rules they were.

    What other rules than the Code's asked is told apart; a silence is told with the silences.
    """
    beside = [o for o in obligations if o["kind"] not in ("code", "local")]
    obligations = [o for o in obligations if o["kind"] == "code"]
    late = [obligation for obligation in obligations if obligation["standing"] in LATE]
    if late:
        yield Text("What was late or overdue", style="bold")
        yield from (item(late_lines(obligation, as_of)) for obligation in late)
    else:
        yield Text("Nothing was late or overdue.", style="bold green")
    yield from standing_items(o for o in obligations if o["standing"] not in LATE)
    if beside:
        yield Text("Beside the Code", style="bold")
        yield from standing_items(beside)


def standing_items(obligations: Iterable[Json]) -> Iterable[RenderableType]:
    """Tell which rules stand how, one line a standing."""
    standings: dict[str, Counter[str]] = {}
    for obligation in obligations:
        standings.setdefault(obligation["standing"], Counter())[obligation["rule"]] += 1
    for standing, rules in standings.items():
        named = (rule if times == 1 else f"{rule} ({times})" for rule, times in rules.items())
        yield item([f"{first_upper(said(standing))}: {', '.join(named)}."])


def late_lines(obligation: Json, as_of: str) -> Iterable[str]:
    """Say under which rule what was owed, by whom, until when, and how it came out."""
    trigger, answer = obligation["trigger"], obligation["answer"]
    owner = holder_words(obligation["owner"], obligation["organisation"])
    terms = obligation["edition"]
    sooner = obligation["enhanced"] and terms["within"] != terms["within_enhanced"]
    enhanced = " under Enhanced Rights" if sooner else ""
    yield f"Right {obligation['right']}, {obligation['rule']}: {obligation['title']}."
    yield (
        f"On {long(trigger['at'])} {trigger['says']}. {first_upper(owner)} had "
        f"{obligation['allowed']}{enhanced}, until the end of {long(obligation['due_on'])}."
    )
    if obligation["counted_from_receipt"]:
        inferred = ", as far as is known" if obligation["receipt_inferred"] else ""
        yield f"Counted from {long(obligation['counted_from'])}, when they heard of it{inferred}."
    for near in obligation["came_close"]:
        yield f"What came close on {long(near['at'])} did not count, because {near['why']}."
    if answer is None:
        yield f"Still overdue: nothing that counts was recorded by {long(as_of)}."
    else:
        told = answer["event"]["type"] == "victim.told"
        done = "they heard" if obligation["owner"] == "courts" else "it was done"
        yield f"Late: {'the victim was told' if told else done} on {long(answer['at'])}."


def order_items(findings: Sequence[Json]) -> Iterable[RenderableType]:
    """Tell whether what should come first did, one line a finding."""
    if findings:
        yield Text("What should come first", style="bold")
    for finding in findings:
        style = "" if finding["outcome"] == "kept" else "yellow"
        yield item([f"{finding['rule']}: {finding['title']}.", finding["says"]], style)


def silence_items(longest: Json | None, gaps: Sequence[Json]) -> Iterable[RenderableType]:
    """Tell the longest silence, and every gap."""
    yield Text("Silence", style="bold")
    if longest is None:
        yield item(["The victim was never waiting for news."])
    elif longest not in gaps:
        yield item([f"The longest was {silence_words(longest)}."])
    for gap in gaps:
        name = "The longest, a gap" if gap == longest else "Gap"
        yield item([f"{name}: {silence_words(gap)}; {promise_words(gap)}."], "yellow")
    if not gaps:
        yield item(["No gap: never longer than was agreed, or than the local standard."])


def silence_words(silence: Json) -> str:
    """Say how long nobody spoke, from when to when, and where."""
    until = f"{'and still on' if silence['still'] else 'to'} {short(silence['until'])}"
    parts = silence["parts"]
    where = listed(
        f"{said(part['stage'])} with {holder_words(part['holder'], part['organisation'])}"
        + (f" ({days(part['days'])})" if len(parts) > 1 else "")
        for part in parts
    )
    return f"{days(silence['days'])} from {short(silence['since'])} {until}, in {where}"


def promise_words(gap: Json) -> str:
    """Say after how long a silence was too long, and by whose word."""
    allowed = days(gap["allowed_days"])
    return f"news every {allowed} was agreed" if gap["agreed"] else f"the standard is {allowed}"


def holder_words(holder: str, organisation: str | None) -> str:
    """Name an agency with its organisation."""
    name = HOLDERS.get(holder, said(holder))
    return f"{name} ({organisation})" if organisation else name


def item(lines: Iterable[str], style: str = "") -> Padding:
    """Return an item of a list: the first line at its margin, the others under it."""
    first, *rest = lines
    shown = Table.grid(padding=(0, 1))
    shown.add_row("-", Text(first, style=style))
    for line in rest:
        shown.add_row("", Text(line))
    return Padding(shown, (0, 0, 0, 1))


def listed(words: Iterable[str]) -> str:
    """Write a list as people say it: one, two and three."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def days(number: int) -> str:
    """Say a number of days."""
    return f"{number} day" if number == 1 else f"{number} days"


def said(word: str) -> str:
    """Write a word of the API as people say it."""
    return word.replace("_", " ")


def first_upper(text: str) -> str:
    """Begin a sentence."""
    return text[:1].upper() + text[1:]


def long(moment: str) -> str:
    """Write a London day, or that of an instant, with its weekday: Thu 28 March 2024."""
    day = day_of(moment)
    return f"{day:%a} {day.day} {day:%B %Y}"


def short(moment: str) -> str:
    """Write a London day, or that of an instant: 28 Mar 2024."""
    day = day_of(moment)
    return f"{day.day} {day:%b %Y}"


def day_of(moment: str) -> date:
    """Return the London day of a day or an instant as the gateway writes them."""
    return date.fromisoformat(moment) if len(moment) == 10 else london_day(read_instant(moment))

"""Starts everything on this machine, plays the sample journeys, tells them, and stops it all."""

import contextlib
from collections import Counter
from collections.abc import Sequence
from typing import get_args

import httpx
from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from demo.player import NotFound, Player
from demo.processes import (
    PROJECTOR,
    App,
    CannotPlay,
    Child,
    apps,
    check_alive,
    check_ports,
    running,
    wait_until_healthy,
)
from demo.samples import Sample, samples
from demo.summary import summary
from shared.access.caller import EVERY, SPECIAL_CATEGORY
from shared.access.development import ALL_SENDERS, DevelopmentIssuer, local_issuer
from shared.interrupts import Interrupted, Interrupts
from shared.journey_event import Agency
from shared.settings import DemoSettings, RolePasswords, StoreSettings
from shared.store.address import DATABASE, embedded_store

ANSWER_SECONDS = 30.0
LOOK_EVERY = 0.2


def show(console: Console, interrupts: Interrupts, *, once: bool) -> None:
    """Start everything, play, tell and, unless `once`, stay up; stop everything however it ends.

    Raises Interrupted where it was interrupted before all was told, pydantic's ValidationError for
    a port that is none, PortTaken, CannotPlay, shared.access.development.RealIssuer, and
    shared.store.embedded.CannotStart.
    """
    wanted = apps(DemoSettings())
    check_ports(wanted)
    issuer = local_issuer()
    interrupts.check()
    console.print("Starting PostgreSQL.")
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(embedded_store(StoreSettings()))
        interrupts.check()

        console.print("Starting the gateway, its projector and the three agencies' services.")
        databases = {role: server.role_url(role, DATABASE) for role in RolePasswords.model_fields}
        logs = server.data.with_name("demo")
        everything = running((*wanted, PROJECTOR), databases, issuer.environment(), logs)
        children = stack.enter_context(everything)
        # No proxy of the environment stands between us and this machine.
        client = stack.enter_context(httpx.Client(timeout=ANSWER_SECONDS, trust_env=False))
        # Last in, first out: said before the stopping begins.
        stack.callback(console.print, "Stopping.")
        wait_until_healthy(children, client, interrupts.pause)

        addresses = {app.name: app.address for app in wanted}
        player = Player(client, addresses, tokens_of(issuer))
        played = samples()
        try:
            play(player, played, console, interrupts)
            tell(player, played, console, interrupts)
        except (httpx.HTTPError, NotFound) as error:
            check_alive(children)
            raise CannotPlay(f"The demo cannot go on: {error}") from error
        if not once:
            stay(wanted, children, console, interrupts)


def tokens_of(issuer: DevelopmentIssuer) -> dict[str, str]:
    """Return a token for each application: who may send for everybody, and who may see all."""
    sender = issuer.token("sender", organisations=ALL_SENDERS)
    reader = issuer.token("inspector", organisations=[EVERY], scopes=[SPECIAL_CATEGORY])
    return {**dict.fromkeys(get_args(Agency), sender), "gateway": reader}


def play(
    player: Player, played: Sequence[Sample], console: Console, interrupts: Interrupts
) -> None:
    """Send every event of every journey, and say how the doors answered.

    Raises CannotPlay where a door refused an event.
    """
    console.print("Playing the sample journeys through the agencies' doors.")
    counts: Counter[str] = Counter()
    refused = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("", total=sum(len(sample.events) for sample in played))
        for sample in played:
            progress.update(task, description=sample.title)
            here: Counter[str] = Counter()
            for answer in player.play(sample):
                here[answer.status] += 1
                if answer.problem:
                    refused.append(f"{sample.folder.name}: {answer.event_id}: {answer.problem}")
                progress.advance(task)
                interrupts.check()
            if not console.is_terminal:
                console.print(Text(f"  {sample.title}: {count(here)}"))
            counts += here
        progress.update(task, description="All journeys")
    console.print(Text(f"{sum(counts.values())} events sent: {count(counts)}.\n"))
    if refused:
        raise CannotPlay("\n".join(["A door refused what the demo sent:", *refused]))


def count(answers: Counter[str]) -> str:
    """Say how many answers there were of each kind."""
    return ", ".join(f"{answers[status]} {status}" for status in ("created", "repeated", "refused"))


def tell(
    player: Player, played: Sequence[Sample], console: Console, interrupts: Interrupts
) -> None:
    """Ask the gateway for every journey and print its summary."""
    for sample in played:
        address, timeline = player.timeline(sample)
        console.rule()
        console.print(summary(sample, timeline))
        # One line, however narrow the terminal is, so that it can be followed with a click.
        console.print(Text(f"\n{address}", style="blue"), soft_wrap=True)
        interrupts.check()
    console.rule()


def stay(
    wanted: Sequence[App], children: Sequence[Child], console: Console, interrupts: Interrupts
) -> None:
    """Say where everything is, and return when interrupted; raises CannotPlay if a process ends."""
    lines = [f"{app.name:<10} {app.address}/docs" for app in wanted]
    lines.append("A token to ask with: make -s token ROLE=inspector")
    lines.append("Press Ctrl-C to stop.")
    console.print(Panel("\n".join(lines), title="Everything is up", expand=False))
    with contextlib.suppress(Interrupted):
        while True:
            interrupts.pause(LOOK_EVERY)
            check_alive(children)

"""`bank-app-sim demo`: plays the two journeys of account provisioning and prints their messages."""

import json
import time
from datetime import timedelta
from pathlib import Path

import click

from ..invocation import command
from ..journeys import evidence
from ..journeys.demo import JOURNEYS, as_step, end_state, result
from ..simulation import ServedSimulation, Simulation, World
from ..timeline.trace import Message
from .ending import quietly
from .running import run
from .terminal import Printer, print_state


@click.command()
@click.option("--in-process", is_flag=True, help="Run in this process, in memory and in simulated time.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-output"),
    show_default=True,
    help="The folder for the report (trace.json, report.html, junit.xml, mermaid/) and the databases.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Decides ids and jitter; in process only.")
@click.option("--json", "as_json", is_flag=True, help="Print the messages as JSON, one on a line.")
def demo(in_process: bool, output: Path, seed: int, as_json: bool) -> None:
    """Play both account-provisioning journeys and show each message as it happens.

    In the first the user launches a savehack and the bank opens the account later. In the second the bank opens the
    account in advance. At the end it prints what DES and the bank have.

    \b
    Example:
      bank-app-sim demo --in-process --output demo-output
    """
    run(_demo, in_process, output, seed, as_json)


async def _demo(in_process: bool, output: Path, seed: int, as_json: bool) -> None:
    if in_process:
        simulation: World = Simulation(seed=seed)
        patience = timedelta(days=7)
    else:
        simulation = ServedSimulation(
            data=_without_earlier_world(output / "data"),
            decision_after=timedelta(seconds=1.5),
            settle_every=timedelta(seconds=1),
        )
        patience = timedelta(seconds=60)
    evidence.clear(output)  # if this demo is interrupted, nobody takes the last report for this one's
    began, steps = time.perf_counter(), []
    async with simulation:
        printer = Printer()
        simulation.trace.listen(quietly(_print_as_json if as_json else printer))
        for number, (text, journey) in enumerate(JOURNEYS, 1):
            _say(f"{number}. {text}", unless=as_json)
            steps.append(await as_step(number, text, journey, simulation, patience))
            printer.end()
        simulation.trace.stop()
        state = await end_state(simulation)
    played = result(
        simulation,
        steps,
        state,
        seed=seed,
        world="in process, asyncio" if in_process else simulation.des_url,
        seconds=time.perf_counter() - began,
        command=command("demo", *(["--in-process", "--seed", str(seed)] if in_process else [])),
    )
    files = evidence.write(output, [played])
    if not as_json:
        print_state(state)
        for file in files:
            click.echo(f"wrote {file}")


def _without_earlier_world(folder: Path) -> Path:
    """Remove the databases of an earlier demo: each demo begins without users."""
    for pattern in ("*.sqlite3*", "*_secret"):
        for file in folder.glob(pattern):
            file.unlink()
    return folder


def _say(text: str, *, unless: bool) -> None:
    if not unless:
        click.echo(f"\n{click.style(text, bold=True)}\n")


def _print_as_json(message: Message) -> None:
    click.echo(json.dumps(message.as_json(), ensure_ascii=False))

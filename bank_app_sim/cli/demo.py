"""`bank-app-sim demo`: both journeys of the starting page, shown as they happen."""

import json
from datetime import timedelta
from pathlib import Path

import click

from ..simulation import Served, Simulation
from ..trace import Message
from .running import run


@click.command()
@click.option("--in-process", is_flag=True, help="All in this process, in memory, in simulated time.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-output"),
    show_default=True,
    help="Where trace.json, sequence.mmd, report.html and the databases go.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Decides ids and jitter; in process only.")
@click.option("--json", "as_json", is_flag=True, help="Print the messages as JSON, one on a line.")
def demo(in_process: bool, output: Path, seed: int, as_json: bool) -> None:
    """Play both account-provisioning journeys and show each message as it happens.

    In the first the user launches a savehack and the bank opens the account later; in the second the bank opens it in
    advance. It ends with what DES and the bank have then.

    \b
    Example:
      bank-app-sim demo --in-process --output demo-output
    """
    run(_demo, in_process, output, seed, as_json)


async def _demo(in_process: bool, output: Path, seed: int, as_json: bool) -> None:
    # Here and not at the top: `serve` needs neither drawings nor tables, and is to answer at once.
    from .. import report
    from ..demo import account_in_advance, account_while_saving, end_state
    from .terminal import Printer, print_tables

    if in_process:
        simulation, patience = Simulation(seed=seed), timedelta(days=7)
    else:
        simulation = Simulation(
            served=Served(data=_without_earlier_world(output / "data")),
            decision_after=timedelta(seconds=1.5),
            settle_every=timedelta(seconds=1),
        )
        patience = timedelta(seconds=60)
    async with simulation:
        printer = Printer()
        simulation.trace.listen(_print_as_json if as_json else printer)
        _say("1. The user launches a savehack; the bank opens the account later", unless=as_json)
        await account_while_saving(simulation, patience=patience)
        printer.end()
        _say("2. The bank opens the account in advance; nobody is asked", unless=as_json)
        await account_in_advance(simulation)
        printer.end()
        simulation.trace.stop()
        state = await end_state(simulation)
    files = report.write(output, simulation.trace, "Account provisioning, both journeys", state)
    if not as_json:
        print_tables(state)
        for file in files:
            click.echo(f"wrote {file}")


def _without_earlier_world(folder: Path) -> Path:
    """The demo begins with nobody known; what an earlier one left in its own folder goes."""
    for pattern in ("*.sqlite3*", "*_secret"):
        for file in folder.glob(pattern):
            file.unlink()
    return folder


def _say(text: str, *, unless: bool) -> None:
    if not unless:
        click.echo(f"\n{click.style(text, bold=True)}\n")


def _print_as_json(message: Message) -> None:
    click.echo(json.dumps(message.as_json(), ensure_ascii=False))

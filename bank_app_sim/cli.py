"""The command line: reads what was typed, calls, prints."""

import json
import os
import re
import signal
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import anyio
import click

from .backend import CRASH_POINTS, DREAM_CRASH_POINTS, EVENT_CRASH_POINTS, REPORT_CRASH_POINTS
from .database import DatabaseError
from .servers import PortTaken
from .simulation import Served, Simulation, SimulationError
from .trace import PARTICIPANTS, Message, said

if TYPE_CHECKING:
    from .report import Table

# The last ones are passed only with --webhooks, with an account for each Dream, and when money moves without DES.
EVERY_CRASH_POINT = (*CRASH_POINTS, *EVENT_CRASH_POINTS, *DREAM_CRASH_POINTS, *REPORT_CRASH_POINTS)

# The customers for whom `serve` prints a token.
CUSTOMERS = ("ada", "bo")


class Duration(click.ParamType[timedelta]):
    """A time as people write it: `90s`, `1.5h`, `2 days`."""

    name = "duration"
    UNITS: ClassVar = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhdw])[a-z]*", value.strip().lower())
        if match is None:
            self.fail(f"{value!r} is no duration; write for example 90s, 1.5h or 2 days", param, ctx)
        try:
            return timedelta(**{self.UNITS[match[2]]: float(match[1])})
        except OverflowError:
            self.fail(f"{value!r} is longer than anything here lasts", param, ctx)


class Commands(click.Group):
    """Says in one line what went wrong, where a person can do something about it."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (DatabaseError, PortTaken) as error:
            raise click.UsageError(str(error)) from error
        except OSError as error:
            raise click.UsageError(f"{error.filename}: {error.strerror}; choose another folder") from error
        except SimulationError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="impact-sdk")
def main() -> None:
    """A simulated bank and a sandbox of Impact Finance, on your machine.

    \b
    Examples:
      bank-app-sim demo                      both journeys of the vendor's page, over TCP
      bank-app-sim demo --in-process         the same in simulated time, in milliseconds
      bank-app-sim serve --data bank-data    a sandbox to develop against
      bank-app-sim openapi                   what the sandbox's API promises
    """


@main.command()
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
    _run(_demo, in_process, output, seed, as_json)


async def _demo(in_process: bool, output: Path, seed: int, as_json: bool) -> None:
    # Here and not at the top: `serve` needs neither drawings nor tables, and is to answer at once.
    from . import report
    from .demo import account_in_advance, account_while_saving, end_state

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
        printer = _Printer()
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
        _print_tables(state)
        for file in files:
            click.echo(f"wrote {file}")


@main.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65534),
    default=8700,
    show_default=True,
    help="Of DES; the bank's backend has the next one. 0 takes two that are free.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("bank-data"),
    show_default=True,
    help="The folder of the databases; a restart goes on with it.",
)
@click.option(
    "--database",
    metavar="URL",
    help="postgresql://USER@HOST/DATABASE to keep everything there instead, but for the bank's secret; the password "
    "can be in ~/.pgpass. Several processes with one database and one --data are one world.",
)
@click.option(
    "--decision-after",
    type=Duration(),
    default="5s",
    show_default=True,
    help="How long the bank takes to decide on an account.",
)
@click.option(
    "--settle-every",
    type=Duration(),
    default="2s",
    show_default=True,
    help="How often the bank fetches requested deposits.",
)
@click.option(
    "--refuse",
    "refuses",
    multiple=True,
    metavar="CUSTOMER",
    help="A customer to whom the bank gives no account; can be given several times.",
)
@click.option(
    "--webhooks",
    is_flag=True,
    help="DES sends its events to this bank, which acts on them. For a backend of your own leave it out, and PUT "
    "/sandbox/webhook-endpoint.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON when ready, and nothing else.")
@click.option(
    "--crash-at",
    "crash_point",
    type=click.Choice(EVERY_CRASH_POINT),
    metavar="POINT",
    help=f"Die there as by kill -9, to see the recovery. POINT is one of {', '.join(EVERY_CRASH_POINT)}.",
)
def serve(
    port: int,
    data: Path,
    database: str | None,
    decision_after: timedelta,
    settle_every: timedelta,
    refuses: Sequence[str],
    webhooks: bool,
    as_json: bool,
    crash_point: str | None,
) -> None:
    """Run the sandbox and the bank until you stop it with Ctrl-C.

    Whatever was under way when it stopped, or was killed, goes on at the next start with the same --data.

    \b
    Example:
      bank-app-sim serve --port 8700 --data bank-data --decision-after "2 minutes"
    """

    def crash(point: str) -> None:
        if point == crash_point:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        simulation = Simulation(
            served=Served(data=data, port=port),
            database=database,
            decision_after=decision_after,
            settle_every=settle_every,
            refuses=frozenset(refuses),
            webhooks=webhooks,
            crash=crash,
        )
    except ValueError as error:  # what a bank cannot be
        raise click.UsageError(str(error)) from error
    _run(_serve, simulation, as_json)


@main.command()
@click.option(
    "--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True, help="How to write it."
)
def openapi(form: str) -> None:
    """Print the OpenAPI document of the sandbox's API.

    A running sandbox serves the same at /openapi.json, and as a page to read at /docs.

    \b
    Example:
      bank-app-sim openapi --format json > openapi.json
    """
    from .des.document import as_json, as_yaml

    click.echo(as_yaml() if form == "yaml" else as_json().decode(), nl=form == "json")


async def _serve(simulation: Simulation, as_json: bool) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with simulation:
            ready = {
                "des_url": simulation.des_url,
                "backend_url": simulation.backend_url,
                "client_id": simulation.client_id,
                "client_secret": simulation.client_secret,
                "tenant": simulation.tenant,
                "users": {customer: {"id_token": simulation.id_token(customer)} for customer in CUSTOMERS},
            }
            click.echo(json.dumps(ready) if as_json else _how_to_begin(ready))
            async for _ in signals:
                break


def _how_to_begin(ready: dict[str, Any]) -> str:
    ada = ready["users"]["ada"]["id_token"]
    return f"""\
DES (base_url of the SDK)   {ready["des_url"]}
Bank Backend                {ready["backend_url"]}
client_id                   {ready["client_id"]}
client_secret               {ready["client_secret"]}

An ID token for ada, to paste:

{ada}

Try it:

curl -i {ready["des_url"]}/users/verify_token -H 'Content-Type: application/json' -H 'Accept: application/json' \\
  -d '{{"token": "{ada}", "locale": "sv-SE"}}'

Stop with Ctrl-C. The next start with the same --data goes on where this one stopped."""


def _run(work: Any, *arguments: Any) -> None:
    """Run on the fastest event loop there is here; Ctrl-C ends it without a traceback."""
    try:
        anyio.run(work, *arguments, backend_options={"use_uvloop": sys.platform != "win32"})
    except KeyboardInterrupt:
        raise click.Abort from None


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


class _Printer:
    """Prints messages as they come; of an exchange that repeats only how often it did."""

    def __init__(self) -> None:
        self._held: list[Message] = []
        self._shown: list[Message] = []
        self._repeats = 0

    def __call__(self, message: Message) -> None:
        begins_or_goes_on = message.kind == "request" or bool(self._held)
        if begins_or_goes_on and len(self._shown) == 2 and said(message) == said(self._shown[len(self._held)]):
            self._held.append(message)
            if len(self._held) == 2:
                self._held.clear()
                self._repeats += 1
            return
        self.end()
        self._show(message)

    def end(self) -> None:
        """Print what was held back."""
        if self._repeats:
            times = "once" if self._repeats == 1 else f"{self._repeats} times"
            click.echo(click.style(f"{'':18}and the same again, {times}", dim=True))
        self._repeats = 0
        held, self._held = self._held, []
        for message in held:
            self._show(message)

    def _show(self, message: Message) -> None:
        widest = max(map(len, PARTICIPANTS.values()))
        is_answer = message.kind in ("return", "response")
        sender, receiver = PARTICIPANTS[message.sender], PARTICIPANTS[message.receiver]
        arrow = "┄┄▷" if is_answer else "──▶"
        is_refused = message.detail.get("status", 0) >= 400
        label = click.style(message.label, fg="red" if is_refused else "green" if is_answer else "blue")
        click.echo(f"{message.at:%a %H:%M:%S.%f}"[:-3] + f"  {sender:>{widest}} {arrow} {receiver:<{widest}}  {label}")
        self._shown = [*self._shown[-1:], message]


def _print_tables(tables: "Sequence[Table]") -> None:
    from rich.console import Console
    from rich.table import Table as Drawn

    console = Console()
    for table in tables:
        drawn = Drawn(*table.columns, title=table.title, title_justify="left")
        for row in table.rows:
            drawn.add_row(*row)
        console.print()
        console.print(drawn)
    console.print()

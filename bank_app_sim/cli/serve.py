"""`bank-app-sim serve`: the sandbox and the bank, until somebody stops them."""

import contextlib
import json
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Unpack

import anyio
import click

from ..simulation import EVERY_CRASH_POINT, ServedSimulation, read_tenants
from ..simulation.remote import Plane
from ..simulation.settings import ServedKeywords
from .running import HostName, run
from .server_log import write_log
from .world_options import world_options

# The customers for whom a token is printed.
CUSTOMERS = ("ada", "bo")


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65534),
    default=8700,
    show_default=True,
    help="Of DES; the bank's backend has the next one. 0 takes two that are free.",
)
@click.option(
    "--host",
    "hosts",
    type=HostName(),
    multiple=True,
    metavar="NAME",
    help="A further name that requests may have in Host, such as that of a proxy before this; can be given several "
    "times. Both servers listen on 127.0.0.1 all the same.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("bank-data"),
    show_default=True,
    help="The folder of the databases, for you alone; a restart goes on with it.",
)
@click.option(
    "--database",
    metavar="URL",
    envvar="BANK_APP_SIM_DATABASE",
    show_envvar=True,
    help="postgresql://USER@HOST/DATABASE to keep everything there instead, but for the bank's secret. Everybody on "
    "the machine can read a command line: leave the password to ~/.pgpass or PGPASSWORD, or give the URL in the "
    "environment. Several processes with one database and one --data are one world.",
)
@world_options
@click.option(
    "--tenants",
    "tenants_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A TOML file of banks of your own, served beside this one: a table for each, such as [my-bank], with "
    "client_id, client_secret, issuer, audience and jwks_url. What else it can say: python -m pydoc "
    "bank_app_sim.des.read_tenants",
)
@click.option(
    "--rejoin",
    is_flag=True,
    help="Go on with a database of DES and one of the bank that do not belong together, or of which one is an older "
    "copy. The bank tells DES again what it has done, and says what DES does not know.",
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
    hosts: Sequence[str],
    data: Path,
    database: str | None,
    tenants_file: Path | None,
    rejoin: bool,
    as_json: bool,
    crash_point: str | None,
    **settings: Unpack[ServedKeywords],
) -> None:
    """Run the sandbox and the bank until you stop it with Ctrl-C.

    Work that was under way when it stopped, or was killed, goes on at the next start with the same --data. A backend of
    your own that wants webhooks: leave --webhooks out, and PUT /sandbox/webhook-endpoint.

    \b
    Example:
      bank-app-sim serve --port 8700 --data bank-data --decision-after "2 minutes"
    """

    def crash(point: str) -> None:
        if point == crash_point:
            os.kill(os.getpid(), signal.SIGKILL)

    plane = Plane(data, database)
    try:
        simulation = ServedSimulation(
            data=data,
            port=port,
            beside=plane.applications,
            hosts=hosts,
            rejoin=rejoin,
            database=database,
            tenants=read_tenants(tenants_file) if tenants_file else (),
            crash=crash,
            **settings,
        )
    except ValueError as error:  # what a bank cannot be, or a file of tenants
        raise click.UsageError(str(error)) from error
    write_log()
    run(_serve, simulation, plane, as_json)


async def _serve(simulation: ServedSimulation, plane: Plane, as_json: bool) -> None:
    async with contextlib.AsyncExitStack() as stack:
        # Until the first of them: another one while this ends has nothing more to wait for.
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            await stack.enter_async_context(simulation)
            await stack.enter_async_context(plane.open())
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
The API, to read            {ready["des_url"]}/docs
Bank Backend                {ready["backend_url"]}
client_id                   {ready["client_id"]}
client_secret               {ready["client_secret"]}

An ID token for ada, to paste:

{ada}

Try it:

curl -i {ready["des_url"]}/users/verify_token -H 'Content-Type: application/json' -H 'Accept: application/json' \\
  -d '{{"token": "{ada}", "locale": "sv-SE"}}'

Stop with Ctrl-C. The next start with the same --data goes on where this one stopped."""

"""`bank-app-sim serve`: runs the sandbox and the bank until the user stops them."""

import contextlib
import gc
import json
import os
import signal
from collections.abc import Callable, Sequence
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

# `serve` prints a token for each of these customers.
CUSTOMERS = ("ada", "bo")


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65534),
    default=8700,
    show_default=True,
    help="The port of DES; the bank's backend has the next one. 0 takes two free ports.",
)
@click.option(
    "--host",
    "hosts",
    type=HostName(),
    multiple=True,
    metavar="NAME",
    help="A further name that requests may have in Host, such as that of a proxy in front of the servers. You can give "
    "this option several times. Both servers still listen on 127.0.0.1 only.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("bank-data"),
    show_default=True,
    help="The folder of the databases, for you alone. A restart continues with it.",
)
@click.option(
    "--database",
    metavar="URL",
    envvar="BANK_APP_SIM_DATABASE",
    show_envvar=True,
    help="postgresql://USER@HOST/DATABASE keeps everything there but the bank's secret. Everybody on the machine can "
    "read a command line: put the password into ~/.pgpass or PGPASSWORD, or give the URL in the environment. Several "
    "processes with one database and one --data are one world.",
)
@world_options
@click.option(
    "--tenants",
    "tenants_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A TOML file with further banks for this DES: a table for each, such as [my-bank], with client_id, "
    "client_secret, issuer, audience and jwks_url. For all fields: python -m pydoc bank_app_sim.des.read_tenants",
)
@click.option(
    "--rejoin",
    is_flag=True,
    help="Continue with databases of DES and of the bank that do not belong together, or of which one is an older "
    "copy. The bank tells DES again what it has done, and logs what DES does not know.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON when ready, and nothing else.")
@click.option(
    "--crash-at",
    "crash_point",
    type=click.Choice(EVERY_CRASH_POINT),
    metavar="POINT",
    help=f"Die at this point as by kill -9, to test the recovery. POINT is one of {', '.join(EVERY_CRASH_POINT)}.",
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
            crash=_killing_at(crash_point),
            **settings,
        )
    except ValueError as error:  # from the settings, or from the file of tenants
        raise click.UsageError(str(error)) from error
    write_log()
    run(_serve, simulation, plane, as_json)


def _killing_at(crash_point: str | None) -> Callable[[str], None]:
    """Kills this process when the bank's backend comes to the crash point."""

    def crash(point: str) -> None:
        if point == crash_point:
            os.kill(os.getpid(), signal.SIGKILL)

    return crash


async def _serve(simulation: ServedSimulation, plane: Plane, as_json: bool) -> None:
    async with contextlib.AsyncExitStack() as stack:
        # The first signal ends it. A second signal then kills it, because nothing waits for signals any more.
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
            # The program itself never becomes garbage. Looking at all of it for cycles took a tenth of a second, every
            # few seconds under load, and no request was answered meanwhile.
            gc.freeze()
            stack.callback(gc.unfreeze)
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

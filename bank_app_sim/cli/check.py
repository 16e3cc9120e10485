"""`bank-app-sim check`: a bank's own callback against the contract."""

import contextlib
import os
import random
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from ..invocation import command
from ..server.ids import Ids
from ..server.ports import address, listening_socket
from ..simulation.secrets import CLIENT_ID, SECRET_FILE, client_secret
from .event_loop import EventLoop
from .running import Duration

if TYPE_CHECKING:
    from ..check import Secrets

BACKEND_ANSWERS_WITHIN_SECONDS = 5.0


class RuleId(click.ParamType[str]):
    """One of the rules, by its id."""

    name = "rule"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from ..check import RULES

        known = [rule.id for rule in RULES]
        if value not in known:
            self.fail(f"{value!r} is no rule; the rules are {', '.join(known)}", param, ctx)
        return value


@click.command()
@click.argument("target", metavar="MODULE:CALLABLE")
@click.option("--declines", metavar="CUSTOMER", help="A customer for whom the callback says no.")
@click.option("--time-limit", type=Duration(), default="10s", show_default=True, help="How long the callback may take.")
@click.option(
    "--patience",
    type=Duration(),
    default="10s",
    show_default=True,
    help="How long the account may take to be posted after the callback has returned.",
)
@click.option(
    "--backend",
    metavar="URL",
    help="Your own backend, running already, which posts the accounts. It has to know where DES is: see --port and "
    "--data. The callback finds the URL in BANK_BACKEND_URL.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="Of DES, for a backend that is configured once; 0 takes one that is free.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of the sandbox, with the bank's secret, kept for the next time; one of `serve` will do.  "
    "[default: one that is thrown away]",
)
@click.option("--only", "rule_ids", type=RuleId(), multiple=True, help="This rule only; can be given several times.")
@click.option(
    "--event-loop",
    type=EventLoop(),
    default="asyncio",
    show_default=True,
    help="What the callback runs on.",
)
@click.option("--show-output", is_flag=True, help="Print what the callback printed, with secrets masked.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON, with the messages of what failed.")
@click.pass_context
def check(
    ctx: click.Context,
    target: str,
    declines: str | None,
    time_limit: timedelta,
    patience: timedelta,
    backend: str | None,
    port: int,
    data: Path | None,
    rule_ids: Sequence[str],
    event_loop: str,
    show_output: bool,
    as_json: bool,
) -> None:
    """Try a bank's account_provisioning_requested callback against each rule of the handover.

    MODULE is imported from the current folder, and finds in its environment where DES is, and who it is there:
    IMPACT_BASE_URL, IMPACT_CLIENT_ID and IMPACT_CLIENT_SECRET, as `from_env()` reads them. CALLABLE is an async
    function, or anything that can be called with a request and gives back an awaitable; dots lead into objects, as in
    mybank.app:host.open_account.

    Exit code 0: no rule failed (what could not be told is counted). 1: a rule failed. 2: wrong use.

    \b
    Example:
      bank-app-sim check mybank.callbacks:open_account --declines cleo
    """
    # Here and not at the top: `serve` is to answer at once.
    from ..backend.customers import customer_name
    from ..check import RULES, Hearing, NoCallback, Options, Result, Secrets, find_callback, sandbox
    from ..check import check as check_callback
    from .findings import print_findings, print_json, trying_on

    if declines is not None:
        with _sentence_about("--declines"):
            customer_name(declines)
    options = Options(
        time_limit=time_limit,
        patience=patience,
        declines=declines,
        has_backend=backend is not None,
        event_loop=event_loop,
    )
    rules = [rule for rule in RULES if not rule_ids or rule.id in rule_ids]
    terminal, secrets = sys.stderr, Secrets()
    with _folder(data, backend, port) as folder, contextlib.closing(listening_socket(port)) as listener:
        _prepare_environment(listener, folder, secrets, backend)
        if backend is not None:
            _require_answer(backend, folder)
        with Hearing() as hearing:
            try:
                callback = find_callback(target)
            except NoCallback as error:
                raise click.UsageError(secrets.masked(str(error))) from error
            hearing.hear_everything()
            with sandbox(data=folder, listener=listener, secrets=secrets) as served, trying_on(terminal) as trying:
                findings = check_callback(
                    callback, sandbox=served, hearing=hearing, options=options, rules=rules, trying=trying
                )
    printed = secrets.masked(hearing.printed)
    if as_json:
        print_json(target, findings, secrets=secrets, printed=printed, show_output=show_output)
    else:
        again = command("check", target, *_repeated(ctx))
        print_findings(target, findings, secrets=secrets, printed=printed, show_output=show_output, again=again)
    if any(finding.verdict.result is Result.FAIL for finding in findings):
        ctx.exit(1)


# What has to be typed again to try a rule once more.
REPEATED = {"declines", "time_limit", "patience", "backend", "port", "data", "event_loop"}


def _repeated(ctx: click.Context) -> list[str]:
    """The options that were given and make a difference, as they can be typed again."""
    typed: list[str] = []
    for parameter in ctx.command.params:
        name, value = parameter.name or "", ctx.params.get(parameter.name or "")
        if name in REPEATED and ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            text = f"{value.total_seconds():g}s" if isinstance(value, timedelta) else str(value)
            typed += [parameter.opts[0], text]
    return typed


@contextlib.contextmanager
def _folder(data: Path | None, backend: str | None, port: int) -> Iterator[Path]:
    if backend is not None and (data is None or port == 0):
        raise click.UsageError(
            "--backend needs --port and --data: your backend has to find DES at the same address, with the same "
            "secret, each time; for example --port 8700 --data bank-data, as `bank-app-sim serve` has them"
        )
    if data is not None:
        yield data
        return
    with tempfile.TemporaryDirectory(prefix="bank-app-sim-check-") as folder:
        yield Path(folder)


def _prepare_environment(listener: socket.socket, folder: Path, secrets: "Secrets", backend: str | None) -> None:
    """Put down what the callback's module looks for when it is imported."""
    secret = client_secret(folder, Ids(random.SystemRandom()))
    secrets.know_credentials(CLIENT_ID, secret)
    # Also over what the shell has: the credentials are to go nowhere else.
    os.environ["IMPACT_BASE_URL"] = os.environ["IMPACT_DES_URL"] = address(listener)
    os.environ["IMPACT_CLIENT_ID"] = CLIENT_ID
    os.environ["IMPACT_CLIENT_SECRET"] = secret
    if backend is not None:
        os.environ["BANK_BACKEND_URL"] = backend


def _require_answer(backend: str, folder: Path) -> None:
    """Whatever it answers: that it does is enough."""
    import httpx

    try:
        httpx.get(backend, timeout=BACKEND_ANSWERS_WITHIN_SECONDS)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise click.UsageError(
            f"--backend {backend!r} is no address; write for example http://127.0.0.1:8080"
        ) from error
    except httpx.RequestError as error:
        raise click.UsageError(
            f"nothing answers at --backend {backend} ({error or type(error).__name__}); start your backend first, with "
            f"IMPACT_BASE_URL={os.environ['IMPACT_BASE_URL']}, IMPACT_CLIENT_ID={CLIENT_ID}, and as "
            f"IMPACT_CLIENT_SECRET "
            f"what is in {folder / SECRET_FILE}"
        ) from error


@contextlib.contextmanager
def _sentence_about(option: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise click.UsageError(f"{option} {error}") from error

"""`bank-app-sim check`: tries a bank's own callback against the contract."""

import contextlib
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import attrs
import click
from click.core import ParameterSource

from ..check import RULES, Finding, Hearing, NoCallback, Options, Result, Secrets, find_callback, trial_world
from ..check import check as check_callback
from ..invocation import command
from ..server.http.ports import listening_socket
from ..simulation import customer_name
from .banks_own import folder_of, prepare_environment, require_answer
from .event_loop import EventLoop
from .findings import print_findings, print_json, trying_on
from .running import Duration

HELP = """Try a bank's account_provisioning_requested callback against each rule of the handover.

MODULE is imported from the current folder. Its environment says where DES is and who the bank is there:
IMPACT_BASE_URL, IMPACT_CLIENT_ID and IMPACT_CLIENT_SECRET, as `from_env()` reads them. CALLABLE is an async function,
or anything that takes a request and returns an awaitable. Dots lead into objects, as in mybank.app:host.open_account.

Exit code 0: no rule failed (a rule that could not be checked is counted). 1: a rule failed. 2: wrong use.

\b
Example:
  bank-app-sim check mybank.callbacks:open_account --declines cleo
"""


class RuleId(click.ParamType[str]):
    """The id of a rule."""

    name = "rule"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        known = [rule.id for rule in RULES]
        if value not in known:
            self.fail(f"{value!r} is not a rule; the rules are {', '.join(known)}", param, ctx)
        return value


def _customer(_ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    try:
        return None if value is None else customer_name(value)
    except ValueError as error:
        raise click.UsageError(f"{parameter.opts[0]} {error}") from error


@attrs.frozen
class Checked:
    """What a check found.

    Attributes:
        printed: What the callback printed, with secrets masked.
    """

    findings: Sequence[Finding]
    secrets: Secrets
    printed: str


@click.command(help=HELP)
@click.argument("target", metavar="MODULE:CALLABLE")
@click.option("--declines", metavar="CUSTOMER", callback=_customer, help="A customer for whom the callback says no.")
@click.option("--time-limit", type=Duration(), default="10s", show_default=True, help="How long the callback may take.")
@click.option(
    "--patience",
    type=Duration(),
    default="10s",
    show_default=True,
    help="How long the bank may take to post the account after the callback has returned.",
)
@click.option(
    "--backend",
    metavar="URL",
    help="Your own backend, which already runs and posts the accounts. It has to know where DES is: see --port and "
    "--data. The callback finds the URL in BANK_BACKEND_URL.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="The port of DES, for a backend that is configured once. 0 takes a free one.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of the sandbox, with the bank's secret, kept for the next time. A folder of `serve` works too.  "
    "[default: a temporary folder]",
)
@click.option("--only", "rule_ids", type=RuleId(), multiple=True, help="Check only this rule. Repeat it for several.")
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
    """Check, print the findings, and end with 1 if a rule failed; see HELP."""
    options = Options(
        time_limit=time_limit,
        patience=patience,
        declines=declines,
        has_backend=backend is not None,
        event_loop=event_loop,
    )
    checked = _check(target, options, rule_ids, backend=backend, port=port, data=data)
    findings, secrets, printed = checked.findings, checked.secrets, checked.printed
    if as_json:
        print_json(target, findings, secrets=secrets, printed=printed, show_output=show_output)
    else:
        again = command("check", target, *_repeated(ctx))
        print_findings(target, findings, secrets=secrets, printed=printed, show_output=show_output, again=again)
    if any(finding.verdict.result is Result.FAIL for finding in findings):
        ctx.exit(1)


def _check(
    target: str, options: Options, rule_ids: Sequence[str], *, backend: str | None, port: int, data: Path | None
) -> Checked:
    rules = [rule for rule in RULES if not rule_ids or rule.id in rule_ids]
    terminal, secrets = sys.stderr, Secrets()
    with folder_of(data, backend, port) as folder, contextlib.closing(listening_socket(port)) as listener:
        prepare_environment(listener, folder, secrets, backend)
        if backend is not None:
            require_answer(backend, folder)
        with Hearing() as hearing:
            try:
                callback = find_callback(target)
            except NoCallback as error:
                raise click.UsageError(secrets.masked(str(error))) from error
            hearing.hear_everything()
            with trial_world(data=folder, listener=listener, secrets=secrets) as served, trying_on(terminal) as trying:
                findings = check_callback(
                    callback, world=served, hearing=hearing, options=options, rules=rules, trying=trying
                )
    return Checked(findings, secrets, secrets.masked(hearing.printed))


# The options that make a difference when a rule is tried again.
REPEATED = {"declines", "time_limit", "patience", "backend", "port", "data", "event_loop"}


def _repeated(ctx: click.Context) -> list[str]:
    """The typed options of REPEATED, as words of a command line."""
    typed: list[str] = []
    for parameter in ctx.command.params:
        name, value = parameter.name or "", ctx.params.get(parameter.name or "")
        if name in REPEATED and ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            text = f"{value.total_seconds():g}s" if isinstance(value, timedelta) else str(value)
            typed += [parameter.opts[0], text]
    return typed

"""The command line: the group of all commands, and what it says of errors that a person can mend."""

import os
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from impact_sdk.parsing.visible import visible

from ..server.database import DatabaseError
from ..server.http.ports import PortTaken
from ..simulation import SimulationError
from ..simulation.secrets import UnusableSecret
from .ending import INTERRUPTED, NOBODY_READS, hush

__all__ = ["main"]

# Each command is a module of its name. It is imported when somebody uses it, so that `serve` starts soon.
COMMANDS = ("check", "demo", "openapi", "run", "serve", "trace")


class Commands(click.Group):
    """Imports a command when it is used, and says in one line what went wrong if a person can mend it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f".{cmd_name}", __package__), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:  # click knows no names of commands that are not imported
            raise click.NoSuchCommand(error.command_name, possibilities=COMMANDS, ctx=ctx) from None

    def invoke(self, ctx: click.Context) -> Any:
        ctx.color = _colour(os.environ)
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, click.Abort):
            click.echo("Aborted!", err=True)
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            hush()
            ctx.exit(NOBODY_READS)
        except (DatabaseError, PortTaken, UnusableSecret) as error:
            raise click.UsageError(str(error)) from error
        except OSError as error:
            raise click.UsageError(_sentence(error)) from error
        except SimulationError as error:
            raise click.ClickException(str(error)) from error


def _sentence(error: OSError) -> str:
    if error.filename is None:
        return visible(error.strerror or str(error))
    return f"{visible(str(error.filename))}: {error.strerror}; choose another folder"


def _colour(environment: Mapping[str, str]) -> bool | None:
    """Whether to print colours; None: only on a terminal. https://no-color.org, https://force-color.org"""
    if environment.get("NO_COLOR"):
        return False
    return True if environment.get("FORCE_COLOR") else None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="impact-sdk")
def main() -> None:
    """A simulated bank and a sandbox of Impact Finance, on your machine.

    \b
    Examples:
      bank-app-sim demo                      both journeys of the vendor's page, over TCP
      bank-app-sim demo --in-process         the same in simulated time, in milliseconds
      bank-app-sim run                       the journeys that come with this package
      bank-app-sim serve --data bank-data    a sandbox to develop against
      bank-app-sim check MODULE:CALLABLE     your own callback against the contract
      bank-app-sim openapi                   what the sandbox's API promises
      bank-app-sim trace diff A B            where two runs part
    """

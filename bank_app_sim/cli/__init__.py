"""The command line: each command in a file of its own, which reads what was typed, calls, prints."""

import os
from collections.abc import Mapping
from typing import Any

import click

from impact_sdk.parsing.visible import visible

from ..server.database import DatabaseError
from ..server.ports import PortTaken
from ..simulation import SimulationError
from ..simulation.secrets import UnusableSecret
from .check import check
from .demo import demo
from .ending import INTERRUPTED, NOBODY_READS, hush
from .openapi import openapi
from .run import run
from .serve import serve
from .trace import trace

__all__ = ["main"]


class Commands(click.Group):
    """Says in one line what went wrong, where a person can do something about it."""

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
    """Whether there are colours; None: on a terminal. https://no-color.org, https://force-color.org"""
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


for command in (run, check, demo, serve, trace, openapi):
    main.add_command(command)

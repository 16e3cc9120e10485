"""Types of options, for durations and host names, and the event loop of a command."""

import sys
from datetime import timedelta
from typing import Any

import anyio
import click

from ..server.http.hosts import name_in
from ..timeline import durations

EVERY_INTERFACE = ("0.0.0.0", "[::]")


class Duration(click.ParamType[timedelta]):
    """A duration such as `90s`, `1.5h` or `2 days`."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        try:
            return durations.parsed(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class HostName(click.ParamType[str]):
    """The name of a host, such as `sandbox.test`."""

    name = "host"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        name = name_in(value)
        if name is None or ":" in value.removeprefix(name):
            self.fail(f"{value!r} is not the name of a host; write it without scheme and port, as in sandbox.test")
        if name in EVERY_INTERFACE:
            self.fail(
                f"{value} is not possible: it listens on 127.0.0.1 only; for other machines put a proxy before it"
            )
        return name


def run(work: Any, *arguments: Any) -> None:
    """Run on the fastest event loop of this system. Ctrl-C ends it without a traceback."""
    try:
        anyio.run(work, *arguments, backend_options={"use_uvloop": sys.platform != "win32"})
    except KeyboardInterrupt:
        raise click.Abort from None

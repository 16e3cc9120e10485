"""What several commands do alike: durations as people write them, and the event loop."""

import sys
from datetime import timedelta
from typing import Any

import anyio
import click

from .. import durations


class Duration(click.ParamType[timedelta]):
    """A time as people write it: `90s`, `1.5h`, `2 days`."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        try:
            return durations.parsed(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def run(work: Any, *arguments: Any) -> None:
    """Run on the fastest event loop there is here; Ctrl-C ends it without a traceback."""
    try:
        anyio.run(work, *arguments, backend_options={"use_uvloop": sys.platform != "win32"})
    except KeyboardInterrupt:
        raise click.Abort from None

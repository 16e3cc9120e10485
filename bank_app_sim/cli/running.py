"""What several commands do alike: durations as people write them, and the event loop."""

import re
import sys
from datetime import timedelta
from typing import Any, ClassVar

import anyio
import click


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


def run(work: Any, *arguments: Any) -> None:
    """Run on the fastest event loop there is here; Ctrl-C ends it without a traceback."""
    try:
        anyio.run(work, *arguments, backend_options={"use_uvloop": sys.platform != "win32"})
    except KeyboardInterrupt:
        raise click.Abort from None

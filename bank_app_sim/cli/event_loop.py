"""The type of the option `--event-loop`."""

from typing import Any

import click

from ..needed import EVENT_LOOPS, missing_event_loop


class EventLoop(click.Choice[str]):
    """The name of an event loop. If it is not installed, the error says what to install."""

    def __init__(self) -> None:
        super().__init__(EVENT_LOOPS)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        name = super().convert(value, param, ctx)
        if missing := missing_event_loop(name):
            self.fail(missing, param, ctx)
        return name

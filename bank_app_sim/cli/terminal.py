"""Prints messages as they come, and the state at the end as tables."""

from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from impact_sdk.parsing.visible import visible

from ..journeys.results import State
from ..timeline.trace import PARTICIPANTS, Message, said


class Printer:
    """Prints messages as they come. If an exchange repeats, it prints only how often."""

    def __init__(self) -> None:
        self._held: list[Message] = []
        self._shown: list[Message] = []
        self._repeats = 0

    def __call__(self, message: Message) -> None:
        begins_or_goes_on = message.kind == "request" or bool(self._held)
        if begins_or_goes_on and len(self._shown) == 2 and said(message) == said(self._shown[len(self._held)]):
            self._held.append(message)
            if len(self._held) == 2:
                self._held.clear()
                self._repeats += 1
            return
        self.end()
        self._show(message)

    def end(self) -> None:
        """Print the messages that were held back."""
        if self._repeats:
            times = "once" if self._repeats == 1 else f"{self._repeats} times"
            click.echo(click.style(f"{'':30}and the same again, {times}", dim=True))
        self._repeats = 0
        held, self._held = self._held, []
        for message in held:
            self._show(message)

    def _show(self, message: Message) -> None:
        widest = max(map(len, PARTICIPANTS.values()))
        is_answer = message.kind in ("return", "response")
        sender, receiver = PARTICIPANTS[message.sender], PARTICIPANTS[message.receiver]
        arrow = "┄┄▷" if is_answer else "──▶"
        is_refused = message.detail.get("status", 0) >= 400
        label = click.style(visible(message.label), fg="red" if is_refused else "green" if is_answer else "blue")
        click.echo(
            f"{message.at:%a %d %b %Y %H:%M:%S.%f}"[:-3] + f"  {sender:>{widest}} {arrow} {receiver:<{widest}}  {label}"
        )
        self._shown = [*self._shown[-1:], message]


def print_state(state: State) -> None:
    """Print a table for each collection, with amounts in units of the currency."""
    console = Console()
    for collection, things in state.items():
        fields = list(next(iter(things.values()), {}))
        drawn = Table(title=_title(collection), title_justify="left")
        drawn.add_column("")
        for field in fields:
            drawn.add_column(_title(field).lower(), justify="right" if _is_amount(field) else "left")
        for key, thing in things.items():
            drawn.add_row(Text(visible(key)), *(Text(_cell(field, thing[field])) for field in fields))
        console.print()
        console.print(drawn)
    console.print()


def _title(name: str) -> str:
    return name.removesuffix("_cents").replace("_", " ").capitalize()


def _is_amount(field: str) -> bool:
    return field.endswith("_cents")


def _cell(field: str, value: Any) -> str:
    if value is None:
        return ""
    return _money(value) if _is_amount(field) else visible(str(value))


def _money(cents: int) -> str:
    sign, (units, rest) = "-" if cents < 0 else "", divmod(abs(cents), 100)
    return f"{sign}{units:,}.{rest:02}"

"""What a person sees in the terminal: messages as they come, and tables."""

from collections.abc import Sequence

import click

from ..report import Table
from ..trace import PARTICIPANTS, Message, said


class Printer:
    """Prints messages as they come; of an exchange that repeats only how often it did."""

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
        """Print what was held back."""
        if self._repeats:
            times = "once" if self._repeats == 1 else f"{self._repeats} times"
            click.echo(click.style(f"{'':18}and the same again, {times}", dim=True))
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
        label = click.style(message.label, fg="red" if is_refused else "green" if is_answer else "blue")
        click.echo(f"{message.at:%a %H:%M:%S.%f}"[:-3] + f"  {sender:>{widest}} {arrow} {receiver:<{widest}}  {label}")
        self._shown = [*self._shown[-1:], message]


def print_tables(tables: Sequence[Table]) -> None:
    from rich.console import Console
    from rich.table import Table as Drawn

    console = Console()
    for table in tables:
        drawn = Drawn(*table.columns, title=table.title, title_justify="left")
        for row in table.rows:
            drawn.add_row(*row)
        console.print()
        console.print(drawn)
    console.print()

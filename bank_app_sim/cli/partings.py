"""Prints the comparison of two traces, for people and as JSON."""

import json

import cattrs
import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from impact_sdk.parsing.visible import visible

from ..journeys.evidence.comparison import Comparison, Difference, Parting
from ..timeline.trace import PARTICIPANTS, Message
from .paragraphs import counted

# The width of a table that does not go to a terminal.
PLAIN_WIDTH = 200

_converter = cattrs.Converter()
_converter.register_unstructure_hook(Message, Message.as_json)


def as_json(comparison: Comparison) -> str:
    """The comparison as JSON."""
    return json.dumps(_converter.unstructure(comparison), ensure_ascii=False, indent=2)


def print_comparison(comparison: Comparison, *, messages: int) -> None:
    """Print where each journey parts, then a summary.

    Args:
        messages: The number of messages of the first run; printed if both runs are the same.
    """
    for parting in comparison.partings:
        _print_parting(parting)
        click.echo()
    if comparison.is_same:
        click.echo(f"the same: {counted(comparison.same, 'journey')}, {counted(messages, 'message')}")
        return
    parting_journeys = len(comparison.partings)
    verb = "parts" if parting_journeys == 1 else "part"
    click.echo(f"{counted(parting_journeys, 'journey')} {verb}, {comparison.same} the same")
    for name, only in (("A", comparison.only_a), ("B", comparison.only_b)):
        if only:
            click.echo(f"only in {name}: {visible('; '.join(only))}")


def _print_parting(parting: Parting) -> None:
    called = visible(parting.name + (f" [{parting.row}]" if parting.row else ""))
    click.echo(f"{click.style(called, bold=True)}: {_where(parting)}")
    if parting.before:
        click.echo("\n  the same until then:")
        for message in parting.before:
            click.echo(f"  {_line(message)}")
    table = Table("", "A", "B", box=None, padding=(0, 2), header_style="bold")
    for name, a, b in _rows(parting):
        table.add_row(Text(name), Text(a, style="red"), Text(b, style="green"))
    console = Console()
    if not console.is_terminal:
        console.width = PLAIN_WIDTH
    with console.capture() as drawn:
        console.print(table)
    click.echo("\n" + "\n".join(line.rstrip() for line in drawn.get().splitlines()))


def _where(parting: Parting) -> str:
    if parting.a and parting.b:
        return f"A and B part at message {parting.a.n}"
    if parting.a or parting.b:
        longer, shorter = ("A", "B") if parting.a else ("B", "A")
        return f"{shorter} ends where {longer} goes on"
    return "the messages are the same, the steps are not"


def _line(message: Message) -> str:
    sender, receiver = PARTICIPANTS[message.sender], PARTICIPANTS[message.receiver]
    return f"{message.n:>6}  {message.at:%a %d %b %Y %H:%M:%S}  {sender} -> {receiver}  {visible(message.label)}"


def _rows(parting: Parting) -> list[tuple[str, str, str]]:
    rows = [_row(difference) for difference in parting.differences]
    if parting.a or parting.b:
        a, b = (_line(message).strip() if message else "(nothing more)" for message in (parting.a, parting.b))
        rows.insert(0, ("message", a, b))
    return rows


def _row(difference: Difference) -> tuple[str, str, str]:
    a, b = ("(not there)" if text is None else visible(text) for text in (difference.a, difference.b))
    return visible(difference.field), a, b

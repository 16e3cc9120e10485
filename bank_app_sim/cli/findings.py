"""Prints the findings of `check`, for people and as JSON."""

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TextIO

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from impact_sdk.parsing.visible import visible

from ..check import Finding, Result, Secrets
from ..check.observations import Trial
from . import paragraphs
from .terminal import Printer

# The width of a paragraph that goes into a file.
WIDTH = 79

COLOURS = {Result.PASS: "green", Result.FAIL: "red", Result.COULD_NOT_TELL: "yellow"}


@contextlib.contextmanager
def trying_on(terminal: TextIO) -> Iterator[Callable[[str], None]]:
    """Show the name of the running trial, if stderr is a terminal."""
    console = Console(file=terminal)
    if not console.is_terminal:
        yield lambda name: None
        return
    with console.status("starting a sandbox") as status:
        yield lambda name: status.update(f"trial: {name}")


def print_findings(
    target: str, findings: Sequence[Finding], *, secrets: Secrets, printed: str, show_output: bool, again: str
) -> None:
    """Print the table of rules, and details of each rule that failed.

    Args:
        again: The command that repeats the check.
    """
    console = Console(highlight=False)
    console.print(_table(target, findings, secrets))
    shown: dict[int, str] = {}
    for finding in (finding for finding in findings if finding.verdict.result is Result.FAIL):
        _print_failure(console, finding, secrets, shown, again=again)
    console.print()
    console.print(_summary(findings, printed, show_output=show_output))
    if show_output and printed:
        console.rule("what the callback printed")
        click.echo("\n".join(map(visible, printed.splitlines())))


def print_json(target: str, findings: Sequence[Finding], *, secrets: Secrets, printed: str, show_output: bool) -> None:
    """Print one JSON document."""
    output: dict[str, Any] = {"characters": len(printed)}
    document = {
        "callback": target,
        **{result.name.lower(): count for result, count in _counts(findings).items()},
        "rules": [_as_json(finding) for finding in findings],
        "output": {**output, "text": printed} if show_output else output,
    }
    click.echo(secrets.masked(json.dumps(document, indent=2, ensure_ascii=False)))


def _as_json(finding: Finding) -> dict[str, Any]:
    rule, verdict = finding.rule, finding.verdict
    document: dict[str, Any] = {
        "id": rule.id,
        "statement": rule.statement,
        "result": verdict.result.value,
        "seen": verdict.seen,
    }
    if verdict.result is Result.FAIL:
        document["remedy"] = rule.remedy
        document["trial"] = finding.trial.name
        document["messages"] = [message.as_json() for message in finding.trial.messages]
    return document


def _table(target: str, findings: Sequence[Finding], secrets: Secrets) -> Table:
    table = Table(
        "Rule", "Result", "What it says, and what was seen", title=Text(visible(target)), title_justify="left"
    )
    for finding in findings:
        result = finding.verdict.result
        said = Text(finding.rule.statement)
        if result is Result.COULD_NOT_TELL:
            said.append(f"\n{visible(secrets.masked(finding.verdict.seen))}", style="dim")
        table.add_row(finding.rule.id, Text(result.value, style=COLOURS[result]), said)
    return table


def _print_failure(console: Console, finding: Finding, secrets: Secrets, shown: dict[int, str], *, again: str) -> None:
    rule = finding.rule
    console.print()
    console.print(Text.assemble((f"{rule.id} failed. ", "bold red"), rule.statement))
    for name, text in (
        ("seen", secrets.masked(finding.verdict.seen)),
        ("remedy", rule.remedy),
    ):
        _say(name, text)
    # Not wrapped, so that it can be copied.
    click.echo(f"  {click.style('again:', bold=True)} {again} --only {rule.id}")
    _print_messages(rule.id, finding.trial, shown)


def _say(name: str, text: str) -> None:
    """Print a paragraph that begins with its name."""
    for line in f"  {name}: {text}".splitlines():
        fitted = paragraphs.fitted(visible(line), paragraphs.width() or WIDTH)
        click.echo(fitted.replace(f"{name}:", click.style(f"{name}:", bold=True), 1))


def _print_messages(rule_id: str, trial: Trial, shown: dict[int, str]) -> None:
    """Print the messages of a trial. Several rules may judge one trial: the next ones refer to the first."""
    if not trial.messages:
        return
    first = trial.messages[0].n
    if first in shown:
        _say("what happened", f"as shown for {shown[first]}")
        return
    shown[first] = rule_id
    _say("what happened", "")
    printer = Printer()
    for message in trial.messages:
        printer(message)
    printer.end()


def _summary(findings: Sequence[Finding], printed: str, *, show_output: bool) -> str:
    counts = _counts(findings)
    summary = ", ".join(
        f"{count} {words}"
        for count, words in (
            (counts[Result.PASS], "passed"),
            (counts[Result.FAIL], "failed"),
            (counts[Result.COULD_NOT_TELL], "could not be told"),
        )
    )
    if printed and not show_output:
        summary += f"; the callback printed {len(printed)} characters: see them with --show-output"
    return summary


def _counts(findings: Sequence[Finding]) -> dict[Result, int]:
    return {result: sum(finding.verdict.result is result for finding in findings) for result in Result}

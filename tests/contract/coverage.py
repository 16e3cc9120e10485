"""Counts which parts of the document were seen, and makes the table of them."""

from collections.abc import Mapping
from typing import Any

import attrs

from .contract import Contract


@attrs.define
class Coverage:
    """All that was seen, as sets of texts. Workers send theirs to the process that prints.

    Attributes:
        answers: Method, path and status of each answer.
        listed_events: Types in `GET /v1/events`.
        sent_events: Types in webhook batches.
        webhook_answers: What the bank answered to those.
        callback_answers: Callback, and what it did.
    """

    answers: set[tuple[str, str, str]] = attrs.field(factory=set)
    listed_events: set[str] = attrs.field(factory=set)
    sent_events: set[str] = attrs.field(factory=set)
    webhook_answers: set[str] = attrs.field(factory=set)
    callback_answers: set[tuple[str, str]] = attrs.field(factory=set)

    def as_json(self) -> dict[str, list[Any]]:
        return {name: sorted(seen) for name, seen in attrs.asdict(self, recurse=False).items()}

    def add(self, other: Mapping[str, list[Any]]) -> None:
        """Add the coverage of another process, from its `as_json()`."""
        for name, seen in other.items():
            getattr(self, name).update(tuple(each) if isinstance(each, list) else each for each in seen)


@attrs.frozen
class Line:
    """One row of the table: how many there are, and which were not seen."""

    name: str
    wanted: int
    missing: tuple[str, ...]

    def __str__(self) -> str:
        seen = self.wanted - len(self.missing)
        return f"{self.name:<44} {seen:>4} of {self.wanted:<4} {', '.join(self.missing)}".rstrip()


def table(contract: Contract, coverage: Coverage, callbacks: Mapping[str, tuple[str, ...]]) -> list[Line]:
    """A row for each operation and callback, for webhooks and for events.

    Args:
        callbacks: The answers of each callback that the host can register.
    """
    lines = []
    for operation in contract.operations:
        statuses = tuple(str(status) for status in operation.node["responses"])
        missing = tuple(
            status for status in statuses if (operation.method, operation.path, status) not in coverage.answers
        )
        lines.append(Line(operation.name, len(statuses), missing))
    wrong_methods = {path for method, path, status in coverage.answers if status == "405"}
    paths = tuple(contract.document["paths"])
    lines.append(Line("405 for each path", len(paths), tuple(path for path in paths if path not in wrong_methods)))
    types = tuple(contract.event_types)
    for name, seen in (("events listed", coverage.listed_events), ("events sent", coverage.sent_events)):
        lines.append(Line(name, len(types), tuple(each for each in types if each not in seen)))
    answers = tuple(contract.webhook_answers)
    lines.append(
        Line(
            "answers to webhooks", len(answers), tuple(each for each in answers if each not in coverage.webhook_answers)
        )
    )
    for callback, wanted in callbacks.items():
        missing = tuple(answer for answer in wanted if (callback, answer) not in coverage.callback_answers)
        lines.append(Line(f"callback {callback}", len(wanted), missing))
    return lines

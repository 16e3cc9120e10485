"""Compares two traces: the first message of each journey that differs."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import attrs

from ...timeline.trace import Message
from .trace_file import RecordedJourney, RecordedStep

# How many of the last equal messages are shown.
MESSAGES_BEFORE = 4

# Texts that a seed decides: UUIDs, and long random texts such as the coordinates of a key.
ID = re.compile(
    r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
    r"|(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*[0-9])[A-Za-z0-9_-]{40,}(?![\w-])"
)


@attrs.frozen(kw_only=True)
class Difference:
    """A field in which two messages, or the ends of two journeys, differ.

    Attributes:
        field: Such as `label`, `detail.body.dream.name` or `step 3`.
        a: Its value in the first run; None if the field is missing.
        b: Its value in the second run.
    """

    field: str
    a: str | None
    b: str | None


@attrs.frozen(kw_only=True)
class Parting:
    """The place where two runs of one journey part.

    Attributes:
        before: The last messages that are equal, from the first run.
        a: The first message of the first run that differs; None if that run has no more, or all messages are equal.
        b: As `a`, of the second run.
        differences: The fields that differ; the steps and outcome if all messages are equal.
    """

    name: str
    row: str
    before: Sequence[Message]
    a: Message | None
    b: Message | None
    differences: Sequence[Difference]


@attrs.frozen(kw_only=True)
class Comparison:
    """Two files compared.

    Attributes:
        same: The number of journeys that are equal in both.
        only_a: The names of journeys that only the first file has.
        only_b: The names of journeys that only the second file has.
    """

    same: int
    partings: Sequence[Parting]
    only_a: Sequence[str]
    only_b: Sequence[str]

    @property
    def is_same(self) -> bool:
        return not (self.partings or self.only_a or self.only_b)


def compare(a: Sequence[RecordedJourney], b: Sequence[RecordedJourney], *, exact: bool = False) -> Comparison:
    """Compare two files, journey by journey.

    Journeys are matched by name and row; if several have the same, by their order.

    Args:
        exact: Compare ids as well. Otherwise two ids count as equal if they first appear at the same place: two seeds
            give different ids everywhere.
    """
    first, second = _by_identity(a), _by_identity(b)
    both = [identity for identity in first if identity in second]
    partings = [parting for each in both if (parting := _part(first[each], second[each], exact))]
    return Comparison(
        same=len(both) - len(partings),
        partings=partings,
        only_a=[_called(*identity) for identity in first if identity not in second],
        only_b=[_called(*identity) for identity in second if identity not in first],
    )


def _by_identity(journeys: Sequence[RecordedJourney]) -> dict[tuple[str, str, int], RecordedJourney]:
    found: dict[tuple[str, str, int], RecordedJourney] = {}
    for journey in journeys:
        turn = 1
        while (journey.name, journey.row, turn) in found:
            turn += 1
        found[journey.name, journey.row, turn] = journey
    return found


def _called(name: str, row: str, turn: int) -> str:
    return name + (f" [{row}]" if row else "") + (f" #{turn}" if turn > 1 else "")


def _part(a: RecordedJourney, b: RecordedJourney, exact: bool) -> Parting | None:
    ids_of_a, ids_of_b = _Ids(exact), _Ids(exact)
    for position, (one, other) in enumerate(zip_longest(a.messages, b.messages)):
        said, heard = one and ids_of_a.replaced(_compared(one)), other and ids_of_b.replaced(_compared(other))
        if _text(said) != _text(heard):
            before = a.messages[max(0, position - MESSAGES_BEFORE) : position]
            differences = _differences(one, said, other, heard)
            return Parting(name=a.name, row=a.row, before=before, a=one, b=other, differences=differences)
    differences = _ends(a, b)
    if not differences:
        return None
    before = a.messages[-MESSAGES_BEFORE:]
    return Parting(name=a.name, row=a.row, before=before, a=None, b=None, differences=differences)


class _Ids:
    """Replaces each id of a run by its number, in the order in which they first appear."""

    def __init__(self, exact: bool) -> None:
        self._exact = exact
        self._numbers: dict[str, int] = {}

    def replaced(self, value: Any) -> Any:
        if self._exact:
            return value
        if isinstance(value, Mapping):
            return {self.replaced(name): self.replaced(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.replaced(inner) for inner in value]
        return ID.sub(self._number, value) if isinstance(value, str) else value

    def _number(self, found: re.Match[str]) -> str:
        number = self._numbers.setdefault(found[0], len(self._numbers) + 1)
        return f"id {number}"


def _text(value: Any) -> str:
    """A text to compare: Python takes 1 and true for equal."""
    return json.dumps(value, sort_keys=True)


def _compared(message: Message) -> dict[str, Any]:
    """All fields but the number, which is the place in the file."""
    values = message.as_json()
    del values["n"]
    return values


def _differences(one: Message | None, said: Any, other: Message | None, heard: Any) -> Sequence[Difference]:
    """The fields that differ, with the values of the files."""
    if one is None or other is None:
        return ()
    first, second = _told(_compared(one), said), _told(_compared(other), heard)
    return [
        Difference(field=field, a=first.get(field, (None, None))[1], b=second.get(field, (None, None))[1])
        for field in {**first, **second}
        if first.get(field, (None, None))[0] != second.get(field, (None, None))[0]
    ]


def _told(values: Any, replaced: Any) -> dict[str, tuple[str, str]]:
    """For each field the compared value and the shown one: an id is shown with its number."""
    return {
        field: (compared, shown if shown == compared else f"{shown} ({compared})")
        for (_, shown), (field, compared) in zip(_fields(values), _fields(replaced), strict=True)
    }


def _fields(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _fields(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value:
        for number, inner in enumerate(value):
            yield from _fields(inner, f"{path}[{number}]")
    else:
        yield path, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _ends(a: RecordedJourney, b: RecordedJourney) -> Sequence[Difference]:
    """The steps that differ if all messages are equal: an expectation sends no message."""
    differences = [
        Difference(field=f"step {_number(one, other)}", a=_what_came_of(one), b=_what_came_of(other))
        for one, other in zip_longest(a.steps, b.steps)
        if one != other
    ]
    if a.outcome != b.outcome:
        differences.append(Difference(field="outcome", a=a.outcome, b=b.outcome))
    return differences


def _number(*steps: RecordedStep | None) -> str:
    return next(step.number for step in steps if step)


def _what_came_of(step: RecordedStep | None) -> str | None:
    return f"{step.outcome}: {step.text}" if step else None

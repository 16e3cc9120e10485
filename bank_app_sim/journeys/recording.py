"""Recorded expectations: what a journey said and left behind once, kept beside its script, and held against it."""

import itertools
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from ..trace import Message
from .mistakes import Mistake
from .results import State

_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")


@attrs.define
class Recordings:
    """What was recorded of one script, by row and step.

    Attributes:
        path: The file; it need not be there.
        updates: Write down what is found, instead of comparing.
    """

    path: Path
    updates: bool
    kept: dict[str, Any] = attrs.field(factory=dict)

    @classmethod
    def of(cls, script: Path, *, updates: bool) -> "Recordings":
        """Those beside a script; `Mistake` where the file cannot be read."""
        path = script.with_name(f"{script.name.removesuffix('.yaml').removesuffix('.journey')}.recorded.json")
        if not path.is_file():
            return cls(path, updates)
        try:
            return cls(path, updates, json.loads(path.read_text(encoding="utf-8")))
        except ValueError as error:
            raise Mistake(f"{path} is no recording: {error}; remove it and record again with --update") from error

    def difference(self, key: str, now: Mapping[str, Any]) -> tuple[str, str] | None:
        """What was recorded and what is there instead; None where they are equal, or are recorded now."""
        if self.updates:
            self.kept[key] = now
            return None
        if key not in self.kept:
            return "a recording", f"none of this step in {self.path.name}; run once with --update"
        for part, value in now.items():
            if (difference := _difference(self.kept[key].get(part), value)) is not None:
                return tuple(f"{part}: {each}" for each in difference)  # type: ignore[return-value]
        return None

    def write(self) -> None:
        """Put down what was recorded; nothing, where nothing was."""
        if self.updates and self.kept:
            text = json.dumps(self.kept, indent=1, ensure_ascii=False, sort_keys=True)
            self.path.write_text(text + "\n", encoding="utf-8")


def messages_of(messages: Sequence[Message]) -> list[str]:
    """What was said, by whom to whom: nothing of it is different with another seed."""
    return [f"{message.sender} to {message.receiver}: {message.label}" for message in messages]


def state_of(state: State) -> dict[str, list[dict[str, Any]]]:
    """What is there, with numbers for ids, in the order in which they come."""
    numbers: dict[str, str] = {}
    names = (f"id {n}" for n in itertools.count(1))

    def plain(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return _ID.sub(lambda match: numbers.setdefault(match[0], next(names)), value)

    return {
        collection: [
            {"key": plain(key), **{name: plain(value) for name, value in fields.items()}}
            for key, fields in things.items()
        ]
        for collection, things in state.items()
        if collection != "events"  # they come in the order of their ids
    }


def _difference(recorded: Any, found: Any) -> tuple[str, str] | None:
    if recorded == found:
        return None
    if isinstance(recorded, dict) and isinstance(found, dict):
        for name in [*recorded, *(name for name in found if name not in recorded)]:
            if (inner := _difference(recorded.get(name), found.get(name))) is not None:
                return f"{name}, {inner[0]}", f"{name}, {inner[1]}"
    if isinstance(recorded, list) and isinstance(found, list):
        for n, (one, other) in enumerate(itertools.zip_longest(recorded, found), 1):
            if (inner := _difference(one, other)) is not None:
                return f"number {n} is {inner[0]}", f"number {n} is {inner[1]}"
    return _short(recorded), _short(found)


def _short(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)

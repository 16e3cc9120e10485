"""Recorded expectations: the messages and the state of an earlier run, in a file beside the script.

A recording is known by its row, the file and the branches of its step, and its number among the recordings there. Other
steps may come and go before it.
"""

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from ...timeline.trace import Message
from ..results import State
from ..scripts.identity import name_of
from ..scripts.script import Meanwhile, Recording, Script, Step
from ..text.mistakes import Mistake

_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")

NO_ROW = "no row"

Kept = Mapping[str, Mapping[str, Any]]


@attrs.define
class Recordings:
    """The recordings of one row of a script.

    Attributes:
        path: The file; it may be missing.
        kept: The recordings in the file, by name.
        updates: Record instead of comparing.
        taken: The new recordings, by name.
    """

    path: Path
    kept: Mapping[str, Any]
    updates: bool
    names: Mapping[int, str]
    taken: dict[str, Any] = attrs.field(factory=dict)

    @classmethod
    def of(cls, script: Script, *, updates: bool) -> "Recordings":
        """The recordings beside a script; `Mistake` if the file cannot be read."""
        path = path_of(Path(script.file))
        names = {id(step): name for name, step in named(script)}
        return cls(path, {} if updates else read(path).get(script.row or NO_ROW, {}), updates, names)

    def difference(self, step: Recording, now: Mapping[str, object]) -> tuple[str, str] | None:
        """What was recorded and what is there instead; None if they are equal, or if this records."""
        name = self.names[id(step)]
        if self.updates:
            self.taken[name] = now
            return None
        if name not in self.kept:
            return "a recording", f"none of this step ({name}) in {self.path.name}; run once with --update"
        for part, value in now.items():
            if (difference := _difference(self.kept[name].get(part), value)) is not None:
                recorded, found = difference
                return f"{part}: {recorded}", f"{part}: {found}"
        return None


def path_of(script: Path) -> Path:
    """The file with the recordings of a script."""
    return script.with_name(f"{name_of(script)}.recorded.json")


def read(path: Path) -> Kept:
    """The recordings in a file, by row and name; empty if there is no file.

    Raises:
        Mistake: The file has no recordings.
    """
    try:
        kept = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise _no_recording(path, str(error)) from error
    if not isinstance(kept, dict) or not all(isinstance(each, dict) for each in kept.values()):
        raise _no_recording(path, "it has no rows with recordings")
    return kept


def _no_recording(path: Path, why: str) -> Mistake:
    return Mistake(f"{path} is not a recording: {why}; remove it and record again with --update")


def named(script: Script) -> Iterator[tuple[str, Recording]]:
    """Each recording of a script with its name, such as `recording 2` or `her: recording 1 of begun`."""
    counts: Counter[str] = Counter()
    for where, step in _recordings(script.steps, ()):
        begun = name_of(Path(step.place.file)) if step.place.file and step.place.file != script.file else ""
        key = " / ".join([*where, begun])
        counts[key] += 1
        branches = f"{' / '.join(where)}: " if where else ""
        yield f"{branches}recording {counts[key]}" + (f" of {begun}" if begun else ""), step


def _recordings(steps: Sequence[Step], where: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Recording]]:
    for step in steps:
        if isinstance(step, Recording):
            yield where, step
        elif isinstance(step, Meanwhile):
            for name, inner in step.branches:
                yield from _recordings(inner, (*where, name))


def messages_of(messages: Sequence[Message]) -> list[str]:
    """The messages without anything that depends on the seed."""
    return [f"{message.sender} to {message.receiver}: {message.label}" for message in messages]


def state_of(state: State) -> dict[str, list[dict[str, Any]]]:
    """The state, with numbers instead of ids."""
    numbers: dict[str, str] = {}
    names = (f"id {n}" for n in itertools.count(1))

    def plain(value: object) -> Any:
        if not isinstance(value, str):
            return value
        return _ID.sub(lambda match: numbers.setdefault(match[0], next(names)), value)

    return {
        collection: [
            {"key": plain(key), **{name: plain(value) for name, value in fields.items()}}
            for key, fields in things.items()
        ]
        for collection, things in state.items()
        if collection != "events"  # their order depends on their ids
    }


def _difference(recorded: object, found: object) -> tuple[str, str] | None:
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


def _short(value: object) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)

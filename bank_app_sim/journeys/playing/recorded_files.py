"""The files of recordings: what an update makes of one, and what has changed in it."""

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from ..evidence.folder import replace
from ..results import JourneyResult, Outcome
from ..scripts.script import Script
from ..text.mistakes import Mistake
from .recording import NO_ROW, Kept, named, path_of, read


@attrs.frozen
class Update:
    """What has become of one file.

    Attributes:
        added: Recordings that were not in it, as `row: name`.
        changed: Those that were otherwise.
        removed: Those that no step has any more.
        unchanged: How many are as they were.
    """

    path: Path
    added: Sequence[str]
    changed: Sequence[str]
    removed: Sequence[str]
    unchanged: int

    @property
    def is_change(self) -> bool:
        return bool(self.added or self.changed or self.removed)


@attrs.frozen
class Recorded:
    """One script with what was played of it.

    Attributes:
        rows: Of the whole script, not only those that were played.
        played: The rows that were played, each with its script and what came of it; of several seeds the last.
    """

    file: Path
    rows: Collection[str]
    played: Mapping[str, tuple[Script, JourneyResult]]


def update(recorded: Recorded) -> Update | None:
    """Write the file of a script anew, or remove it; leave it alone where nothing is otherwise. None: it has none.

    A row that was not played keeps its recordings, and so does a step that was not reached.
    """
    path = path_of(recorded.file)
    try:
        old = read(path)
    except Mistake:  # it is what is to be replaced
        old = {}
    new = _merged(old, recorded)
    was, now = _flat(old), _flat(new)
    if not was and not now and not path.exists():
        return None
    if now:
        text = json.dumps(new, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        content = text.encode("utf-8", "backslashreplace")
        if not path.exists() or path.read_bytes() != content:
            replace(path, content)
    else:
        path.unlink(missing_ok=True)
    return Update(
        path,
        added=[name for name in now if name not in was],
        changed=[name for name in now if name in was and was[name] != now[name]],
        removed=[name for name in was if name not in now],
        unchanged=sum(name in was and was[name] == now[name] for name in now),
    )


def _merged(old: Kept, recorded: Recorded) -> dict[str, dict[str, Any]]:
    new: dict[str, dict[str, Any]] = {}
    for row in recorded.rows:
        key = row or NO_ROW
        kept = dict(old.get(key, {}))
        if row in recorded.played:
            script, result = recorded.played[row]
            there = {name for name, _ in named(script)}
            kept = {name: value for name, value in kept.items() if name in there}
            if result.outcome in (Outcome.PASSED, Outcome.FAILED):
                kept |= result.recorded
        if kept:
            new[key] = kept
    return new


def _flat(kept: Kept) -> dict[str, Any]:
    return {
        name if row == NO_ROW else f"{row}: {name}": value for row, each in kept.items() for name, value in each.items()
    }

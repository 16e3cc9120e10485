"""Updates the files of recordings, and says what has changed."""

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
    """What an update has changed in a file.

    Attributes:
        added: New recordings, as `row: name`.
        changed: Recordings that are different now.
        removed: Recordings without a step.
        unchanged: How many are the same.
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
    """One script, and the journeys of it that were played.

    Attributes:
        rows: All rows of the script, played or not.
        played: The script and the result of each row that was played; of several seeds the last one.
    """

    file: Path
    rows: Collection[str]
    played: Mapping[str, tuple[Script, JourneyResult]]


def update(recorded: Recorded) -> Update | None:
    """Write or remove the file of a script, if it has changed. None if the script has no recordings.

    Rows that were not played, and steps that were not reached, keep their recordings.
    """
    path = path_of(recorded.file)
    try:
        old = read(path)
    except Mistake:  # the update replaces it
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

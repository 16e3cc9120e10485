"""`trace.json`: writes and reads the messages of journeys, for programs.

`docs/trace.md` explains each field; `trace.schema.json` is for validators.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from ...timeline.trace import PARTICIPANTS, Message
from ..results import JourneyResult, StepResult

# Increases when the format changes.
VERSION = 3


class NoTrace(Exception):
    """A file is not a trace; the message says why, and what to do."""


@attrs.frozen(kw_only=True)
class RecordedStep:
    """One step in a trace."""

    number: str
    text: str
    outcome: str


@attrs.frozen(kw_only=True)
class RecordedJourney:
    """One journey in a trace."""

    name: str
    row: str
    outcome: str
    steps: Sequence[RecordedStep]
    messages: Sequence[Message]


def document(results: Iterable[JourneyResult]) -> str:
    """The whole file, one message a line. It has no time of the machine's clock: the same seed gives the same text."""
    journeys = ",".join(map(_journey, results))
    return f'{{"version":{VERSION},"participants":{_compact(PARTICIPANTS)},"journeys":[{journeys}]}}\n'


def _journey(result: JourneyResult) -> str:
    about = {name: getattr(result, name) for name in ("name", "title", "file", "row", "seed", "outcome", "reason")}
    parts = [
        _compact(about)[1:-1],
        f'"steps":[{_lines(map(_step, result.steps))}]',
        f'"messages":[{_lines(result.messages)}]',
    ]
    return "\n{" + ",\n".join(parts) + "}"


def _step(step: StepResult) -> Mapping[str, Any]:
    """A step without `before` and `after`, which count states that are not in the file."""
    return attrs.asdict(step, filter=attrs.filters.exclude("before", "after"))


def _lines(values: Iterable[Any]) -> str:
    return ",".join("\n" + _compact(value) for value in values)


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def read(path: Path) -> Sequence[RecordedJourney]:
    """The journeys of a file.

    Raises:
        NoTrace: The file is missing, or is not a trace.
    """
    try:
        values = json.loads(path.read_bytes())
    except OSError as error:
        raise NoTrace(f"{path} cannot be read: {error.strerror}; a report's trace is DIR/trace.json") from error
    except (ValueError, RecursionError) as error:
        raise NoTrace(f"{path} is not JSON, so it is not a trace ({error}); give the trace.json of a report") from error
    if not isinstance(values, dict) or "version" not in values:
        raise NoTrace(f"{path} is JSON, but not a trace: it has no 'version'; give the trace.json of a report")
    if values["version"] != VERSION:
        raise NoTrace(
            f"{path} is a trace of version {values['version']!r}, and this program reads {VERSION}; "
            "write it again with this program, or compare it with the one that wrote it"
        )
    try:
        return tuple(map(_recorded, values["journeys"]))
    except (KeyError, TypeError, ValueError) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise NoTrace(f"{path} is a trace of version {VERSION}, but it is broken: {what}") from error


def _recorded(values: Mapping[str, Any]) -> RecordedJourney:
    return RecordedJourney(
        name=str(values["name"]),
        row=str(values["row"]),
        outcome=str(values["outcome"]),
        steps=tuple(map(_recorded_step, values["steps"])),
        messages=tuple(map(Message.from_json, values["messages"])),
    )


def _recorded_step(values: Mapping[str, Any]) -> RecordedStep:
    return RecordedStep(number=str(values["number"]), text=str(values["text"]), outcome=str(values["outcome"]))

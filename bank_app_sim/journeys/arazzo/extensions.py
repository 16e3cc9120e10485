"""Members of our own for what Arazzo cannot say; see `docs/arazzo.md`."""

from collections.abc import Mapping, Sequence
from typing import Any

from .calls import RecordedCall, RecordedMessage

PREFIX = "x-bank-app-sim-"


class OnOneLine(dict[str, Any]):
    """An object that is short enough to be written on one line."""


def extensions(**members: Any) -> dict[str, Any]:
    """The members that have a value, by their names in the document."""
    return {f"{PREFIX}{name.replace('_', '-')}": value for name, value in members.items() if value}


def how_to_serve(document: Mapping[str, object]) -> str | None:
    """The command for the sandbox of a document; None if the document does not have it."""
    sandbox = document.get(f"{PREFIX}sandbox")
    command = sandbox.get("serve") if isinstance(sandbox, dict) else None
    return command if isinstance(command, str) else None


def extensions_last(step: Mapping[str, object]) -> dict[str, Any]:
    """The members of an object; our own come after those of Arazzo."""
    return dict(sorted(step.items(), key=lambda member: member[0].startswith("x-")))


def left_out(call: RecordedCall, reason: str) -> dict[str, Any]:
    """A call that is not a step, with the reason."""
    return OnOneLine(
        messages=[call.n, call.answered_n] if call.answered_n else [call.n],
        at=call.began_at,
        by=call.sender,
        label=call.label,
        status=call.status,
        reason=reason,
    )


def shown(messages: Sequence[RecordedMessage]) -> list[dict[str, Any]]:
    """Messages in short; equal exchanges in a row are one."""
    lines: list[dict[str, Any]] = []
    for message in messages:
        lines.append(OnOneLine({name: message[name] for name in ("n", "at", "from", "to", "label")}))
        before, exchange = lines[-4:-2], lines[-2:]
        if message["kind"] == "response" and list(map(_says, exchange)) == list(map(_says, before)):
            del lines[-2:]
            for each in before:
                each["times"] = each.get("times", 1) + 1
    return lines


def _says(message: Mapping[str, Any]) -> tuple[str, str, str]:
    return message["from"], message["to"], message["label"]

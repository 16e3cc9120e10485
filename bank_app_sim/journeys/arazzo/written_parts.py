"""Small parts of a workflow that is written down."""

import re
from datetime import datetime
from typing import Any

from .calls import RecordedCall
from .extensions import OnOneLine


def parameter(name: str, place: str, value: object) -> dict[str, Any]:
    """A Parameter Object."""
    return OnOneLine({"name": name, "in": place, "value": value})


def schema_of_input(default: str, description: str, *, is_secret: bool = False) -> dict[str, Any]:
    """The schema of an input with a default."""
    secret = {"format": "password"} if is_secret else {}
    return {"type": "string", **secret, "description": description, "default": default}


def step(step_id: str, description: str, operation: str, payload: dict[str, Any]) -> dict[str, Any]:
    """A Step Object that sends a body and expects 200."""
    return {
        "stepId": step_id,
        "description": description,
        "operationId": operation,
        "requestBody": {"contentType": "application/json", "payload": payload},
        "successCriteria": [{"condition": "$statusCode == 200"}],
    }


def locale_of(call: RecordedCall) -> str | None:
    """The locale with which the app launched the SDK."""
    launches = (message for message in reversed(call.before) if message["label"] == "SDK.launch")
    locale = next((message["detail"].get("locale") for message in launches), None)
    return locale if isinstance(locale, str) else None


def seconds_between(earlier: str | None, later: str) -> float:
    """How long after the earlier moment the later one is; 0 if there is no earlier one."""
    if earlier is None:
        return 0
    seconds = (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()
    return int(seconds) if seconds == int(seconds) else seconds


def camel(text: str) -> str:
    """A name as part of another: `ada-lovelace` is `AdaLovelace`."""
    return "".join(word[0].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", text)) or "User"


def texts_in(value: object) -> set[str]:
    """All texts in a value, however deep."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return {text for element in value for text in texts_in(element)}
    return {value} if isinstance(value, str) else set()

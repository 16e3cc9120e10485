"""What of a recorded call a document can repeat, and what it can require of the answer."""

import re
from typing import Any

from ...des.document.document import document, operations
from .calls import OAUTH_TOKEN, VERIFY_TOKEN, RecordedCall
from .origins import is_generated

SESSION = "/v1/session"
FEED = "/sandbox/feed"

# What an answer about one thing has to say again, besides its status: what becomes of money and launches.
_CHECKED = ("state", "pauseReason")


class LeftOut(Exception):
    """A document cannot repeat this call; the message says why."""


def refuse_what_cannot_be_repeated(call: RecordedCall) -> None:
    """`LeftOut` if another run of the document could not get the same answer."""
    if call.status is None:
        raise LeftOut("no answer to it was recorded")
    if call.status == 429 or call.status >= 500:
        raise LeftOut("it met a fault of the recorded world")
    if call.path.startswith("/sandbox/") and call.path != FEED:
        raise LeftOut("it sets up the sandbox")
    is_secret = call.path in (VERIFY_TOKEN, OAUTH_TOKEN) or (call.path == SESSION and call.method == "PATCH")
    if is_secret and not call.has_succeeded:
        raise LeftOut("what was wrong with its body is not recorded, as the body is secret")
    if call.status == 401 and call.sender == "bank_backend":
        raise LeftOut("the token was over by then; in another run it is not")


def operation_of(call: RecordedCall) -> tuple[str, list[tuple[str, str]]]:
    """The id of the operation that was called, and the parameters in its path; `LeftOut` if there is none."""
    for method, template, operation in operations(document()):
        match = re.fullmatch(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template)), call.path)
        if method == call.method and match is not None:
            return operation["operationId"], list(match.groupdict().items())
    raise LeftOut("the API has no such operation")


def criteria_for(call: RecordedCall) -> list[dict[str, Any]]:
    """The success criteria of a step that repeats the call."""
    conditions = [f"$statusCode == {call.status}"]
    things = call.answer if isinstance(call.answer, dict) and call.has_succeeded else {}
    for kind, thing in things.items():
        if isinstance(thing, dict) and is_generated(thing.get("id")):
            conditions += [
                f"$response.body#/{kind}/{name} == {_literal(thing[name])}" for name in _CHECKED if name in thing
            ]
    return [{"condition": condition} for condition in conditions]


def _literal(value: object) -> str:
    return "null" if value is None else "'" + str(value).replace("'", "''") + "'"

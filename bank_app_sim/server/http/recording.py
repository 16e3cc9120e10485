"""Puts the messages of a server into the trace: each request and its answer."""

from collections.abc import Callable, Mapping
from typing import Any

import attrs
from starlette.types import Scope

from ...timeline.trace import Kind, Trace
from .answers import LONGEST_SHOWN, Answer, Text, cut
from .operation import Operation
from .status_lines import status_line

# Of one message. The trace keeps thousands of messages.
LARGEST_RECORDED_BYTES = 131_072

ACCEPTED = 202


@attrs.frozen(kw_only=True)
class Recorder:
    """Records what one server is asked, and what it answers.

    Attributes:
        participant: The server, by its name in the trace.
        sender: Tells from a request's headers and route who sent it.
        drawn: The sender in the sequence diagrams: their names are for its messages only.
    """

    trace: Trace
    participant: str
    sender: Callable[[Mapping[str, str], str], str]
    drawn: str


class Recording:
    """One request and its answer. Without a recorder nothing is recorded."""

    def __init__(
        self,
        recorder: Recorder | None,
        operation: Operation[object],
        scope: Scope,
        headers: Mapping[str, str],
        request_id: str,
    ) -> None:
        self._recorder = recorder if operation.is_recorded else None
        self._operation = operation
        self._request_id = request_id
        self._scope = scope
        self._sender = "" if self._recorder is None else self._recorder.sender(headers, operation.path)
        self._has_request = False

    def request(self, body: Mapping[str, Any], raw: bytes) -> None:
        """Record the request, unless that has happened."""
        if self._recorder is None or self._has_request:
            return
        self._has_request = True
        asked = self._operation.asked if self._sender == self._recorder.drawn else None
        label = asked if asked is None or isinstance(asked, str) else asked(body)
        detail: dict[str, Any] = {
            "method": self._scope["method"],
            "path": cut(_full_path(self._scope)),
            "request_id": self._request_id,
        }
        if body and not self._operation.is_private:
            detail["body"] = _kept(body, raw)
        self._record(self._sender, self._recorder.participant, label or self._operation.name, "request", detail)

    def answer(self, answer: Answer, content: bytes) -> None:
        """Record the answer; and before it the request, if that could not be read."""
        if self._recorder is None:
            return
        self.request({}, b"")
        is_drawn = self._sender == self._recorder.drawn and answer.status < 400 and answer.status != ACCEPTED
        label = self._operation.answered if is_drawn else None
        detail: dict[str, Any] = {"status": answer.status, "request_id": self._request_id}
        is_value = answer.body is not None and not isinstance(answer.body, Text)
        if is_value and (answer.status >= 400 or not self._operation.is_private):
            detail["body"] = _kept(answer.body, content)
        shown = label or status_line(answer.status)
        self._record(self._recorder.participant, self._sender, shown, "response", detail)

    def _record(self, sender: str, receiver: str, label: str, kind: Kind, detail: Mapping[str, Any]) -> None:
        if self._recorder is not None:
            self._recorder.trace.record(sender, receiver, label, kind=kind, detail=detail)


def _full_path(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    return f"{scope['path']}?{query}" if query else str(scope["path"])


def _kept(body: Any, content: bytes) -> Any:
    """What the trace keeps of a body: all of it, or the beginning of one that is too large to look at."""
    if len(content) <= LARGEST_RECORDED_BYTES:
        return body
    beginning = content[:LONGEST_SHOWN].decode(errors="replace")
    return {"cut": f"{len(content)} bytes, more than the {LARGEST_RECORDED_BYTES} that the trace keeps: {beginning}…"}

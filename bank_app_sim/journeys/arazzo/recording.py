"""The messages of a run, in the format of a trace and without secrets."""

from collections.abc import Mapping
from typing import Any

import attrs

from impact_sdk import Clock

from ...server.http.status_lines import status_line
from ...timeline.clock import timestamp
from ...timeline.trace import Message
from .concealing import Concealment
from .lookup import Exchange
from .operations import DocumentOperation
from .requests import Prepared


@attrs.define
class Recording:
    """Every request that was sent to the API, and every answer."""

    clock: Clock
    conceal: Concealment
    messages: list[Mapping[str, Any]] = attrs.field(factory=list)

    @property
    def last(self) -> int:
        """The `n` of the latest message."""
        return len(self.messages)

    def now(self) -> str:
        return timestamp(self.clock.now())

    def request(self, operation: DocumentOperation, prepared: Prepared) -> str:
        """Note a request; returns its sender, by its credentials."""
        sender = "bank_backend" if _is_of_a_bank(prepared) else "sdk"
        detail = {"method": prepared.method, "path": prepared.target, "request_id": f"request-{self.last + 1}"}
        if prepared.body is not None:
            detail["body"] = prepared.body
        self._note(sender, "des", operation.label, "request", detail)
        return sender

    def answer(self, receiver: str, exchange: Exchange) -> None:
        detail = {"status": exchange.status, "request_id": f"request-{self.last}"}
        if exchange.response_body is not None:
            detail["body"] = exchange.response_body
        self._note("des", receiver, status_line(exchange.status), "response", detail)

    def _note(self, sender: str, receiver: str, label: str, kind: Any, detail: Mapping[str, Any]) -> None:
        message = Message(
            n=self.last + 1,
            at=self.clock.now(),
            sender=sender,
            receiver=receiver,
            label=label,
            kind=kind,
            detail=self.conceal(detail),
        )
        self.messages.append(message.as_json())


def _is_of_a_bank(prepared: Prepared) -> bool:
    names = {name.lower() for name in prepared.headers}
    return "authorization" in names or prepared.target.startswith("/oauth/")

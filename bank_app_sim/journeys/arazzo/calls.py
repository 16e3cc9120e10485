"""The calls of DES in a recording: each request with its answer. Calls that say nothing new are folded."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import attrs

RecordedMessage = Mapping[str, Any]

VERIFY_TOKEN = "/users/verify_token"
OAUTH_TOKEN = "/oauth/token"


@attrs.frozen(kw_only=True)
class RecordedCall:
    """One request to DES, and its answer.

    Attributes:
        n: Of the request; `answered_n` is that of the answer, and 0 if there is none.
        began_at: RFC 3339 in UTC with microseconds, as all moments of a recording: they sort as texts.
        sender: `sdk` with the cookie of a user's session, or `bank_backend` with the bank's token.
        body: None if there is none, or if it is secret.
        times: How many calls this one stands for.
        before: The messages between other participants since the call before.
    """

    n: int
    answered_n: int
    began_at: str
    ended_at: str
    sender: str
    label: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: Any
    status: int | None
    answer: Any
    times: int = 1
    before: tuple[RecordedMessage, ...] = ()

    @property
    def has_succeeded(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def recorded(messages: Iterable[RecordedMessage]) -> tuple[list[RecordedCall], list[RecordedMessage]]:
    """The calls, in the order of their requests, and the messages that came after the last of them.

    Args:
        messages: As `bank_app_sim.timeline.trace.Message.as_json()` writes them.
    """
    messages = list(messages)
    answers = {_request_id(each): each for each in messages if each["from"] == "des" and each["kind"] == "response"}
    calls: list[RecordedCall] = []
    before: list[RecordedMessage] = []
    for message in messages:
        if message["to"] == "des" and message["kind"] == "request":
            calls.append(_call(message, answers.get(_request_id(message)), tuple(before)))
            before = []
        elif not (message["from"] == "des" and message["kind"] == "response"):
            before.append(message)
    return calls, before


def _call(
    request: RecordedMessage, answer: RecordedMessage | None, before: tuple[RecordedMessage, ...]
) -> RecordedCall:
    path, _, query = request["detail"]["path"].partition("?")
    answered = answer["detail"] if answer else {}
    return RecordedCall(
        n=request["n"],
        answered_n=answer["n"] if answer else 0,
        began_at=request["at"],
        ended_at=answer["at"] if answer else request["at"],
        sender=request["from"],
        label=request["label"],
        method=request["detail"]["method"],
        path=path,
        query=tuple(parse_qsl(query, keep_blank_values=True)),
        body=request["detail"].get("body"),
        status=answered.get("status"),
        answer=answered.get("body"),
        before=before,
    )


def _request_id(message: RecordedMessage) -> Any:
    return message["detail"].get("request_id")


def folded(calls: Sequence[RecordedCall]) -> list[RecordedCall]:
    """The calls, except those that change nothing and show nothing new.

    A GET that gets the same answer again, with nothing written between, is folded into the first one. So are a POST
    that gets the same answer again under one idempotency key, and a grant of the bank's token.
    """
    kept: list[RecordedCall] = []
    heard: list[tuple[Any, int]] = []
    posted: list[tuple[Any, int]] = []
    left_before: tuple[RecordedMessage, ...] = ()
    for call in calls:
        seen = heard if call.method == "GET" else posted
        said = _said(call)
        first = next((place for other, place in seen if other == said), None) if _can_stand_for_all(call) else None
        if first is not None:
            kept[first] = attrs.evolve(kept[first], times=kept[first].times + 1)
            left_before += call.before
            continue
        if call.method != "GET" and call.path != OAUTH_TOKEN:
            heard = []
        (heard if call.method == "GET" else posted).append((said, len(kept)))
        kept.append(attrs.evolve(call, before=left_before + call.before))
        left_before = ()
    return kept


def _can_stand_for_all(call: RecordedCall) -> bool:
    if call.method == "POST":
        made = next(iter(call.answer.values()), None) if isinstance(call.answer, dict) else None
        is_made = call.status == 201 and isinstance(made, dict) and "id" in made
        return is_made or (call.path == OAUTH_TOKEN and call.has_succeeded)
    return call.method == "GET"


def _said(call: RecordedCall) -> Any:
    return (call.sender, call.method, call.path, call.query, call.body, call.status, call.answer)

"""The way to DES: notes what the bank sends, and disturbs it where a trial wants that."""

import enum
import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import anyio
import attrs

from impact_sdk import wire
from impact_sdk.parsing import set_cookie

from .leaks import Secrets
from .observations import Posting

# What a mobile network may well take, and what a user notices when the app stands still meanwhile.
SLOW_SECONDS = 0.45

# Whoever hangs on a request that we hold has hung on for long enough.
HELD_SECONDS_AT_MOST = 1.5
LOOK_EVERY_SECONDS = 0.01

ACCOUNTS = "/v1/accounts"
OAUTH_TOKEN = "/oauth/token"

# They are there to carry secrets.
CARRIES_SECRETS = ("authorization", "cookie")

App = Callable[[Any, Any, Any], Any]


class Disturbance(enum.Enum):
    """What happens to the bank's requests on their way to DES."""

    NONE = "nothing"
    SLOW = "DES takes its time for every answer"
    QUICKER = "before an account is posted, another worker of the bank posts the same one"
    HELD = "POST /accounts is held until it is released, or the bank hangs up"
    REFUSED = "DES refuses every account"


@attrs.define(eq=False)
class Answered:
    """An answer as it goes by."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = attrs.field(factory=list)
    body: bytearray = attrs.field(factory=bytearray)

    def note(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        self.body += message.get("body", b"")

    def json(self) -> Any:
        return _json(bytes(self.body))


@attrs.define(eq=False, kw_only=True)
class Gate:
    """DES as an ASGI application, with somebody at its door.

    A trial, on another thread, sets `disturbance` and `is_released`, and reads the rest.

    Attributes:
        heard: Called with what the bank sends, without what is there to carry secrets.
        noted: Called with what we do, for the trace.
        is_holding: A posting waits at the door, or has waited there.
        has_hung_up: The bank has ended the connection of one that waited.
    """

    app: App
    secrets: Secrets
    heard: Callable[[str], None] = lambda text: None
    noted: Callable[[str], None] = lambda text: None
    disturbance: Disturbance = Disturbance.NONE
    postings: list[Posting] = attrs.field(factory=list, init=False)
    slow_answers: int = attrs.field(default=0, init=False)
    is_holding: bool = attrs.field(default=False, init=False)
    has_hung_up: bool = attrs.field(default=False, init=False)
    is_released: bool = attrs.field(default=False, init=False)

    def disturb(self, disturbance: Disturbance) -> None:
        """Do this to the bank's requests from now on."""
        self.slow_answers, self.is_holding, self.has_hung_up, self.is_released = 0, False, False, False
        self.disturbance = disturbance

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = await _whole(receive)
        self.heard(_sent(scope, body))
        is_posting = scope["method"] == "POST" and scope["path"] == ACCOUNTS
        if self.disturbance is Disturbance.SLOW:
            await anyio.sleep(SLOW_SECONDS)
            self.slow_answers += 1
        elif is_posting and self.disturbance is Disturbance.QUICKER:
            await self._be_quicker(scope, body)
        elif is_posting and self.disturbance is Disturbance.HELD and not await self._hold(receive):
            return
        elif is_posting and self.disturbance is Disturbance.REFUSED:
            body = _unacceptable(body)
        await self._pass_on(scope, body, receive, send, is_posting=is_posting)

    async def _pass_on(
        self, scope: Any, body: bytes, receive: Any, send: Any, *, is_posting: bool, is_quicker: bool = False
    ) -> None:
        answered = Answered()

        async def noting(message: Any) -> None:
            answered.note(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                # Before the bank has it: what it does then is judged by what we know.
                self._note(scope, body, answered, is_posting=is_posting, is_quicker=is_quicker)
            await send(message)

        # Content-Length is DES's limit of what it reads, so it must be right.
        headers = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
        headers.append((b"content-length", str(len(body)).encode()))
        await self.app({**scope, "headers": headers}, _giving(body, receive), noting)

    def _note(self, scope: Any, body: bytes, answered: Answered, *, is_posting: bool, is_quicker: bool) -> None:
        for name, value in answered.headers:
            if name == b"set-cookie":
                cookie = set_cookie.parsed(value.decode("latin-1"), datetime.now(UTC))
                if cookie is not None:
                    self.secrets.know("session cookie", cookie.value)
        if scope["path"] == OAUTH_TOKEN and answered.status == 200:
            self.secrets.know("bearer token", answered.json()["access_token"])
        if is_posting:
            self.postings.append(posting(body, answered, at=time.monotonic(), is_quicker=is_quicker))

    async def _be_quicker(self, scope: Any, body: bytes) -> None:
        self.noted("the check posts the same account first, as another worker of the bank would")
        headers = [(name, value) for name, value in scope["headers"] if name != b"idempotency-key"]
        other = {**scope, "headers": headers}
        await self._pass_on(other, body, _nothing, _nowhere, is_posting=True, is_quicker=True)

    async def _hold(self, receive: Any) -> bool:
        """Whether the request goes on its way in the end: it does, unless the bank hangs up first."""
        has_hung_up = False

        async def listen() -> None:
            nonlocal has_hung_up
            await receive()  # the body has been read, so that this is the end of the connection
            has_hung_up = self.has_hung_up = True

        self.is_holding = True
        end = time.monotonic() + HELD_SECONDS_AT_MOST
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listen)
            # What is released is released by another thread: no event of this loop.
            while not (has_hung_up or self.is_released or time.monotonic() > end):  # noqa: ASYNC110
                await anyio.sleep(LOOK_EVERY_SECONDS)
            tasks.cancel_scope.cancel()
        if has_hung_up:
            self.noted("POST /accounts was under way when the bank hung up; it never arrives")
        return not has_hung_up


def posting(body: bytes, answered: Answered, *, at: float, is_quicker: bool = False) -> Posting:
    """What came of a `POST /accounts`."""
    asked, answer = _account(_json(body)), answered.json()
    external_id = asked.get("externalId")
    return Posting(
        at=at,
        user_id=str(asked.get("userId", "")),
        external_id=str(external_id) if external_id not in (None, "") else None,
        status=answered.status,
        account_id=_account(answer).get("id") if answered.status < 300 else None,
        refusal=_refusal(answer) if answered.status >= 400 else "",
        is_quicker=is_quicker,
    )


def _refusal(answer: Any) -> str:
    errors = answer.get("errors", ()) if isinstance(answer, dict) else ()
    return "; ".join(f"{error['field']} {', '.join(error['errors'])}" for error in errors)


def _unacceptable(body: bytes) -> bytes:
    """The same account, of a type that no bank has."""
    asked = _json(body)
    return json.dumps({"account": {**_account(asked), "type": "RefusedByTheCheck"}}).encode()


def _account(body: Any) -> dict[str, Any]:
    account = body.get("account") if isinstance(body, dict) else None
    return account if isinstance(account, dict) else {}


def _json(content: bytes) -> Any:
    try:
        return wire.loads(content)
    except wire.Unreadable:
        return None


def _sent(scope: Any, body: bytes) -> str:
    headers = "".join(
        f"\n{name.decode('latin-1')}: {value.decode('latin-1')}"
        for name, value in scope["headers"]
        if name.decode("latin-1") not in CARRIES_SECRETS
    )
    is_grant = scope["path"] == OAUTH_TOKEN
    path = f"{scope['path']}?{scope['query_string'].decode('latin-1')}"
    return f"{scope['method']} {path}{headers}\n{'' if is_grant else body.decode('utf-8', 'replace')}"


async def _whole(receive: Any) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


def _giving(body: bytes, receive: Any) -> Any:
    given = [{"type": "http.request", "body": body, "more_body": False}]

    async def giving() -> Any:
        return given.pop() if given else await receive()

    return giving


async def _nothing() -> Any:
    return {"type": "http.disconnect"}


async def _nowhere(_message: Any) -> None:
    return None

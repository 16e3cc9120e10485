"""The proxy between the bank and DES: it records what the bank sends, and disturbs it if a trial wants that."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import anyio
import attrs
import httpx
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from impact_sdk import wire
from impact_sdk.parsing import set_cookie

from ..simulation.network import Link
from .leaks import Secrets
from .observations import Posting

# The longest that the proxy holds a request of a bank that does not hang up.
HELD_SECONDS_AT_MOST = 1.5
LOOK_EVERY_SECONDS = 0.01

ACCOUNTS = "/v1/accounts"
OAUTH_TOKEN = "/oauth/token"

# These headers exist to carry secrets.
CARRIES_SECRETS = ("authorization", "cookie")

# httpx says how long a body is.
_LENGTH = (b"content-length", b"transfer-encoding")


@attrs.define(eq=False, kw_only=True)
class Proxy:
    """An ASGI application that passes every request on to DES, over the world's network and its faults.

    A trial on another thread calls the methods and reads the attributes.

    Attributes:
        heard: Called with what the bank sends, without the headers that exist to carry secrets.
        noted: Called with what the proxy does itself, for the trace.
        postings: Every `POST /accounts`, in the order of their answers.
        is_holding: A posting waits here, or has waited.
        has_hung_up: The bank has ended the connection of a posting that waited.
    """

    link: Link
    secrets: Secrets
    heard: Callable[[str], None] = lambda text: None
    noted: Callable[[str], None] = lambda text: None
    postings: list[Posting] = attrs.field(factory=list, init=False)
    is_holding: bool = attrs.field(default=False, init=False)
    has_hung_up: bool = attrs.field(default=False, init=False)
    _holds: bool = attrs.field(default=False, init=False)
    _has_rival: bool = attrs.field(default=False, init=False)

    def hold(self) -> None:
        """From now on hold each `POST /accounts` until `release()`, or until the bank hangs up."""
        self._holds = True

    def release(self) -> None:
        """Let every posting pass."""
        self._holds = False

    def be_a_rival(self) -> None:
        """From now on post each account first, as another worker of the bank would."""
        self._has_rival = True

    def disturb_no_more(self) -> None:
        """Pass everything on as it comes, and forget what has waited."""
        self.link.network.faults.heal()
        self._holds = self._has_rival = self.is_holding = self.has_hung_up = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            request = await _read(scope, receive)
        except ClientDisconnect:
            return
        self.heard(_text(request))
        is_posting = request.method == "POST" and request.url.path == ACCOUNTS
        if is_posting and self._has_rival:
            await self._post_first(request)
        if is_posting and self._holds and not await self._hold(receive):
            return
        response = await self._pass_on(request)
        if is_posting:
            # Before the bank hears of it: what the bank does next is judged by what we know.
            self._keep(request, response)
        answer = Response(response.content, response.status_code)
        answer.raw_headers = list(response.headers.raw)
        await answer(scope, receive, send)

    async def _pass_on(self, request: httpx.Request) -> httpx.Response:
        response = await self.link.handle_async_request(request)
        for text in response.headers.get_list("set-cookie"):
            cookie = set_cookie.parsed(text, datetime.now(UTC))
            if cookie is not None:
                self.secrets.know("session cookie", cookie.value)
        if request.url.path == OAUTH_TOKEN and response.status_code == 200:
            self.secrets.know("bearer token", response.json()["access_token"])
        return response

    def _keep(self, request: httpx.Request, response: httpx.Response, *, is_quicker: bool = False) -> None:
        self.postings.append(posting(request, response, at=time.monotonic(), is_quicker=is_quicker))

    async def _post_first(self, request: httpx.Request) -> None:
        self.noted("the check posts the same account first, as another worker of the bank would")
        headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"idempotency-key"]
        other = httpx.Request(request.method, request.url, headers=headers, content=request.content)
        self._keep(other, await self._pass_on(other), is_quicker=True)

    async def _hold(self, receive: Receive) -> bool:
        """Whether the request goes on in the end: it does, unless the bank hangs up first."""
        has_hung_up = False

        async def listen() -> None:
            nonlocal has_hung_up
            await receive()  # the body has been read, so this is the end of the connection
            has_hung_up = self.has_hung_up = True

        self.is_holding = True
        end = time.monotonic() + HELD_SECONDS_AT_MOST
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listen)
            # Another thread releases it, so there is no event of this loop to wait for.
            while not has_hung_up and self._holds and time.monotonic() <= end:  # noqa: ASYNC110
                await anyio.sleep(LOOK_EVERY_SECONDS)
            tasks.cancel_scope.cancel()
        if has_hung_up:
            self.noted("POST /accounts was under way when the bank hung up; it never arrives")
        return not has_hung_up


def posting(request: httpx.Request, response: httpx.Response, *, at: float, is_quicker: bool = False) -> Posting:
    """What came of a `POST /accounts`."""
    asked, answer = _account(_json(request.content)), _json(response.content)
    external_id, account_id = asked.get("externalId"), _account(answer).get("id")
    return Posting(
        at=at,
        user_id=str(asked.get("userId", "")),
        external_id=str(external_id) if external_id not in (None, "") else None,
        status=response.status_code,
        account_id=str(account_id) if response.is_success and account_id is not None else None,
        refusal=_refusal(answer) if response.is_error else "",
        is_quicker=is_quicker,
    )


def _refusal(answer: object) -> str:
    errors = answer.get("errors", ()) if isinstance(answer, dict) else ()
    return "; ".join(f"{error['field']} {', '.join(error['errors'])}" for error in errors)


def _account(body: object) -> Mapping[str, object]:
    account = body.get("account") if isinstance(body, dict) else None
    return account if isinstance(account, dict) else {}


def _json(content: bytes) -> object:
    try:
        return wire.loads(content)
    except wire.Unreadable:
        return None


async def _read(scope: Scope, receive: Receive) -> httpx.Request:
    """The request of the bank, as it travels on."""
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    headers = [(name, value) for name, value in scope["headers"] if name not in _LENGTH]
    body = await Request(scope, receive).body()
    url = f"http://des{(scope['raw_path'] + query).decode('latin-1')}"
    return httpx.Request(scope["method"], url, headers=headers, content=body)


def _text(request: httpx.Request) -> str:
    """What the bank sends, without what is there to carry secrets."""
    headers = "".join(
        f"\n{name}: {value}" for name, value in request.headers.items() if name.lower() not in CARRIES_SECRETS
    )
    body = "" if request.url.path == OAUTH_TOKEN else request.content.decode("utf-8", "replace")
    return f"{request.method} {request.url.raw_path.decode('latin-1')}{headers}\n{body}"

"""A report of an error, with the local variables of all frames, has no secret, in whatever way a call fails."""

import base64
import gzip
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import anyio
import anyio.abc
import attrs
import httpx
import pytest

from impact_sdk import (
    AccountProvisioningFailed,
    AccountProvisioningRequest,
    ClientCredentials,
    ConfigurationError,
    HookEvent,
    ImpactAPI,
    ImpactError,
    ImpactSDK,
    InvalidCredentials,
    ReplayedWebhook,
    Session,
    SessionClosed,
    TransportError,
    UnknownArgument,
    WebhookError,
    WebhookVerifier,
    Weekly,
)
from impact_sdk.api.sessions import Sessions
from impact_sdk.auth import IDToken

from .answers import DREAM, LAUNCH, SESSION, USER
from .fixed_clock import FixedClock
from .reports import what_is_shown, what_is_told

ID_TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLW9mLXRoZS1iYW5r"
NEXT_ID_TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.YW5vdGhlci1zaWduYXR1cmU"
CLIENT_SECRET = "cl1ent-s3cret &= of the bank"
ACCESS_TOKEN = "acc3ss-t0ken-of-the-bank"
COOKIE = "c00kie-of-ada-at-des"
WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"w3bhook-secret-of-the-bank").decode()
SECRETS = {
    "ID token": ID_TOKEN,
    "next ID token": NEXT_ID_TOKEN,
    "client secret": CLIENT_SECRET,
    "basic pair": f"demo-bank:{CLIENT_SECRET}",
    "access token": ACCESS_TOKEN,
    "cookie": COOKIE,
    "webhook secret": WEBHOOK_SECRET,
    "webhook key": "w3bhook-secret-of-the-bank",
}

Handler = Callable[[anyio.abc.SocketStream, bytes], Awaitable[None]]


def answer(status: int, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def in_json(status: int, value: Any, *headers: str) -> bytes:
    return answer(status, json.dumps(value).encode(), "Content-Type: application/json", *headers)


BEGUN = in_json(200, {"user": USER, "session": SESSION}, f"Set-Cookie: impact_session={COOKIE}; Max-Age=3600")
GRANTED = in_json(200, {"access_token": ACCESS_TOKEN, "expires_in": 3600})


# Each way to answer badly. What was asked is repeated wherever that can be: in headers, in fields, in pages.


async def refuses(stream: anyio.abc.SocketStream, asked: bytes, status: int) -> None:
    said = asked.decode("latin-1").replace("\r\n", " ")
    repeated = {
        "errors": [{"field": said, "errors": [said]}],
        "user": {"externalId": said},
        "access_token": [said],
        "dream": said,
    }
    await stream.send(in_json(status, repeated, f"X-Request-Id: {said}", f"Set-Cookie: impact_session={COOKIE}"))


def refusing(status: int) -> Handler:
    return lambda stream, asked: refuses(stream, asked, status)


async def closes(stream: anyio.abc.SocketStream, asked: bytes) -> None:
    await stream.aclose()


async def half_a_head(stream: anyio.abc.SocketStream, asked: bytes) -> None:
    await stream.send(b"HTTP/1.1 200 OK\r\nX-Said: " + asked.replace(b"\r\n", b" "))
    await stream.aclose()


async def half_a_body(stream: anyio.abc.SocketStream, asked: bytes) -> None:
    await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + asked)
    await stream.aclose()


async def garbage(stream: anyio.abc.SocketStream, asked: bytes) -> None:
    await stream.send(asked + b"\r\n\r\n")
    await stream.aclose()


async def nothing(stream: anyio.abc.SocketStream, asked: bytes) -> None:
    await anyio.sleep_forever()


async def a_page(stream: anyio.abc.SocketStream, asked: bytes) -> None:
    await stream.send(answer(200, b"<html>" + asked, "Content-Type: text/html"))


async def half_of_json(stream: anyio.abc.SocketStream, asked: bytes) -> None:
    granted = ACCESS_TOKEN if b"/oauth/token" in asked else ""
    await stream.send(answer(200, b'{"access_token": "' + granted.encode() + asked))


async def too_deep(stream: anyio.abc.SocketStream, asked: bytes) -> None:
    said = json.dumps(asked.decode("latin-1")).encode()
    await stream.send(answer(200, b"[" * 200 + said + b"]" * 200))


async def a_wrong_date(stream: anyio.abc.SocketStream, asked: bytes) -> None:
    said = asked.decode("latin-1")
    dream = {**DREAM, "expiresAt": said, "name": said}
    session = {**SESSION, "expiresAt": said}
    await stream.send(in_json(200, {"dream": dream, "user": USER, "session": session, "access_token": said}))


async def wrongly_packed(stream: anyio.abc.SocketStream, asked: bytes) -> None:
    await stream.send(answer(200, gzip.compress(asked)[:-9] + asked, "Content-Encoding: gzip"))


async def a_redirect(stream: anyio.abc.SocketStream, asked: bytes) -> None:
    await stream.send(answer(302, b"", "Location: http://login.example/" + asked.hex()))


BAD: dict[str, Handler] = {
    **{str(status): refusing(status) for status in (200, 400, 401, 403, 404, 409, 422, 429, 500, 503)},
    "closes": closes,
    "half a head": half_a_head,
    "half a body": half_a_body,
    "garbage": garbage,
    "nothing": nothing,
    "a page": a_page,
    "half of JSON": half_of_json,
    "too deep": too_deep,
    "a wrong date": a_wrong_date,
    "wrongly packed": wrongly_packed,
    "a redirect": a_redirect,
}
in_each_bad_way = pytest.mark.parametrize("bad", BAD.values(), ids=BAD)


@attrs.define
class DES:
    """Answers well, but for some paths.

    Attributes:
        bad: Where it answers badly, and how; the method before the path, where that matters.
    """

    bad: dict[str, Handler] = attrs.field(factory=dict)
    good: dict[str, bytes] = attrs.field(
        factory=lambda: {
            "POST /oauth/token": GRANTED,
            "POST /users/verify_token": BEGUN,
            "GET /v1/savehacks": in_json(200, {"savehacks": [{"id": "s1", "type": "Weekly", "translatedName": {}}]}),
            "POST /v1/savehack-launches": in_json(
                201,
                {"savehackLaunch": {**LAUNCH, "pausedAt": "2027-01-04T08:00:00Z", "pauseReason": "account_required"}},
            ),
            "POST /v1/dreams": in_json(201, {"dream": DREAM}),
        }
    )

    async def serve(self, stream: anyio.abc.SocketStream) -> None:
        async with stream:
            try:
                while True:
                    await self._answer(stream, await whole_request(stream))
            except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
                return

    async def _answer(self, stream: anyio.abc.SocketStream, asked: bytes) -> None:
        called = " ".join(asked.decode("latin-1").split(" ")[:2]).partition("?")[0]
        for path, bad in self.bad.items():
            if path in called:
                await bad(stream, asked)
                return
        await stream.send(self.good.get(called, answer(404, b"")))


async def whole_request(stream: anyio.abc.SocketStream) -> bytes:
    came = b""
    while b"\r\n\r\n" not in came:
        came += await stream.receive()
    lengths = [line for line in came.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = came.index(b"\r\n\r\n") + 4 + (int(lengths[0].split(b":")[1]) if lengths else 0)
    while len(came) < length:
        came += await stream.receive()
    return came


@asynccontextmanager
async def serving(des: DES) -> AsyncIterator[str]:
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, des.serve)
        yield f"http://127.0.0.1:{listener.extra(anyio.abc.SocketAttribute.local_port)}"
        tasks.cancel_scope.cancel()


CREDENTIALS = ClientCredentials("demo-bank", CLIENT_SECRET)


@pytest.fixture(params=["own", "watched", pytest.param("another", marks=pytest.mark.thorough)])
def connection(request: pytest.FixtureRequest, anyio_backend_name: str) -> Iterator[dict[str, Any]]:
    """How requests are carried, where each carrier raises what its library does, and who watches them."""
    told: list[HookEvent] = []
    options: dict[str, dict[str, Any]] = {
        "own": {},
        "watched": {"hooks": [told.append], "deadline": 5},
        "another": {"transport": "aiohttp" if anyio_backend_name == "asyncio" else "httpx2"},
    }
    yield options[request.param]
    assert what_is_shown(told, SECRETS) == []


async def raised(call: Callable[[], Awaitable[Any]]) -> BaseException:
    """What a call raises, as whoever catches it has it."""
    try:
        await call()
    except Exception as error:
        return error
    pytest.fail("it has raised nothing")


def require_no_secret(error: BaseException, kind: type[BaseException]) -> None:
    assert isinstance(error, kind), error
    assert what_is_told(error, SECRETS) == []


# The bank's backend


@in_each_bad_way
@pytest.mark.parametrize("path", ["/oauth/token", "/v1/dreams/d1"])
async def test_a_call_of_the_backend(bad: Handler, path: str, connection: dict[str, Any]) -> None:
    async with serving(DES({path: bad})) as url, ImpactAPI(url, auth=CREDENTIALS, **connection) as api:
        error = await raised(lambda: api.dreams.get("d1", timeout=0.1, attempts=1))

    require_no_secret(error, ImpactError)


@pytest.mark.thorough
@in_each_bad_way
async def test_a_listing(bad: Handler) -> None:
    async with serving(DES({"/v1/dreams": bad})) as url, ImpactAPI(url, auth=CREDENTIALS) as api:
        error = await raised(lambda: anext(aiter(api.dreams.list(timeout=0.1, attempts=1))))

    require_no_secret(error, ImpactError)


@in_each_bad_way
async def test_a_secret_that_is_told_to_des(bad: Handler) -> None:
    async with serving(DES({"/sandbox": bad})) as url, ImpactAPI(url, auth=CREDENTIALS) as api:
        error = await raised(
            lambda: api.sandbox.set_webhook_endpoint(url="http://a", secret=WEBHOOK_SECRET, timeout=0.1, attempts=1)
        )

    require_no_secret(error, ImpactError)


async def test_an_address_where_nobody_listens(connection: dict[str, Any]) -> None:
    async with ImpactAPI("http://127.0.0.1:1", auth=CREDENTIALS, **connection) as api:
        error = await raised(lambda: api.dreams.get("d1", attempts=1))

    require_no_secret(error, TransportError)


async def test_a_call_that_is_cancelled_by_a_deadline(connection: dict[str, Any]) -> None:
    for path in ("/oauth/token", "/v1/dreams/d1"):
        async with serving(DES({path: nothing})) as url, ImpactAPI(url, auth=CREDENTIALS, **connection) as api:

            async def within(api: ImpactAPI = api) -> None:
                with anyio.fail_after(0.1):
                    await api.dreams.get("d1")

            error = await raised(within)

        require_no_secret(error, TimeoutError)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_call_that_is_cancelled_by_asyncio(connection: dict[str, Any]) -> None:
    import asyncio

    async with serving(DES({"/v1/dreams/d1": nothing})) as url, ImpactAPI(url, auth=CREDENTIALS, **connection) as api:
        error = await raised(lambda: asyncio.wait_for(api.dreams.get("d1"), 0.1))

    require_no_secret(error, TimeoutError)


async def test_a_transport_of_the_hosts_that_fails() -> None:
    """Its own frames are the host's; those of ours beside them hold nothing."""

    class Broken(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            raise self.error

        error: Exception = RuntimeError("a mistake of the host's")

    for problem in (RuntimeError("a mistake"), httpx.ConnectError("refused"), httpx.ReadError("gone")):
        transport = Broken()
        transport.error = problem
        async with ImpactAPI("http://des", auth=CREDENTIALS, transport=transport) as api:
            require_no_secret(await raised(lambda api=api: api.dreams.get("d1", attempts=1)), Exception)  # type: ignore[misc]


class Rude(httpx.ReadError):
    """It says nothing of itself."""

    def __str__(self) -> str:
        raise RuntimeError("no")

    __repr__ = __str__


async def test_an_error_that_cannot_be_shown_is_no_other_failure() -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise Rude("x")

    async with ImpactAPI("http://des", auth=CREDENTIALS, transport=httpx.MockTransport(answer)) as api:
        with pytest.raises(TransportError, match="Rude: it does not say why"):
            await api.dreams.get("d1", attempts=1)


@pytest.mark.thorough
@in_each_bad_way
async def test_a_renewal(bad: Handler) -> None:
    async with serving(DES({"/v1/session": bad})) as url, ImpactAPI(url, auth=CREDENTIALS) as api:
        session = Sessions(api._transport)
        error = await raised(lambda: session.renew(IDToken(NEXT_ID_TOKEN), timeout=0.1, attempts=1))

    require_no_secret(error, ImpactError)


# The app


@asynccontextmanager
async def session_at(des: DES, **options: Any) -> AsyncIterator[tuple[ImpactSDK, Session]]:
    options = {"timeout": 0.1, "attempts": 1, **options}
    async with serving(des) as url, ImpactSDK(url, client_id="demo-bank", **options) as sdk:
        yield sdk, await sdk.launch(ID_TOKEN, timeout=30)


@in_each_bad_way
async def test_a_launch(bad: Handler, connection: dict[str, Any]) -> None:
    options = {**connection, "timeout": 0.1, "attempts": 1}
    async with serving(DES({"/verify_token": bad})) as url, ImpactSDK(url, client_id="demo-bank", **options) as sdk:
        error = await raised(lambda: sdk.launch(ID_TOKEN))

    require_no_secret(error, ImpactError)


Call = Callable[[Session], Awaitable[Any]]
CALLS: dict[str, Call] = {
    "/v1/dreams": lambda session: session.create_dream("Bike"),
    "GET /v1/dreams": lambda session: anext(aiter(session.dreams())),
    "/v1/savehack-launches": lambda session: session.launch_savehack("d1", Weekly(amount_cents=5_000, weekday=0)),
    "/v1/session/keep-alive": lambda session: session.keep_alive(),
    "DELETE /v1/session": lambda session: session.sign_out(),
}
LIKE_ANOTHER = {"GET /v1/dreams", "/v1/savehack-launches", "/v1/session/keep-alive"}


@in_each_bad_way
@pytest.mark.parametrize(
    "path", [pytest.param(path, marks=pytest.mark.thorough if path in LIKE_ANOTHER else ()) for path in CALLS]
)
async def test_a_call_of_a_session(bad: Handler, path: str) -> None:
    des = DES()
    async with session_at(des) as (_, session):
        des.bad[path] = bad
        try:
            await CALLS[path](session)
        except Exception as error:
            caught: Exception | None = error
        else:
            caught = None  # to sign out of a session that has ended

        if caught is not None:
            require_no_secret(caught, ImpactError)


async def test_a_callback_that_fails() -> None:
    async def open_account(request: AccountProvisioningRequest) -> None:
        raise RuntimeError("the bank is closed")

    async with session_at(DES()) as (sdk, session):
        sdk.register(account_provisioning_requested=open_account)
        error = await raised(lambda: session.launch_savehack("d1", Weekly(amount_cents=5_000, weekday=0)))

    require_no_secret(error, AccountProvisioningFailed)


@in_each_bad_way
async def test_a_session_that_is_lost_and_cannot_be_had_again(bad: Handler, caplog: pytest.LogCaptureFixture) -> None:
    """The host gives another token, which DES does not take."""

    async def next_token(_question: object) -> str:
        return NEXT_ID_TOKEN

    des = DES()
    caplog.set_level(logging.DEBUG)
    async with session_at(des, clock=FixedClock()) as (sdk, session):
        sdk.register(id_token_expired=next_token)
        des.bad |= {"POST /v1/dreams": BAD["401"], "/users/verify_token": bad}
        error = await raised(lambda: session.create_dream("Bike"))
    require_no_secret(error, SessionClosed)
    for record in caplog.records:
        if record.exc_info and record.exc_info[1]:
            require_no_secret(record.exc_info[1], Exception)


@in_each_bad_way
async def test_a_session_that_is_taken_up(bad: Handler, connection: dict[str, Any]) -> None:
    des = DES()
    async with session_at(des, **connection) as (sdk, session):
        exported = session.export()
        des.bad["/v1/"] = bad
        error = await raised(lambda: sdk.resume(exported.reveal()))

    secrets = {**SECRETS, "exported session": exported.reveal()}
    assert isinstance(error, ImpactError)
    assert what_is_told(error, secrets) == []


@pytest.mark.parametrize("part", [slice(0, -5), slice(5, None), slice(0, 60), slice(0, 0)])
async def test_a_session_that_cannot_be_taken_up(part: slice) -> None:
    async with session_at(DES()) as (sdk, session):
        exported = session.export().reveal()
        error = await raised(lambda: sdk.resume(exported[part]))

    assert isinstance(error, InvalidCredentials)
    assert what_is_told(error, {**SECRETS, "exported session": exported[60:]}) == []


# What is refused before anything is sent


@pytest.mark.parametrize(
    "mistake",
    [
        lambda: ClientCredentials("", CLIENT_SECRET),
        lambda: ClientCredentials(5, CLIENT_SECRET),  # type: ignore[arg-type]
        lambda: ClientCredentials("demo-bank", CLIENT_SECRET.encode()),  # type: ignore[arg-type]
        lambda: ClientCredentials("demo-bank", [CLIENT_SECRET]),  # type: ignore[arg-type]
        lambda: ClientCredentials("demo-bank", f"{CLIENT_SECRET}\ud800"),
        lambda: ImpactAPI("http://des", auth=("demo-bank", CLIENT_SECRET)),  # type: ignore[arg-type]
        lambda: ImpactAPI("http://des", auth=CLIENT_SECRET),  # type: ignore[arg-type]
        lambda: ImpactAPI("http://des", auth={"client_secret": CLIENT_SECRET}),  # type: ignore[arg-type]
        lambda: ImpactAPI("ftp://des", auth=CREDENTIALS),
        lambda: WebhookVerifier(WEBHOOK_SECRET.encode(), replays=None),  # type: ignore[arg-type]
        lambda: WebhookVerifier([WEBHOOK_SECRET, "none"], replays=None),
        lambda: WebhookVerifier([WEBHOOK_SECRET, "whsec_c2hvcnQ="], replays=None),
        lambda: WebhookVerifier(WEBHOOK_SECRET, replays=5),  # type: ignore[arg-type]
        lambda: WebhookVerifier(WEBHOOK_SECRET, replays=None, tolerance=timedelta(days=-1)),
        lambda: WebhookVerifier({WEBHOOK_SECRET}, replays=None),  # type: ignore[arg-type]
        lambda: ImpactAPI("http://des", auth=CREDENTIALS, default_headers={"X-Key": f"{CLIENT_SECRET}\n"}),
        lambda: ImpactAPI("http://des", auth=CREDENTIALS, default_headers={"X-Key": CLIENT_SECRET, "Host": "a"}),
        lambda: ImpactAPI("http://des", auth=CREDENTIALS, proxy="ftp://me:" + ACCESS_TOKEN + "@proxy"),
        lambda: ImpactAPI("http://des", auth=CREDENTIALS, cert=("none.pem", "none.key", ACCESS_TOKEN)),
    ],
)
def test_what_cannot_be_set_up(mistake: Callable[[], object]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        mistake()

    require_no_secret(caught.value, ConfigurationError)


@pytest.mark.parametrize("variable", ["IMPACT_BASE_URL", "IMPACT_CLIENT_ID", "IMPACT_TIMEOUT", "HTTPS_PROXY"])
def test_what_cannot_be_set_up_from_the_environment(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    good = {"BASE_URL": "https://des", "CLIENT_ID": "demo-bank", "CLIENT_SECRET": CLIENT_SECRET}
    for name, value in good.items():
        monkeypatch.setenv(f"IMPACT_{name}", value)
    monkeypatch.setenv(variable, "ftp://me:" + ACCESS_TOKEN + "@a b" if "PROXY" in variable else " ")
    if variable == "IMPACT_TIMEOUT":
        monkeypatch.setenv(variable, "soon")

    with pytest.raises(ConfigurationError) as caught:
        ImpactAPI.from_env()

    require_no_secret(caught.value, ConfigurationError)


@pytest.mark.parametrize(
    ("token", "options", "kind"),
    [
        (f"{ID_TOKEN}\ud800", {}, InvalidCredentials),
        (ID_TOKEN.encode(), {}, InvalidCredentials),
        ([ID_TOKEN], {}, InvalidCredentials),
        (ID_TOKEN, {"locale": 5}, ConfigurationError),
        (ID_TOKEN, {"locale": None}, ConfigurationError),
        (ID_TOKEN, {"theme": "\ud800"}, ConfigurationError),
    ],
)
async def test_a_launch_that_cannot_be(token: Any, options: dict[str, Any], kind: type[Exception]) -> None:
    async with ImpactSDK("http://127.0.0.1:1", client_id="demo-bank") as sdk:
        error = await raised(lambda: sdk.launch(token, **options))

    require_no_secret(error, kind)


async def test_a_launch_on_an_sdk_that_is_not_open() -> None:
    sdk = ImpactSDK("http://127.0.0.1:1", client_id="demo-bank")

    require_no_secret(await raised(lambda: sdk.launch(ID_TOKEN)), ConfigurationError)
    await sdk.aclose()


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"secrett": WEBHOOK_SECRET, "url": "http://a"}, UnknownArgument),
        ({"secret": WEBHOOK_SECRET, "url": None}, ConfigurationError),
        ({"secret": WEBHOOK_SECRET, "url": "http://a", "attempts": 0}, ConfigurationError),
        ({"secret": f"{WEBHOOK_SECRET}\ud800", "url": "http://a"}, ConfigurationError),
        ({"secret": WEBHOOK_SECRET.encode(), "url": "http://a"}, ConfigurationError),
    ],
)
async def test_a_secret_that_cannot_be_told_to_des(given: dict[str, Any], kind: type[Exception]) -> None:
    async with ImpactAPI("http://127.0.0.1:1", auth=CREDENTIALS) as api:
        error = await raised(lambda: api.sandbox.set_webhook_endpoint(**given))

    require_no_secret(error, kind)


# Webhooks


async def test_webhooks_that_are_not_accepted() -> None:
    from standardwebhooks import Webhook

    from impact_sdk import MemoryReplayStore

    verifier = WebhookVerifier(WEBHOOK_SECRET, replays=MemoryReplayStore())
    now = int(time.time())

    def headers(body: str, at: int = now, name: str = "w1") -> dict[str, str]:
        from datetime import UTC, datetime

        signature = Webhook(WEBHOOK_SECRET).sign(name, datetime.fromtimestamp(at, UTC), body)
        return {"webhook-id": name, "webhook-timestamp": str(at), "webhook-signature": signature}

    for body, sent in (
        (b"{}", {}),
        (b"{}", {**headers("{}"), "webhook-signature": "v1,AAAA"}),
        (b"\xff", headers("{}")),
        (b"{}", headers("{}", at=now - 10_000)),
        (b"{}", {**headers("{}"), "webhook-timestamp": "soon"}),
        (b"{}", headers("{}", name="w2")),
        (b"[", headers("[", name="w3")),
    ):
        require_no_secret(await raised(lambda body=body, sent=sent: verifier.verify(body, sent)), WebhookError)  # type: ignore[misc]
    good = headers("{}", name="w4")
    await verifier.check(b"{}", good)
    require_no_secret(await raised(lambda: verifier.check(b"{}", good)), ReplayedWebhook)


# What is the host's


async def test_what_the_host_was_dealing_with_keeps_its_frames() -> None:
    """It asks DES while it handles an error of its own, which Python then holds for the origin of all others."""
    own = ValueError("the host's")
    async with ImpactAPI("http://127.0.0.1:1", auth=CREDENTIALS) as api:
        try:
            raise own
        except ValueError:
            with pytest.raises(TransportError):
                await api.dreams.get("d1", attempts=1)
            with pytest.raises(ConfigurationError):
                ClientCredentials("", CLIENT_SECRET)
            await cancelled_at_once()

    assert own.__traceback__ is not None


async def cancelled_at_once() -> None:
    async with serving(DES({"/oauth/token": nothing})) as url, ImpactAPI(url, auth=CREDENTIALS) as api:
        with anyio.move_on_after(0.05) as scope:
            await api.dreams.get("d1")
        assert scope.cancelled_caught


# The test itself


async def test_the_walk_sees_what_a_frame_holds() -> None:
    """Else it would find nothing anywhere."""
    space: dict[str, Any] = {}
    code = compile(
        "def fails(token):\n    held = [{'a': token.encode()}]\n    raise ValueError('x')", "elsewhere.py", "exec"
    )
    exec(code, space)

    with pytest.raises(ValueError, match="x") as caught:
        space["fails"](ID_TOKEN)

    assert what_is_told(caught.value, {"ID token": ID_TOKEN}) == [
        "ID token in ValueError, elsewhere.py:3 fails, held",
        "ID token in ValueError, elsewhere.py:3 fails, token",
    ]

"""A DES that answers badly, and the secrets that no report of an error may show."""

import base64
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.abc
import attrs
import pytest

from impact_sdk import (
    ClientCredentials,
)

from ..answers import DREAM, LAUNCH, SESSION, USER
from ..reports import what_is_told

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


# Each way to answer badly. It repeats what was asked wherever it can: in headers, in fields, in pages.
def answer(status: int, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def in_json(status: int, value: Any, *headers: str) -> bytes:
    return answer(status, json.dumps(value).encode(), "Content-Type: application/json", *headers)


BEGUN = in_json(200, {"user": USER, "session": SESSION}, f"Set-Cookie: impact_session={COOKIE}; Max-Age=3600")


GRANTED = in_json(200, {"access_token": ACCESS_TOKEN, "expires_in": 3600})


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

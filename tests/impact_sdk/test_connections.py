"""Connections over real sockets on loopback: calls that are cancelled, and answers without end."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import anyio
import anyio.abc
import certifi
import pytest

from impact_sdk import (
    ClientCredentials,
    ConfigurationError,
    ImpactAPI,
    NotSent,
    OutcomeUnknown,
)
from impact_sdk.http.carriers.places import CALLS_AT_ONCE
from impact_sdk.http.carriers.time_limits import Limits

from .raw_server import ANSWER, api_at, server, with_length

CANCELLED = 400


async def within(seconds: float, call: Callable[[], Coroutine[Any, Any, Any]], *, by_task: bool) -> None:
    """Cancel a call after some time: by its scope, or by the task that it runs in, where there are such."""
    if by_task:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(call(), seconds)
    else:
        with anyio.move_on_after(seconds):
            await call()


@pytest.mark.thorough
async def test_after_calls_that_were_cancelled_at_any_point_others_get_through(anyio_backend: str) -> None:
    source = random.Random(2)
    by_task = anyio_backend == "asyncio"

    async def answer(stream: anyio.abc.SocketStream) -> None:
        await anyio.sleep(source.uniform(0, 0.02))
        await stream.send(with_length(ANSWER))

    async with api_at(answer) as api:

        async def cancelled() -> None:
            await anyio.sleep(source.uniform(0, 0.1))
            await within(source.uniform(0, 0.08), whole, by_task=by_task)

        async def whole() -> None:
            await api.dreams.get("d1", timeout=5, attempts=1)

        async with anyio.create_task_group() as tasks:
            for _ in range(CANCELLED):
                tasks.start_soon(cancelled)
        with anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:
                for _ in range(120):  # more than there may be at once
                    tasks.start_soon(whole)


class WhenConnected(logging.Handler):
    """Does something in the very step in which a connection has been made: httpcore says so in its log."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self._act = act

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage().startswith("connect_tcp.complete"):
            self._act()

    def __enter__(self) -> None:
        logging.getLogger("httpcore.connection").addHandler(self)

    def __exit__(self, *_error: object) -> None:
        logging.getLogger("httpcore.connection").removeHandler(self)


async def test_calls_that_were_cancelled_as_their_connections_were_made_leave_none_open(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """httpcore loses sight of those connections, and keeps them open."""
    caplog.set_level("DEBUG", "httpcore.connection")
    opened: set[object] = set()

    async with api_at(lambda stream: stream.send(with_length(ANSWER, "Connection: close")), opened) as api:
        await api.dreams.get("d1")
        for _ in range(CALLS_AT_ONCE + 1):
            with anyio.CancelScope() as scope, WhenConnected(scope.cancel):
                await api.dreams.get("d1")
            assert scope.cancelled_caught

        await api.dreams.get("d1", timeout=5, attempts=1)
        await anyio.wait_all_tasks_blocked()
        assert not opened


async def test_a_call_that_finds_no_place_in_time_was_not_sent() -> None:
    async def never(stream: anyio.abc.SocketStream) -> None:
        await anyio.sleep_forever()

    async with api_at(never) as api, anyio.create_task_group() as tasks:
        for _ in range(CALLS_AT_ONCE):
            tasks.start_soon(api._http.send, "GET", api._http.address("/"), {}, None)
        await anyio.wait_all_tasks_blocked()

        with pytest.raises(NotSent, match="100 calls were under way"):
            await api._http.send("GET", api._http.address("/"), {}, None, Limits(0.01))
        tasks.cancel_scope.cancel()


async def test_a_call_that_waited_while_the_client_was_closed_was_not_sent() -> None:
    async def answer(stream: anyio.abc.SocketStream) -> None:
        await anyio.sleep_forever()

    async with api_at(answer) as api, anyio.create_task_group() as tasks:
        for _ in range(CALLS_AT_ONCE):
            tasks.start_soon(fails, api)
        await anyio.wait_all_tasks_blocked()
        tasks.start_soon(waits_until_closed, api)
        await anyio.wait_all_tasks_blocked()
        await api.aclose()


async def fails(api: ImpactAPI) -> None:
    with pytest.raises(OutcomeUnknown):
        await api._http.send("GET", api._http.address("/"), {}, None)


async def waits_until_closed(api: ImpactAPI) -> None:
    with pytest.raises(NotSent, match="closed meanwhile"):
        await api._http.send("GET", api._http.address("/"), {}, None)


@pytest.mark.parametrize(("first", "second"), [("asyncio", "asyncio"), ("asyncio", "trio"), ("trio", "asyncio")])
def test_a_client_that_is_used_in_a_second_event_loop_says_so(first: str, second: str) -> None:
    """A script that calls asyncio.run() for each step."""
    api = ImpactAPI("http://127.0.0.1:1", auth=ClientCredentials("demo-bank", "secret"))

    async def called() -> None:
        await api.dreams.get("d1", attempts=1)

    with pytest.raises(NotSent):
        anyio.run(called, backend=first)
    for _ in range(2):
        with pytest.raises(ConfigurationError, match=r"in another event loop than before.*in each asyncio.run\(\)"):
            anyio.run(called, backend=second)
    with pytest.raises(ConfigurationError, match="in another event loop than before"):
        anyio.run(api.aclose, backend=second)


@pytest.mark.parametrize(
    "location", ["http://xn--/", "javascript:1", ":::", "http://[", "http://x/\x01", "x" * 70_000, "//", "/elsewhere"]
)
async def test_wherever_an_answer_leads_it_has_come(location: str) -> None:
    answer = f"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: {location}\r\n\r\n".encode()

    async with api_at(lambda stream: stream.send(answer)) as api:
        reply = await api._http.send("GET", api._http.address("/"), {}, None)

    assert (reply.status, reply.headers["location"]) == (302, location)


@pytest.mark.parametrize(
    ("name", "value"),
    [("SSL_CERT_FILE", "/nowhere"), ("ALL_PROXY", "socks5://127.0.0.1:1"), ("HTTPS_PROXY", "gopher://127.0.0.1")],
)
def test_an_environment_without_connections_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ConfigurationError, match=name):
        ImpactAPI("https://127.0.0.1:1", auth=ClientCredentials("demo-bank", "secret"))


async def test_certificates_are_read_once_for_all_clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificates = tmp_path / "certificates.pem"
    certificates.write_text(certifi.contents())
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates))

    for _ in range(2):
        async with ImpactAPI("http://127.0.0.1:1", auth=ClientCredentials("demo-bank", "secret")) as api:
            with pytest.raises(NotSent):
                await api.dreams.get("d1", attempts=1)
        certificates.unlink(missing_ok=True)


@pytest.mark.parametrize("cookie", ["a=S3CRET", "a=it's S3CRET", """a=it's "both" S3CRET; Path=/""", "a=\\' S3CRET"])
async def test_no_log_has_a_cookie(cookie: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")

    async with api_at(lambda stream: stream.send(with_length(b"", f"SET-Cookie: {cookie}"))) as api:
        reply = await api._http.send("GET", api._http.address("/"), {}, None)

    assert reply.set_cookies == (cookie,)
    assert "[redacted]" in caplog.text
    assert "S3CRET" not in caplog.text


async def test_a_client_may_be_opened_used_and_closed_each_in_a_task_of_its_own() -> None:
    async def answer(stream: anyio.abc.SocketStream) -> None:
        await stream.send(with_length(ANSWER))

    async def use(api: ImpactAPI) -> None:
        assert (await api.dreams.get("d1")).id == "d1"

    async with server(answer) as url:
        api = ImpactAPI(url, auth=ClientCredentials("demo-bank", "secret"))
        for step in (api.__aenter__, lambda: use(api), lambda: use(api), api.aclose, api.aclose):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(step)

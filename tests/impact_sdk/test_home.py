"""A client in a second event loop or after a fork: an error before anything is sent, and no harm to the first loop."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import anyio
import httpx
import pytest

from impact_sdk import ConfigurationError, ImpactSDK, Session, Weekly

from .answers import DREAM, USER

BASE = "https://des.example"
VERIFIED = {"user": USER, "session": {"expiresAt": "2999-01-04T09:00:00Z"}}

Call = Callable[[ImpactSDK, Session], Awaitable[object] | Any]

IN_A_SESSION: list[Call] = [
    lambda sdk, session: sdk.launch("another"),
    lambda sdk, session: sdk.aclose(),
    lambda sdk, session: sdk.__aenter__(),
    lambda sdk, session: sdk.__aexit__(None, None, None),
    lambda sdk, session: session.create_dream("Bike"),
    lambda sdk, session: session.launch_savehack("d1", Weekly(amount_cents=1, weekday=0)),
    lambda sdk, session: session.resume_paused_launches(),
    lambda sdk, session: session.keep_alive(),
    lambda sdk, session: session.sign_out(),
    lambda sdk, session: session.close(),
    lambda sdk, session: session.__aenter__(),
    lambda sdk, session: session.__aexit__(None, None, None),
    lambda sdk, session: anext(session.dreams()),
]


class Recording:
    """A DES that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        if request.url.path == "/users/verify_token":
            return httpx.Response(200, json=VERIFIED, headers={"Set-Cookie": "impact_session=a"})
        return httpx.Response(200, json={"dream": DREAM})


@pytest.fixture
def loops() -> Iterator[tuple[asyncio.Runner, asyncio.Runner]]:
    """Two event loops that wait for each other."""
    with asyncio.Runner() as first, asyncio.Runner() as second:
        yield first, second


@pytest.mark.parametrize("call", IN_A_SESSION, ids=range(len(IN_A_SESSION)))
def test_in_a_second_loop_nothing_is_sent_and_the_first_one_goes_on(
    loops: tuple[asyncio.Runner, asyncio.Runner], call: Call
) -> None:
    first, second = loops
    des = Recording()
    sdk = ImpactSDK(BASE, client_id="demo-bank", transport=httpx.MockTransport(des))

    async def launched() -> Session:
        await sdk.__aenter__()
        return await sdk.launch("t0ken")

    async def called() -> None:
        await call(sdk, session)

    session = first.run(launched())
    asked = des.asked.copy()
    with pytest.raises(ConfigurationError, match=r"this ImpactSDK is called in another event loop than before"):
        second.run(called())

    assert des.asked == asked
    assert first.run(_dream(session)) == "d1"
    first.run(sdk.aclose())


async def _dream(session: Session) -> str:
    return (await session.create_dream("Bike")).id


@pytest.mark.parametrize(("first", "second"), [("asyncio", "asyncio"), ("asyncio", "trio"), ("trio", "asyncio")])
def test_after_its_loop_has_ended_every_call_says_so_and_none_hangs(first: str, second: str) -> None:
    des = Recording()
    sdk = ImpactSDK(BASE, client_id="demo-bank", transport=httpx.MockTransport(des))

    async def launched() -> Session:
        await sdk.__aenter__()
        return await sdk.launch("t0ken")

    async def called(call: Call) -> None:
        with anyio.fail_after(10):
            await call(sdk, session)

    session = anyio.run(launched, backend=first)
    for call in IN_A_SESSION:
        with pytest.raises(ConfigurationError, match=r"end with the loop; make one, and close it, in each asyncio.run"):
            anyio.run(called, call, backend=second)

    assert des.asked == ["POST /users/verify_token"]


def test_a_session_gives_its_lists_outside_of_all_loops() -> None:
    """Asking for a listing sends nothing."""
    sdk = ImpactSDK(BASE, client_id="demo-bank", transport=httpx.MockTransport(Recording()))

    async def launched() -> Session:
        await sdk.__aenter__()
        return await sdk.launch("t0ken")

    with asyncio.Runner() as runner:
        session = runner.run(launched())
        session.dreams()
        runner.run(sdk.aclose())


SERVER = """
import asyncio, os, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from impact_sdk import ClientCredentials, ConfigurationError, ImpactAPI, ImpactSDK

ANSWERS = {
    "/oauth/token": b'{"access_token": "t"}',
    "/users/verify_token": b'{"user": {"type": "User", "id": "u1"}, "session": {"expiresAt": "2999-01-01T00:00:00Z"}}',
}
DREAM = b'{"dream": {"id": "d1", "type": "Dream", "name": "Bike", "user": {"type": "User", "id": "u1"}}}'
received = []

class DES(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        received.append(self.path)
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b"" if self.command == "HEAD" else ANSWERS.get(self.path, DREAM)
        self.send_response(200)
        self.send_header("Set-Cookie", "impact_session=a")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_HEAD = do_POST = answer

    def log_message(self, *_arguments): ...

server = ThreadingHTTPServer(("127.0.0.1", 0), DES)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"
"""

FORKED = """
async def refused(call):
    try:
        await call
    except ConfigurationError as error:
        return "before that one forked" in str(error)
    return False

async def main():
    api = ImpactAPI(address, auth=ClientCredentials("demo-bank", "secret"))
    sdk = ImpactSDK(address, client_id="demo-bank")
    await sdk.__aenter__()
    session = await sdk.launch("t0ken")
    await api.dreams.get("d1")
    before = len(received)
    child = os.fork()
    if child == 0:
        calls = [
            sdk.launch("another"), session.create_dream("Bike"), session.close(), session.sign_out(), sdk.aclose(),
            api.dreams.get("d1"), api.aclose(),
        ]
        os._exit(0 if all([await refused(call) for call in calls]) else 1)
    status = os.waitpid(child, 0)[1]
    assert status == 0, status
    assert len(received) == before, received[before:]
    assert (await session.create_dream("Bike")).id == "d1"
    assert (await api.dreams.get("d1")).id == "d1"
    await sdk.aclose()
    await api.aclose()

asyncio.run(main())
print("unharmed")
"""


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="there is no fork here")
def test_in_a_forked_child_nothing_is_sent_and_the_parent_goes_on() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SERVER + FORKED], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.stdout.strip() == "unharmed", done.stderr


def test_a_client_that_was_only_made_before_the_fork_is_good_in_each_child() -> None:
    """A server that loads the application and forks after that."""
    code = SERVER + (
        'sdk = ImpactSDK(address, client_id="demo-bank")\n'
        "async def main():\n"
        "    async with sdk:\n"
        '        session = await sdk.launch("t0ken")\n'
        '        os.write(1, session.user.id.encode() + b" ")\n'
        "child = os.fork()\n"
        "asyncio.run(main())\n"
        "child and os.waitpid(child, 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)

    assert done.stdout.split() == ["u1", "u1"], done.stderr

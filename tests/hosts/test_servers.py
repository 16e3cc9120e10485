"""The SDK in web servers that are started for real: each call arrives once, from the process that made it."""

import json
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.request import urlopen

import attrs
import pytest

from .arrivals import arriving
from .started import PATIENCE_SECONDS, Host, started

pytestmark = [pytest.mark.processes]

GUNICORN = ["-m", "gunicorn", "--bind", "fd://{fd}", "--no-control-socket", "--log-level", "warning"]
UVICORN = ["-m", "uvicorn", "--fd", "{fd}", "--log-level", "warning"]
APPS = "tests.hosts.apps"


@attrs.frozen(kw_only=True)
class Server:
    """How a host is served.

    Attributes:
        processes: How many answer.
        before: Who asked before the server forked.
        stop: What its operator sends to end it.
    """

    command: Sequence[str]
    processes: int = 1
    before: Sequence[str] = ()
    stop: signal.Signals = signal.SIGTERM


SERVERS = {
    "Flask, gunicorn, forked while a client was open": Server(
        command=[*GUNICORN, "--workers", "2", "--preload", f"{APPS}:flask_used_before_the_fork()"],
        processes=2,
        before=["the parent"],
    ),
    "Flask, gunicorn, threads": Server(command=[*GUNICORN, "--threads", "4", f"{APPS}:flask()"]),
    "Django, gunicorn, forked": Server(
        command=[*GUNICORN, "--workers", "2", "--preload", f"{APPS}:django_wsgi()"], processes=2
    ),
    # uvicorn ends by the very signal that it was sent, but for this one.
    "Django, uvicorn": Server(command=[*UVICORN, "--factory", f"{APPS}:django_asgi"], stop=signal.SIGINT),
    "FastAPI, uvicorn, asyncio": Server(command=[*UVICORN, "--loop", "asyncio", f"{APPS}:fastapi"], stop=signal.SIGINT),
    "FastAPI, uvicorn, uvloop": Server(command=[*UVICORN, "--loop", "uvloop", f"{APPS}:fastapi"], stop=signal.SIGINT),
}
THREADS = 8
ASKED_AT_ONCE = 40


def ask(host: Host, users: Sequence[str]) -> dict[str, int]:
    """Which process answered for whom."""

    def one(user: str) -> tuple[str, int]:
        # On a connection of its own, so that any process may get it.
        with urlopen(f"{host.url}/users/{user}/dreams", timeout=PATIENCE_SECONDS) as answer:
            assert json.load(answer) == []
            return user, int(answer.headers["X-Process"])

    with ThreadPoolExecutor(THREADS) as threads:
        return dict(threads.map(one, users))


@pytest.mark.parametrize("name", SERVERS)
def test_calls_arrive_once_each_process_has_its_own_connections_and_the_end_is_clean(name: str) -> None:
    server = SERVERS[name]
    process_of = dict.fromkeys(server.before, 0)
    with arriving() as arrivals, started(server.command, arrivals.environment) as host:
        while len(set(process_of.values()) - {0}) < server.processes:
            process_of |= ask(host, [f"u{len(process_of) + number}" for number in range(ASKED_AT_ONCE)])
        host.end(server.stop)

    assert {user: len(connections) for user, connections in arrivals.asked.items()} == dict.fromkeys(process_of, 1)
    assert {len(processes) for processes in arrivals.processes_by_connection(process_of).values()} == {1}
    assert len(arrivals.tokens) == server.processes + len(server.before)
    assert host.is_clean

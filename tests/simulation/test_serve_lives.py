"""`serve` as a process: what comes at it from outside ends nothing, and a signal ends it cleanly."""

import contextlib
import json
import logging
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from bank_app_sim.cli.server_log import concerns_the_server

from .served import PATIENCE_SECONDS, Server, served

processes = pytest.mark.processes

NO_HTTP = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # somebody wants TLS
    b"\0" * 10_000,
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"POST /v1/users HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    b"POST /v1/users HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    b"GET /%zz%00\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf of a bo",
    b"GET /worlds/ff/des/x HTTP/1.1\r\nHost: localhost\r\n\r\n",
]


@processes
def test_bytes_that_are_no_http_end_nothing(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        for url in (server.ready["des_url"], server.ready["backend_url"]):
            address = (urlsplit(url).hostname, urlsplit(url).port)
            for sent in NO_HTTP:
                with socket.create_connection(address) as connection:
                    connection.sendall(sent)
        assert httpx.get(f"{server.ready['des_url']}/openapi.json").status_code == 200
        assert httpx.get(f"{server.ready['backend_url']}/ledger").status_code == 200


@processes
def test_what_a_database_held_ends_nothing_at_the_next_start(tmp_path: Path) -> None:
    """Written by a release that let it in: an address that nobody can look up. It is a failed attempt."""
    with served(tmp_path, "--webhooks") as server:
        with as_bank(server) as bank:
            create_user(bank, "ada")
            eventually(bank, lambda shown: shown["pendingCount"] == 0)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(PATIENCE_SECONDS) == 0
    with contextlib.closing(sqlite3.connect(tmp_path / "des.sqlite3")) as des, des:
        des.execute("UPDATE webhook_endpoints SET url = 'http://xn--/', delivered_us = 0")

    # Without --webhooks, which would say where they go.
    with served(tmp_path) as server, as_bank(server) as bank:
        shown = eventually(bank, lambda shown: shown["attempts"] > 0)
        create_user(bank, "bo")
    assert "xn--" in shown["url"]
    assert "A-label" in shown["lastError"]


@processes
def test_ctrl_c_ends_it_without_a_word(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bank_app_sim", "serve", "--json", "--port", "0", "--data", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        with httpx.Client() as kept_alive:
            kept_alive.get(f"{ready['des_url']}/openapi.json")
            process.send_signal(signal.SIGINT)
            said, wrong = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, said, wrong) == (0, "", "")


def create_user(bank: httpx.Client, name: str) -> None:
    answer = bank.post("/v1/users", json={"user": {"externalId": name}})
    assert answer.status_code == 201, answer.text


def eventually(bank: httpx.Client, is_so: Any) -> dict[str, Any]:
    """The webhook endpoint, when it is so."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        shown: dict[str, Any] = bank.get("/sandbox/webhook-endpoint").json()["webhookEndpoint"]
        if is_so(shown):
            return shown
        time.sleep(0.05)
    raise AssertionError(shown)


@contextlib.contextmanager
def as_bank(server: Server) -> Iterator[httpx.Client]:
    form = {"grant_type": "client_credentials"}
    credentials = (server.ready["client_id"], server.ready["client_secret"])
    granted = httpx.post(f"{server.ready['des_url']}/oauth/token", data=form, auth=credentials).json()
    bearer = {"Authorization": f"Bearer {granted['access_token']}"}
    with httpx.Client(base_url=server.ready["des_url"], headers=bearer) as bank:
        yield bank


# What its log tells


@pytest.mark.parametrize(
    ("thread", "traceback", "told"),
    [
        ("MainThread", None, True),
        ("world 0123456789ab", None, False),
        ("world 0123456789ab", (ValueError, ValueError("a mistake of ours"), None), True),
    ],
)
def test_what_a_script_has_lost_on_purpose_is_no_warning_of_the_server(thread: str, traceback: Any, told: bool) -> None:
    record = logging.LogRecord("des", logging.WARNING, __file__, 1, "a webhook was not taken", None, traceback)
    record.threadName = thread

    assert concerns_the_server(record) is told

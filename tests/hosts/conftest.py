"""Redis, for Celery: the one that runs, or one of our own."""

import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from .started import PATIENCE_SECONDS

ADDRESS = "TEST_REDIS_URL"
USUAL = "redis://127.0.0.1:6379"


def answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    url = os.environ.get(ADDRESS, USUAL)
    if answers(url):
        yield url
        return
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip(f"no Redis at {url}, and no redis-server to start; set {ADDRESS}, or install Debian's redis-server")
    yield from served_redis(program, tmp_path_factory.mktemp("redis"))


def served_redis(program: str, folder: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            while "Ready to accept connections" not in process.stdout.readline():
                assert process.poll() is None, "redis-server has ended"
            yield f"redis://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE_SECONDS)


@pytest.fixture
def key_prefix(redis_url: str) -> Iterator[str]:
    """What all keys of a test begin with; there are none when it has ended."""
    prefix = f"test-{secrets.token_hex(6)}-"
    yield prefix
    with redis.Redis.from_url(redis_url) as client:
        for key in client.scan_iter(f"{prefix}*"):
            client.delete(key)

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.postgresql import Worlds

from .planes import made
from .sandboxes import sandbox


@pytest.fixture
def sandbox_url(store: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The `des_url` of a sandbox that keeps everything in files, or in PostgreSQL."""
    database = request.getfixturevalue("postgresql_url") if store == "postgresql" else None
    with sandbox(tmp_path / "bank-data", database) as standing:
        yield standing.des_url


@pytest.fixture
def files_url(tmp_path: Path) -> Iterator[str]:
    """The `des_url` of a sandbox on files, where the database makes no difference."""
    with sandbox(tmp_path / "bank-data") as standing:
        yield standing.des_url


@pytest.fixture
def another_url(store: str, request: pytest.FixtureRequest) -> Iterator[str | None]:
    """As `world_url`, for a world in this process beside the sandbox."""
    if store == "sqlite":
        yield None
    else:
        worlds: Worlds = request.getfixturevalue("worlds")
        with worlds.one() as url:
            yield url


@pytest.fixture
def http(files_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=files_url, timeout=60) as http:
        yield http


@pytest.fixture
def world(http: httpx.Client) -> dict[str, Any]:
    return made(http)

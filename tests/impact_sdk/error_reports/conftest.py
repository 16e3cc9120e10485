"""How clients travel in these tests."""

from collections.abc import Iterator
from typing import Any

import pytest

from impact_sdk import HookEvent

from ..reports import what_is_shown
from .bad_des import SECRETS


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

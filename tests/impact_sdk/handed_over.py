"""Objects of a host that may be wrong, and a DES with one user."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import anyio
import anyio.abc
import anyio.lowlevel
import attrs
import httpx
import pytest

from impact_sdk import (
    ClientCredentials,
    ImpactAPI,
)

from .answers import DREAM, LAUNCH, USER
from .webhooks.batches import NOW

BASE = "https://des.example"

on_one_loop = pytest.mark.parametrize("anyio_backend", ["asyncio"])


class Odd(Exception):
    """Something of somebody else's, which cannot even be shown."""

    def __str__(self) -> str:
        raise RuntimeError("no")

    __repr__ = __str__


@attrs.define
class HostClock:
    """A clock that may be wrong in one of its methods."""

    given_now: Any = NOW
    given_sleep: Any = None
    given_sleep_until: Any = None

    def now(self) -> Any:
        return self.given_now

    def sleep(self, seconds: float) -> Any:
        return self.given_sleep() if self.given_sleep else anyio.lowlevel.checkpoint()

    def sleep_until(self, moment: datetime) -> Any:
        return self.given_sleep_until() if self.given_sleep_until else anyio.sleep_forever()


def answers(request: httpx.Request) -> httpx.Response:
    """A DES with one user, who has no account."""
    paused = {**LAUNCH, "pausedAt": "2027-01-04T08:00:00Z", "pauseReason": "account_required"}
    path = request.url.path
    if path == "/users/verify_token":
        settings = {"expiresAt": "2027-01-04T09:00:00Z"}
        return httpx.Response(
            200, json={"user": USER, "session": settings}, headers={"Set-Cookie": "impact_session=a; Max-Age=3600"}
        )
    if path == "/oauth/token":
        return httpx.Response(200, json={"access_token": "t"})
    if path == "/v1/savehacks":
        return httpx.Response(200, json={"savehacks": [{"id": "s1", "type": "Weekly", "translatedName": {}}]})
    if path == "/v1/savehack-launches":
        return httpx.Response(201, json={"savehackLaunch": paused})
    if path == "/v1/dreams/busy":
        return httpx.Response(503)
    return httpx.Response(200, json={"dream": DREAM})


@asynccontextmanager
async def api(**given: Any) -> AsyncIterator[ImpactAPI]:
    credentials = ClientCredentials("demo-bank", "s3cret")
    async with ImpactAPI(BASE, auth=credentials, **{"transport": httpx.MockTransport(answers), **given}) as client:
        yield client


def nothing() -> None: ...

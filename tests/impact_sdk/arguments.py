"""Wrong values for arguments, and what a call makes of them."""

import math
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any

import httpx
import pytest

from impact_sdk import (
    ClientCredentials,
    ImpactAPI,
    ImpactError,
    ImpactSDK,
)

from .answers import USER
from .operations import THEN

BASE = "https://des.example/sandbox"
LONG = "x" * 70_000


class Odd:
    """Something of somebody else's, which cannot even be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("no")


class OddZone(tzinfo):
    def utcoffset(self, at: datetime | None) -> timedelta:
        raise RuntimeError("no")

    def dst(self, at: datetime | None) -> None: ...

    def tzname(self, at: datetime | None) -> None: ...

    def __repr__(self) -> str:
        return "odd"


class OthersFloat(float):
    """As numpy has its own."""


# Right for no argument at all.
NEVER: dict[str, Any] = {
    "half of a character": "a\ud800",
    "bytes": b"x",
    "an object": Odd(),
    "a number that is none": math.nan,
    "an infinity": -math.inf,
    "more than 64 bits": 2**64,
    "more digits than Python writes": 10**5_000,
    "a complex number": 1j,
    "a set": {1},
    "a list of anything": [Odd()],
    "a table": {"a": Odd()},
    "a moment without a zone": datetime(2027, 1, 4),  # noqa: DTZ001
    "a moment of an odd zone": datetime(2027, 1, 4, tzinfo=OddZone()),
    "a moment beyond the calendar": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))),
    "a function": lambda: None,
    "a class": int,
}
# Right for some, or for DES to judge.
SOMETIMES: dict[str, Any] = {
    "None": None,
    "nothing": "",
    "a blank": " ",
    "NUL": "a\0b",
    "a line": "a\r\nX: y",
    "a long text": LONG,
    "a text in digits": "3",
    "not of ASCII": "é",
    "dots": "..",
    "True": True,
    "nought": 0,
    "less than nothing": -1,
    "a fraction": 1.5,
    "a huge fraction": 1e300,
    "a fraction of another library": OthersFloat(2.5),
    "a day": date(2027, 1, 4),
    "the last moment": datetime.max.replace(tzinfo=UTC),
    "a moment": THEN,
    "no time": timedelta(),
    "all time": timedelta.max,
    "an empty list": [],
    "a list of texts": ["a", "b"],
    "an empty table": {},
}


# Nothing is sent.
on_one_loop = pytest.mark.parametrize("anyio_backend", ["asyncio"])


def refuses(request: httpx.Request) -> httpx.Response:
    """A DES that is asked and says no: whatever gets here could be written."""
    if request.url.path.endswith("/oauth/token"):
        return httpx.Response(200, json={"access_token": "t"})
    if request.url.path.endswith("/savehacks"):
        return httpx.Response(200, json={"savehacks": [{"id": "s1", "type": "Weekly", "translatedName": {}}]})
    if request.url.path.endswith("/users/verify_token"):
        settings = {"expiresAt": "2099-01-04T09:00:00Z"}
        return httpx.Response(
            200, json={"user": USER, "session": settings}, headers={"Set-Cookie": "impact_session=a; Max-Age=900"}
        )
    return httpx.Response(418)


async def finished(asked: Any) -> None:
    if isinstance(asked, AsyncIterator):
        await anext(asked)
    elif isinstance(asked, Awaitable):
        await asked


def api() -> ImpactAPI:
    credentials = ClientCredentials("demo-bank", "secret")
    return ImpactAPI(BASE, auth=credentials, transport=httpx.MockTransport(refuses))


async def outcome(call: Callable[[], Any]) -> ImpactError | None:
    """What became of a call; whatever is no error of ours fails the test."""
    try:
        await finished(call())
    except ImpactError as error:
        return error
    return None


def wrong_values() -> Iterator[tuple[Any, bool]]:
    yield from ((value, True) for value in NEVER.values())
    yield from ((value, False) for value in SOMETIMES.values())


async def launch(**given: Any) -> object:
    async with ImpactSDK(BASE, client_id="demo-bank", transport=httpx.MockTransport(refuses)) as sdk:
        return await sdk.launch(**{"id_token": "t0ken", **given})

"""A clock that the test moves, a host that gives tokens, and answers of DES."""

import heapq
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import httpx

from impact_sdk import (
    ExitRequest,
    IDTokenExpired,
    ImpactSDK,
    Session,
)

from ..answers import DREAM

BASE = "https://des.example"
START = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)
UNAUTHORIZED = {"errors": [{"field": "base", "errors": ["the session is unknown, or was ended"]}]}


class HandClock:
    """A clock that jumps: sleepers until a moment in between wake up after the jump."""

    def __init__(self) -> None:
        self.moment = START
        self._sleepers: list[tuple[datetime, int, anyio.Event]] = []
        self._order = itertools.count()
        self.woken = 0
        self.moments: list[Any] = []  # said instead, one after the other

    def now(self) -> datetime:
        return self.moments.pop(0) if self.moments else self.moment

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)

    async def sleep_until(self, moment: datetime) -> None:
        self.woken += 1
        assert self.woken < 100, "a busy loop"
        if moment > self.moment:
            event = anyio.Event()
            heapq.heappush(self._sleepers, (moment, next(self._order), event))
            await event.wait()
        else:
            await anyio.lowlevel.checkpoint()

    async def jump(self, by: timedelta) -> None:
        self.moment += by
        while self._sleepers and self._sleepers[0][0] <= self.moment:
            heapq.heappop(self._sleepers)[2].set()
        await anyio.wait_all_tasks_blocked()

    async def wake(self) -> None:
        """The steady clock says that the time has come, and this one may say otherwise."""
        while self._sleepers:
            heapq.heappop(self._sleepers)[2].set()
        await anyio.wait_all_tasks_blocked()


class Host:
    """Gives the tokens that the test sets, and records its requests."""

    def __init__(self, *tokens: Any) -> None:
        self.tokens = list(tokens)
        self.asked: list[IDTokenExpired] = []
        self.exits: list[ExitRequest] = []

    async def id_token_expired(self, request: IDTokenExpired) -> str:
        self.asked.append(request)
        token: str = self.tokens.pop(0)
        return token

    async def exit_requested(self, request: ExitRequest) -> None:
        self.exits.append(request)


def session(
    *, cookie: str = "c1", renewal: str | None = "token", user: str = "u1", max_age: int | None = None, **more: Any
) -> httpx.Response:
    """The answer to a launch."""
    settings = {"expiresAt": "2027-01-04T09:00:00Z", "renewal": renewal, **more}
    age = "" if max_age is None else f"; Max-Age={max_age}"
    return httpx.Response(
        200,
        json={"user": {"type": "User", "id": user, "externalId": "ada"}, "session": settings},
        headers={"Set-Cookie": f"impact_session={cookie}; Path=/; HttpOnly{age}"},
    )


def refused() -> httpx.Response:
    return httpx.Response(401, json=UNAUTHORIZED)


def created(**headers: str) -> httpx.Response:
    return httpx.Response(201, json={"dream": DREAM}, headers=headers)


def register(sdk: ImpactSDK, host: Host) -> Host:
    sdk.register(id_token_expired=host.id_token_expired, exit_requested=host.exit_requested)
    return host


async def create(session: Session) -> None:
    await session.create_dream("Bike", target_cents=1)


def dated(response: httpx.Response, hour: int) -> httpx.Response:
    """An answer of a server whose clock is at that hour."""
    response.headers["Date"] = f"Mon, 04 Jan 2027 {hour:02}:00:00 GMT"
    return response

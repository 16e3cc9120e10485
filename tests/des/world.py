"""DES as a function: one call after the other, without a client and without anything between them."""

import asyncio
import contextlib
import json
import random
from datetime import timedelta
from typing import Any, Self
from urllib.parse import urlencode

import attrs
from joserfc.jwk import ECKey

from bank_app_sim.des import DES, Tenant
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace

from .bank import Bank, new_key
from .conftest import START

KEY: ECKey = new_key("key-1")


@attrs.frozen
class Told:
    """What DES has answered."""

    status: int
    body: Any
    headers: dict[str, str]


class World:
    """A DES, its clock, and those who talk to it: the bank's backend, and users by their names."""

    def __init__(self, tenant: Tenant, database_url: str) -> None:
        self.clock = SimulatedClock(START)
        self.tenant = tenant
        self._bank = Bank(self.clock, [KEY])
        self._des = DES(
            database_url=database_url,
            tenants=[tenant],
            clock=self.clock,
            trace=Trace(self.clock, keep=10),
            ids=Ids(random.Random(7)),
            transport=self._bank.transport(),
        )
        self._credentials: dict[str, tuple[str, str]] = {}
        self._loop = asyncio.new_event_loop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._loop.close()
        self._des.close()

    def sign_in(self, name: str) -> str:
        """Open a session; returns the user's id."""
        in_years = int((self.clock.now() + timedelta(days=3_650)).timestamp())
        launched = self._call(
            "POST", "/users/verify_token", {"token": self._bank.id_token(name, exp=in_years)}, ("accept", "*/*"), None
        )
        self._credentials[name] = ("cookie", launched.headers["set-cookie"].partition(";")[0])
        return str(launched.body["user"]["id"])

    def ask(self, who: str, method: str, path: str, body: Any = None, *, key: str | None = None) -> Told:
        """One request of `bank`, or of a user."""
        if who not in self._credentials:
            self._authorize(who)
        told = self._call(method, path, body, self._credentials[who], key)
        if told.status == 401 and who == "bank":  # the token lasts a day, and days pass
            self._authorize(who)
            told = self._call(method, path, body, self._credentials[who], key)
        return told

    def all(self, plural: str, **query: str) -> list[dict[str, Any]]:
        """Every page of a listing, as the bank sees it."""
        path = {"savehackLaunches": "savehack-launches"}.get(plural, plural)
        items = "100" if plural == "transactions" else "20"
        url: str | None = f"/v1/{path}?{urlencode({'items': items, **query})}"
        found: list[dict[str, Any]] = []
        while url is not None:
            page = self.ask("bank", "GET", url).body
            found += page[plural]
            url = page["meta"]["next_url"]
        return found

    def let_pass(self, time: timedelta) -> None:
        """Time passes, and what falls due is done."""

        async def live() -> None:
            working = asyncio.create_task(self._des.run())
            await self.clock.advance(time)
            working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await working

        self._loop.run_until_complete(live())

    def _authorize(self, who: str) -> None:
        assert who == "bank", f"{who} has not signed in"
        form = {
            "grant_type": "client_credentials",
            "client_id": self.tenant.client_id,
            "client_secret": self.tenant.client_secret,
        }
        granted = self._call("POST", "/oauth/token", form, ("accept", "*/*"), None)
        self._credentials[who] = ("authorization", f"Bearer {granted.body['access_token']}")

    def _call(self, method: str, url: str, body: Any, credential: tuple[str, str], key: str | None) -> Told:
        return self._loop.run_until_complete(self._exchange(method, url, body, credential, key))

    async def _exchange(self, method: str, url: str, body: Any, credential: tuple[str, str], key: str | None) -> Told:
        path, _, query = url.partition("?")
        raw = b"" if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json", credential[0]: credential[1]}
        if key is not None:
            headers["idempotency-key"] = key
        scope = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": raw, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self._des.app(scope, receive, send)
        start, *chunks = sent
        answer = b"".join(chunk["body"] for chunk in chunks)
        return Told(
            start["status"],
            json.loads(answer) if answer else None,
            {name.decode(): value.decode() for name, value in start["headers"]},
        )

"""A customer: what the bank's app does for them, and what the SDK does, by hand."""

from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import anyio
import attrs
import httpx

from bank_app_sim.backend import BankBackend
from bank_app_sim.timeline.clock import SimulatedClock, timestamp
from impact_sdk import Clock

from .network import Network


@attrs.define
class SignedIn(httpx.Auth):
    """A customer at the bank. Signs in again when the access token has expired: tests last for days."""

    customer: str
    authorization: str = ""
    requires_response_body = True

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self.authorization
        response = yield request
        if response.status_code == 401:
            signed_in = yield httpx.Request("POST", "http://bank/sign-in", json={"customer": self.customer})
            self.authorization = f"Bearer {signed_in.json()['access_token']}"
            request.headers["Authorization"] = self.authorization
            yield request


@attrs.define
class Launched(httpx.Auth):
    """A customer at DES. Launches again when the session has expired."""

    customer: str
    cookie: str = ""
    requires_response_body = True

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Cookie"] = self.cookie
        response = yield request
        if response.status_code == 401:
            signed_in = yield httpx.Request("POST", "http://bank/sign-in", json={"customer": self.customer})
            token = {"token": signed_in.json()["id_token"]}
            launched = yield httpx.Request("POST", "http://des/users/verify_token", json=token)
            self.cookie = launched.headers["Set-Cookie"].partition(";")[0]
            request.headers["Cookie"] = self.cookie
            yield request


@attrs.frozen
class Saver:
    """A customer of the bank who uses Impact Finance."""

    name: str
    bank: httpx.AsyncClient
    des: httpx.AsyncClient
    clock: Clock

    async def saves(self, amount_cents: int) -> None:
        """Make a Dream, and save for it once."""
        await self.saves_for(await self.dreams(), amount_cents)

    async def dreams(self, name: str = "Bike") -> dict[str, Any]:
        """Make a Dream."""
        created = await self._created("/v1/dreams", {"dream": {"name": name, "targetCents": 250_000}})
        return dict(created["dream"])

    async def saves_for(self, dream: dict[str, Any], amount_cents: int) -> None:
        """Save for a Dream once."""
        savehacks = (await self.des.get("/v1/savehacks")).json()["savehacks"]
        once = next(savehack["id"] for savehack in savehacks if savehack["type"] == "OneTime")
        launch = {
            "type": "OneTimeLaunch",
            "dreamId": dream["id"],
            "savehackId": once,
            "amountCents": amount_cents,
        }
        await self._created("/v1/savehack-launches", {"savehackLaunch": launch})

    async def orders_account(self, **fields: str) -> httpx.Response:
        """What the app's callback does, and what the SDK does when it has returned."""
        user_id = (await self.user())["id"]
        order = await self.bank.post("/provisioning-orders", json={"user_id": user_id, **fields})
        initiated = {"user": {"provisioningInitiatedAt": timestamp(self.clock.now())}}
        assert (await self.des.patch(f"/v1/users/{user_id}", json=initiated)).status_code == 204
        return order

    async def orders_account_for(self, dream: dict[str, Any]) -> httpx.Response:
        """The same, where each Dream has an account of its own."""
        wanted = {"user_id": dream["user"]["id"], "dream_id": dream["id"], "account_external_id": dream["id"]}
        order = await self.bank.post("/provisioning-orders", json=wanted)
        initiated = {"dream": {"provisioningInitiatedAt": timestamp(self.clock.now())}}
        assert (await self.des.patch(f"/v1/dreams/{dream['id']}", json=initiated)).status_code == 200
        return order

    async def asks_for(self, type: str, amount_cents: int, **sides: str) -> dict[str, Any]:
        """Ask DES to move money from a Dream, or to another."""
        asked_for = {"transaction": {"type": type, "amountCents": amount_cents, **sides}}
        return dict((await self._created("/v1/transactions", asked_for))["transaction"])

    async def holds(self) -> dict[str, int]:
        """What is on each Dream at DES, by its name."""
        listed = (await self.des.get("/v1/dreams")).json()["dreams"]
        return {dream["name"]: dream["balanceCents"] for dream in listed}

    async def at_des(self) -> dict[str, int]:
        """What is on each account at DES, by its external id."""
        return {account["externalId"]: account["balanceCents"] for account in await self.accounts_at_des()}

    async def state_of(self, order: httpx.Response) -> str:
        answer = await self.bank.get(f"/provisioning-orders/{order.json()['order']['id']}")
        return str(answer.json()["order"]["state"])

    async def balances(self) -> dict[str, int]:
        accounts = (await self.bank.get("/accounts")).json()["accounts"]
        return {account["name"]: account["balance_cents"] for account in accounts}

    async def user(self) -> dict[str, Any]:
        """Themselves at DES."""
        signed_in = (await self.bank.post("/sign-in", json={"customer": self.name})).json()
        launched = await self.des.post("/users/verify_token", json={"token": signed_in["id_token"]})
        return dict(launched.json()["user"])

    async def deposits(self) -> list[tuple[int, str, list[str]]]:
        """Amount, state and errors of each at DES, the oldest first."""
        listed = (await self.des.get("/v1/transactions")).json()["transactions"]
        return [(deposit["amountCents"], deposit["state"], deposit["errors"]) for deposit in listed]

    async def launches_are_paused(self) -> list[bool]:
        listed = (await self.des.get("/v1/savehack-launches")).json()["savehackLaunches"]
        return [launch["pausedAt"] is not None for launch in listed]

    async def accounts_at_des(self) -> list[dict[str, Any]]:
        return list((await self.des.get("/v1/accounts")).json()["accounts"])

    async def _created(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self.des.post(path, json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())


@asynccontextmanager
async def saver(customer: str, network: Network, clock: Clock) -> AsyncIterator[Saver]:
    async with (
        httpx.AsyncClient(base_url="http://bank", transport=network, auth=SignedIn(customer)) as bank,
        httpx.AsyncClient(base_url="http://des", transport=network, auth=Launched(customer)) as des,
    ):
        yield Saver(name=customer, bank=bank, des=des, clock=clock)


async def let_pass(time: timedelta, backend: BankBackend, clock: SimulatedClock) -> None:
    """Let the backend work while time passes."""
    async with anyio.create_task_group() as working:
        working.start_soon(backend.run)
        await clock.advance(time)
        working.cancel_scope.cancel()

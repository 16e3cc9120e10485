"""Four processes serve one PostgreSQL database, and some of them are killed while customers save."""

import os
import random
import signal
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import attrs
import httpx
import pytest

from .served import PATIENCE_SECONDS, Server, served

pytestmark = [
    pytest.mark.processes,
    pytest.mark.postgresql,
    pytest.mark.parametrize("anyio_backend", ["asyncio"]),
]

PROCESSES = 4
CUSTOMERS = [f"customer-{n}" for n in range(8)]
SAVEHACKS = 4
AMOUNT = 1_000
# A process is killed, and started again, whenever so many more savehacks were launched.
KILL_AFTER = 8
WANTED = len(CUSTOMERS) * SAVEHACKS


@attrs.define
class Processes:
    """Processes of one world. To those outside they are one server, at several addresses."""

    data: Path
    database: str
    stack: ExitStack
    running: list[Server] = attrs.field(factory=list)
    killed: int = 0

    async def start(self) -> None:
        server = await anyio.to_thread.run_sync(
            lambda: self.stack.enter_context(served(self.data, "--database", self.database))
        )
        self.running.append(server)

    async def kill_one(self) -> None:
        server = self.running.pop(0)
        os.kill(server.process.pid, signal.SIGKILL)
        self.killed += 1
        assert await anyio.to_thread.run_sync(server.died_of_a_kill)

    @property
    def any(self) -> Server:
        return random.choice(self.running)


@attrs.frozen
class Outside:
    """Somebody who is not told which process is alive: asks until one has answered, with the same key each time."""

    processes: Processes
    http: httpx.AsyncClient
    headers: dict[str, str] = attrs.field(factory=dict)

    async def ask(
        self, actor: str, method: str, path: str, body: Mapping[str, Any] | None = None, *, key: str = ""
    ) -> httpx.Response:
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        with anyio.fail_after(PATIENCE_SECONDS):
            while True:
                base_url = self.processes.any.ready[f"{actor}_url"]
                try:
                    answer = await self.http.request(method, f"{base_url}{path}", json=body, headers=headers)
                except httpx.TransportError:
                    await anyio.sleep(0.05)
                    continue
                assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
                return answer

    async def all(self, plural: str, path: str) -> list[dict[str, Any]]:
        """Everything that a listing has."""
        things: list[dict[str, Any]] = []
        url: str | None = path
        while url is not None:
            page = (await self.ask("des", "GET", url)).json()
            things += page[plural]
            url = page["meta"]["next_url"]
        return things


async def saves(customer: str, outside: Outside, launched: "Progress") -> None:
    """Sign in, have an account opened, and launch savehacks, each for a Dream of its own."""
    signed_in = (await outside.ask("backend", "POST", "/sign-in", {"customer": customer})).json()
    launch = await outside.ask("des", "POST", "/users/verify_token", {"token": signed_in["id_token"]})
    at_des = attrs.evolve(outside, headers={"Cookie": launch.headers["set-cookie"].partition(";")[0]})
    at_bank = attrs.evolve(outside, headers={"Authorization": f"Bearer {signed_in['access_token']}"})
    user_id = launch.json()["user"]["id"]
    await at_bank.ask("backend", "POST", "/provisioning-orders", {"request_id": "r", "user_id": user_id})
    initiated = {"user": {"provisioningInitiatedAt": launch.json()["session"]["expiresAt"]}}
    await at_des.ask("des", "PATCH", f"/v1/users/{user_id}", initiated)
    savehacks = (await at_des.ask("des", "GET", "/v1/savehacks")).json()["savehacks"]
    once = next(savehack["id"] for savehack in savehacks if savehack["type"] == "OneTime")
    for n in range(SAVEHACKS):
        body = {"dream": {"name": f"Dream {n}", "targetCents": AMOUNT}}
        dream = (await at_des.ask("des", "POST", "/v1/dreams", body, key=f"dream-{n}")).json()["dream"]
        savehack = {"type": "OneTimeLaunch", "dreamId": dream["id"], "savehackId": once, "amountCents": AMOUNT}
        await at_des.ask("des", "POST", "/v1/savehack-launches", {"savehackLaunch": savehack}, key=f"launch-{n}")
        launched.one_more()


@attrs.define
class Progress:
    """Counts, and lets somebody wait for a count."""

    count: int = 0
    _moved: anyio.Event = attrs.field(factory=anyio.Event)

    def one_more(self) -> None:
        self.count += 1
        self._moved.set()
        self._moved = anyio.Event()

    async def reaches(self, count: int) -> None:
        while self.count < count:
            await self._moved.wait()


async def look_for_events(bank: Outside, seen: list[dict[str, Any]]) -> None:
    """Read those that came since the last look."""
    after = f"?createdAfter={seen[-1]['createdAt']}" if seen else ""
    seen += await bank.all("events", f"/v1/events{after}")


async def poll_events(bank: Outside, seen: list[dict[str, Any]]) -> None:
    while True:
        await look_for_events(bank, seen)
        await anyio.sleep(0.02)


async def everything_is_settled(bank: Outside) -> None:
    with anyio.fail_after(PATIENCE_SECONDS):
        while True:
            requested = (await bank.ask("des", "GET", "/v1/transactions?state=requested")).json()
            if requested["meta"]["count"] == 0:
                return
            await anyio.sleep(0.1)


async def bank_of(outside: Outside) -> Outside:
    ready = outside.processes.any.ready
    grant = {"grant_type": "client_credentials", "client_id": ready["client_id"]}
    answer = await outside.ask("des", "POST", "/oauth/token", {**grant, "client_secret": ready["client_secret"]})
    return attrs.evolve(outside, headers={"Authorization": f"Bearer {answer.json()['access_token']}"})


@attrs.frozen(kw_only=True)
class Ending:
    """Everything that DES and the bank have at the end, and the events that a client polled meanwhile."""

    polled: list[dict[str, Any]]
    events: list[dict[str, Any]]
    users: list[dict[str, Any]]
    accounts: list[dict[str, Any]]
    dreams: list[dict[str, Any]]
    launches: list[dict[str, Any]]
    deposits: list[dict[str, Any]]
    books: dict[str, Any]


async def ending(bank: Outside, polled: list[dict[str, Any]]) -> Ending:
    await look_for_events(bank, polled)
    return Ending(
        polled=polled,
        events=await bank.all("events", "/v1/events"),
        users=await bank.all("users", "/v1/users"),
        accounts=await bank.all("accounts", "/v1/accounts"),
        dreams=await bank.all("dreams", "/v1/dreams"),
        launches=await bank.all("savehackLaunches", "/v1/savehack-launches"),
        deposits=await bank.all("transactions", "/v1/transactions"),
        books=(await bank.ask("backend", "GET", "/ledger")).json(),
    )


async def save_while_processes_die(processes: Processes, outside: Outside) -> None:
    """All customers save; after every few savehacks a process is killed, and another one starts."""
    launched = Progress()
    async with anyio.create_task_group() as customers:
        for customer in CUSTOMERS:
            customers.start_soon(saves, customer, outside, launched)
        for count in range(KILL_AFTER, WANTED, KILL_AFTER):
            await launched.reaches(count)
            await processes.kill_one()
            await processes.start()


async def test_four_processes_do_everything_once_though_some_are_killed(tmp_path: Path, postgresql_url: str) -> None:
    polled: list[dict[str, Any]] = []
    with ExitStack() as stack:
        processes = Processes(tmp_path, postgresql_url, stack)
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as http:
            async with anyio.create_task_group() as starts:
                for _ in range(PROCESSES):
                    starts.start_soon(processes.start)
            assert len({server.ready["client_secret"] for server in processes.running}) == 1
            outside = Outside(processes, http)
            bank = await bank_of(outside)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(poll_events, bank, polled)
                await save_while_processes_die(processes, outside)
                await everything_is_settled(bank)
                tasks.cancel_scope.cancel()
            end = await ending(bank, polled)

    assert processes.killed == 3
    nothing_was_made_twice(end)
    every_launch_has_one_settled_deposit(end)
    a_client_that_polled_has_seen_each_event_once_and_in_order(end)


def nothing_was_made_twice(end: Ending) -> None:
    """Although many a POST was sent again to another process."""
    assert sorted(user["externalId"] for user in end.users) == CUSTOMERS
    assert sorted(account["user"]["externalId"] for account in end.accounts) == CUSTOMERS
    assert [len(end.dreams), len(end.launches), len(end.deposits)] == [WANTED] * 3


def every_launch_has_one_settled_deposit(end: Ending) -> None:
    """At DES and in the bank's books."""
    assert {(deposit["state"], deposit["amountCents"]) for deposit in end.deposits} == {("settled", AMOUNT)}
    assert sorted(deposit["toDream"]["id"] for deposit in end.deposits) == sorted(dream["id"] for dream in end.dreams)
    assert {dream["balanceCents"] for dream in end.dreams} == {AMOUNT}
    assert {account["balanceCents"] for account in end.accounts} == {SAVEHACKS * AMOUNT}
    assert end.books["sum_cents"] == 0
    moved = [posting["reference"] for posting in end.books["postings"] if posting["reference"].startswith("deposit:")]
    assert sorted(moved) == sorted(f"deposit:{deposit['id']}" for deposit in end.deposits)
    savings = [account for account in end.books["accounts"] if account["name"].startswith("savings:")]
    assert [account["balance_cents"] for account in savings] == [SAVEHACKS * AMOUNT] * len(CUSTOMERS)


def a_client_that_polled_has_seen_each_event_once_and_in_order(end: Ending) -> None:
    assert [event["id"] for event in end.polled] == [event["id"] for event in end.events]
    moments = [event["createdAt"] for event in end.events]
    assert moments == sorted(set(moments))
    settled = [event["data"]["id"] for event in end.events if event["type"] == "DepositSettled"]
    assert sorted(settled) == sorted(deposit["id"] for deposit in end.deposits)

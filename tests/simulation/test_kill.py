"""`kill -9` at every step of provisioning and of settling, with real processes; then a restart."""

import os
import signal
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from bank_app_sim.app.bank_client import BankRefused
from bank_app_sim.backend import CRASH_POINTS
from impact_sdk import ImpactAPI, ImpactError, LaunchState, OneTime, TransactionState

from .served import PATIENCE_SECONDS, Server, served

pytestmark = [pytest.mark.processes, pytest.mark.parametrize("anyio_backend", ["asyncio"])]

AMOUNT = 5_000
TOO_MUCH = 2_000_000  # a new customer has 1,000,000

# In process every point is tried in tests/backend/test_crashes.py. Real processes take some six seconds each: by day
# they die where the account, a deposit and a refusal are told and not yet written down; the others are for the night.
BY_DAY = (
    "provisioning.OPENED.done-not-written",
    "transfers.MOVED.done-not-written",
    "provisioning.REFUSED.done-not-written",
)


def points(*prefixes: str) -> list[Any]:
    """The points of the backend's work that begin so; those that are not tried by day are marked."""
    return [
        pytest.param(point, marks=() if point in BY_DAY else pytest.mark.nightly)
        for point in CRASH_POINTS
        if point.startswith(prefixes)
    ]


REFUSED = ("provisioning.REFUSED", "transfers.REFUSED")
OTHERS = tuple(point for point in CRASH_POINTS if not point.startswith(REFUSED))


async def saves(server: Server, amount_cents: int = AMOUNT, *, in_advance: bool = False) -> None:
    """A user launches a savehack; that the server dies under their hands is not the user's fault."""
    with suppress(ImpactError, BankRefused, httpx.TransportError):
        async with server.bank_app("ada") as app:
            if in_advance:
                await app.bank.sign_in("ada")
                await app.bank.order_account()
            session = await app.launch()
            dream = await session.create_dream("Bike", target_cents=250_000)
            await session.launch_savehack(dream, OneTime(amount_cents=amount_cents))


async def saves_until_the_server_dies(server: Server, amount_cents: int = AMOUNT, *, in_advance: bool = False) -> None:
    async with anyio.create_task_group() as user:
        user.start_soon(partial(saves, server, amount_cents, in_advance=in_advance))
        assert await anyio.to_thread.run_sync(server.died_of_a_kill)
        user.cancel_scope.cancel()


async def finished(server: Server, amount_cents: int = AMOUNT) -> None:
    """The user opens the app again and goes on where they were; then everything comes to its end."""
    async with server.bank_app("ada") as app, server.api() as api:
        session = await app.launch()
        await session.resume_paused_launches()
        if not [launch async for launch in session.savehack_launches()]:
            dreams = [dream async for dream in session.dreams()]
            dream = dreams[0] if dreams else await session.create_dream("Bike", target_cents=250_000)
            await session.launch_savehack(dream, OneTime(amount_cents=amount_cents))
        await ended(api)


async def ended(api: ImpactAPI) -> None:
    end = datetime.now(UTC) + timedelta(seconds=PATIENCE_SECONDS)
    while [deposit async for deposit in api.transactions.drain()]:
        assert datetime.now(UTC) < end, "deposits are still pending"
        await anyio.sleep(0.05)


async def books(server: Server) -> dict[str, int]:
    ledger = await server.ledger()
    assert ledger["sum_cents"] == 0
    assert all(sum(entry["amount_cents"] for entry in posting["entries"]) == 0 for posting in ledger["postings"])
    return {account["name"]: account["balance_cents"] for account in ledger["accounts"]}


@pytest.mark.parametrize("point", points(*OTHERS))
async def test_after_a_kill_there_is_one_account_and_each_deposit_is_settled_once(tmp_path: Path, point: str) -> None:
    with served(tmp_path, "--crash-at", point) as server:
        await saves_until_the_server_dies(server, in_advance=point.startswith("provisioning.INTRODUCED"))

    with served(tmp_path) as server:
        await finished(server)

        async with server.api() as api:
            (account,) = [account async for account in api.accounts.list()]
            deposits = [deposit async for deposit in api.transactions.list()]
            (dream,) = [dream async for dream in api.dreams.list()]
        balances = await books(server)
    assert [(deposit.state, deposit.amount_cents) for deposit in deposits] == [(TransactionState.SETTLED, AMOUNT)]
    assert account.balance_cents == dream.balance_cents == balances["savings:ada"] == AMOUNT
    assert balances["current:ada"] == 1_000_000 - AMOUNT


@pytest.mark.parametrize("point", points("transfers.REFUSED"))
async def test_after_a_kill_a_deposit_without_funds_has_failed_once_and_moved_nothing(
    tmp_path: Path, point: str
) -> None:
    with served(tmp_path, "--crash-at", point) as server:
        await saves_until_the_server_dies(server, TOO_MUCH)

    with served(tmp_path) as server:
        await finished(server, TOO_MUCH)

        async with server.api() as api:
            (deposit,) = [deposit async for deposit in api.transactions.list()]
        balances = await books(server)
    assert deposit.state == TransactionState.FAILED
    assert "insufficient funds" in deposit.errors[0]
    assert (balances["current:ada"], balances["savings:ada"]) == (1_000_000, 0)


@pytest.mark.parametrize("point", points("provisioning.REFUSED"))
async def test_after_a_kill_a_refused_customer_is_paused_again_and_has_no_account(tmp_path: Path, point: str) -> None:
    # The bank takes its time here, so that deposits are pending when it refuses.
    options = ("--refuse", "ada", "--decision-after", "1s")
    with served(tmp_path, *options, "--crash-at", point) as server:
        await saves_until_the_server_dies(server)

    with served(tmp_path, *options) as server:
        async with server.api() as api:
            await eventually_paused(api)
            deposits = [deposit async for deposit in api.transactions.list()]
            accounts = [account async for account in api.accounts.list()]
            (user,) = [user async for user in api.users.list()]
        balances = await books(server)
    assert accounts == []
    assert {deposit.state for deposit in deposits} == {TransactionState.FAILED}
    assert user.provisioning_initiated_at is None
    assert balances["current:ada"] == 1_000_000


async def eventually_paused(api: ImpactAPI) -> None:
    end = datetime.now(UTC) + timedelta(seconds=PATIENCE_SECONDS)
    while [launch async for launch in api.savehack_launches.list() if launch.state is not LaunchState.PAUSED]:
        assert datetime.now(UTC) < end, "the launch is still active"
        await anyio.sleep(0.05)


async def test_a_kill_from_outside_at_any_moment_loses_nothing(tmp_path: Path) -> None:
    """Six times the user saves, and each time the process is killed a little later than the time before."""
    for n in range(6):
        with served(tmp_path) as server:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(saves, server)
                await anyio.sleep(0.08 * n)
                os.kill(server.process.pid, signal.SIGKILL)
                tasks.cancel_scope.cancel()
            assert server.died_of_a_kill()

    with served(tmp_path) as server:
        await finished(server)

        async with server.api() as api:
            accounts = [account async for account in api.accounts.list()]
            deposits = [deposit async for deposit in api.transactions.list()]
            launches = [launch async for launch in api.savehack_launches.list()]
        balances = await books(server)
    assert len(accounts) == 1
    assert len(deposits) == len(launches) > 0
    assert {deposit.state for deposit in deposits} == {TransactionState.SETTLED}
    assert accounts[0].balance_cents == balances["savings:ada"] == AMOUNT * len(deposits)

"""Ten thousand pending deposits are taken in while new ones arrive: none is missed, and none comes twice."""

import random
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import httpx
import pytest

from bank_app_sim.des import DES
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace
from impact_sdk import ClientCredentials, Daily, ImpactAPI, Transaction, TransactionUpdate

from .bank import TENANT, Bank
from .conftest import START

LAUNCHES, DAYS = 100, 100

# So many are settled in one request.
AT_ONCE = 100


@pytest.fixture
def anyio_backend() -> str:
    """On one event loop: what is tried here is DES's cursor, ten thousand times."""
    return "asyncio"


@pytest.fixture
def des(clock: SimulatedClock, bank: Bank) -> DES:
    return DES(
        database_url="sqlite://",
        tenants=[TENANT],
        clock=clock,
        trace=Trace(clock, keep=10),
        ids=Ids(random.Random(7)),
        transport=bank.transport(),
    )


@pytest.fixture
async def impact(des: DES, clock: SimulatedClock) -> AsyncIterator[ImpactAPI]:
    async with ImpactAPI(
        "http://des",
        auth=ClientCredentials(TENANT.client_id, TENANT.client_secret),
        transport=httpx.ASGITransport(des.app),
        clock=clock,
    ) as impact:
        yield impact
    des.close()


@pytest.fixture
async def user_id(impact: ImpactAPI, running: None, clock: SimulatedClock) -> str:
    """A user with ten thousand pending deposits, of 1 to 100 cents, in a hundred days."""
    user = await impact.users.create(external_id="ada")
    account = await impact.accounts.create(user_id=user.id, type="SharedSavings", external_id="savings")
    savehacks = {savehack.type: savehack.id async for savehack in impact.savehacks.list()}
    for cents in range(1, LAUNCHES + 1):
        dream = await impact.dreams.create(user_id=user.id, name="Moon", target_cents=10**6, account_id=account.id)
        await impact.savehack_launches.create(
            dream_id=dream.id, savehack_id=savehacks["Daily"], terms=Daily(amount_cents=cents)
        )
    await clock.advance(timedelta(days=DAYS - 1))
    return user.id


@pytest.mark.thorough
async def test_ten_thousand_deposits_are_drained_while_new_ones_arrive(
    user_id: str, impact: ImpactAPI, clock: SimulatedClock
) -> None:
    drained: list[str] = []
    unsettled: list[Transaction] = []

    async for deposit in impact.transactions.drain():
        drained.append(deposit.id)
        unsettled.append(deposit)
        if len(unsettled) == AT_ONCE:
            await settle(impact, user_id, unsettled)
            unsettled = []
        if len(drained) % (20 * AT_ONCE) == 0 and len(drained) < LAUNCHES * DAYS:
            await clock.advance(timedelta(days=1))  # a hundred new ones
    await settle(impact, user_id, unsettled)

    days = (clock.now() - START) // timedelta(days=1) + 1
    assert days > DAYS
    assert len(drained) == len(set(drained)) == LAUNCHES * days
    assert [each async for each in impact.transactions.drain()] == []
    [account] = [each async for each in impact.accounts.list()]
    saved = {dream.balance_cents async for dream in impact.dreams.list()}
    assert saved == {days * cents for cents in range(1, LAUNCHES + 1)}
    assert account.balance_cents == sum(saved)


async def settle(impact: ImpactAPI, user_id: str, deposits: Sequence[Transaction]) -> None:
    """The first one by itself, the others in one step."""
    for deposit in deposits[:1]:
        await impact.transactions.settle(deposit.id, at=deposit.requested_at)
    outcomes = [TransactionUpdate(id=each.id, settled_at=each.requested_at) for each in deposits[1:]]
    await impact.users.update(user_id, transactions=outcomes)

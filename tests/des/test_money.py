"""Whatever the bank tells, in whatever order and how often: balances are what was settled."""

import random
from collections.abc import Sequence

import anyio
import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bank_app_sim.clock import SimulatedClock
from bank_app_sim.des import DES
from bank_app_sim.ids import Ids
from bank_app_sim.trace import Trace

from ..conftest import NewDatabase
from .bank import TENANT, Bank, new_key
from .conftest import START, authorize, client_of
from .journey import create_dream, id_of, launch_daily, post_account, transactions

KEY = new_key("key-1")

amounts = st.lists(st.integers(1, 10**15), min_size=1, max_size=4)
# Which deposit, and what is told about it.
told = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["settledAt", "failedAt"])), max_size=12)


@given(amounts=amounts, told=told)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_balances_are_the_sum_of_what_was_settled_first(
    new_database: NewDatabase, amounts: Sequence[int], told: Sequence[tuple[int, str]]
) -> None:
    with new_database("des") as url:
        anyio.run(_settle_and_fail, url, amounts, [(n % len(amounts), outcome) for n, outcome in told])


async def _settle_and_fail(url: str, amounts: Sequence[int], told: Sequence[tuple[int, str]]) -> None:
    clock = SimulatedClock(START)
    bank = Bank(clock, [KEY])
    des = DES(
        database_url=url,
        tenants=[TENANT],
        clock=clock,
        trace=Trace(clock),
        ids=Ids(random.Random(7)),
        transport=bank.transport(),
    )
    async with client_of(des) as user, client_of(des) as backend:
        await authorize(backend)
        answer = await user.post("/users/verify_token", json={"token": bank.id_token("ada")})
        user.headers["X-User"] = answer.json()["user"]["id"]
        await post_account(backend, id_of(user), balanceCents=1_000)
        for cents in amounts:
            await launch_daily(user, await create_dream(user), amount_cents=cents)
        deposits = await transactions(user)
        first: dict[int, str] = {}

        for n, outcome in told:
            change = await _tell(backend, deposits[n]["id"], outcome)
            assert change.status_code == (200 if first.setdefault(n, outcome) == outcome else 400)

        settled = [amounts[n] if first.get(n) == "settledAt" else 0 for n in range(len(amounts))]
        [account] = (await user.get("/v1/accounts")).json()["accounts"]
        dreams = (await user.get("/v1/dreams")).json()["dreams"]
    des.close()
    assert [dream["balanceCents"] for dream in dreams] == settled
    assert account["balanceCents"] == 1_000 + sum(settled)


async def _tell(backend: httpx.AsyncClient, transaction_id: str, outcome: str) -> httpx.Response:
    body = {"transaction": {outcome: "2026-12-03T08:00:00Z"}}
    return await backend.patch(f"/v1/transactions/{transaction_id}", json=body)

"""Whole worlds in which each Dream has an account of its own: asked for, opened, linked and settled."""

from datetime import timedelta

import pytest

from bank_app_sim import Simulation
from impact_sdk import AccountProvisioningDeclined, AccountType, Daily, TransactionState

PER_DREAM = "one SharedSavings per Dream"


@pytest.mark.parametrize("performance", [False, True], ids=["savings", "investments"])
async def test_three_days_bring_each_dream_its_account_and_its_money(performance: bool, world_url: str | None) -> None:
    async with Simulation(seed=7, account_setup=PER_DREAM, performance_dreams=performance, database=world_url) as sim:
        session = await sim.bank_app("ada").launch()
        for name, cents in (("Bike", 5_000), ("Boat", 7_000)):
            dream = await session.create_dream(name, target_cents=250_000)
            await session.launch_savehack(dream, Daily(amount_cents=cents))

        await sim.advance(timedelta(days=3))

        accounts = {account.id: account async for account in session.accounts()}
        dreams = [dream async for dream in session.dreams()]
        settled = [each async for each in session.transactions() if each.state == TransactionState.SETTLED]
        assert len(accounts) == len(dreams) == 2
        for dream in dreams:
            assert dream.account is not None
            account = accounts[dream.account.id]
            of_dream = sum(each.amount_cents for each in settled if each.to_dream and each.to_dream.id == dream.id)
            assert account.type == (AccountType.PERFORMANCE if performance else AccountType.SHARED_SAVINGS)
            assert account.balance_cents == dream.balance_cents == of_dream > 0
        books = await sim.ledger()
        saved = {each["name"]: each["balance_cents"] for each in books["accounts"] if str(each["name"]).count(":") == 2}
        assert sorted(saved.values()) == sorted(account.balance_cents for account in accounts.values())
        assert books["sum_cents"] == 0


async def test_who_declines_for_one_dream_is_asked_for_the_next() -> None:
    answers = iter([False, True])
    async with Simulation(account_setup=PER_DREAM) as sim:
        session = await sim.bank_app("ada", answers=lambda question: next(answers)).launch()

        with pytest.raises(AccountProvisioningDeclined):
            await session.create_dream("Bike", target_cents=250_000)
        await session.create_dream("Boat", target_cents=250_000)
        await sim.advance(timedelta(days=3))

        assert [dream.account is not None async for dream in session.dreams()] == [False, True]

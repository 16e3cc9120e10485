"""The journeys of the vendor's pages on money. Their numbers are those of docs/des.md, section 5."""

from collections.abc import Sequence
from datetime import timedelta

from bank_app_sim import Simulation
from impact_sdk import (
    AccountProvisioningRequest,
    AccountUpdate,
    OneTime,
    Session,
    TransactionState,
    TransactionUpdate,
)

from .reference import DAY, has_in_order, requested, transactions


async def test_5_5_act_on_shared_savings_transactions() -> None:
    """DES tells the bank that something is requested; the bank fetches it, moves the money and says so."""
    async with Simulation(seed=1, webhooks=True, settle_every=DAY) as simulation:
        app = simulation.bank_app("ada")
        await app.open_account_in_advance()
        session = await app.launch()
        dream = await session.create_dream("Bike", target_cents=250_000)
        await session.launch_savehack(dream, OneTime(amount_cents=5_000))

        await simulation.advance(timedelta(minutes=1))

        assert [each.state for each in await transactions(session)] == [TransactionState.SETTLED]
        assert (await simulation.ledger())["sum_cents"] == 0
        assert has_in_order(
            simulation,
            "Launch Savehack",
            "POST /webhooks/transactions",
            "GET /transactions",
            "PATCH /transactions/{id}",
            "200 OK",
        )


async def test_5_6_act_on_performance_transactions() -> None:
    """Transaction and balance in one request: nobody sees a settled transaction beside an old balance."""
    async with Simulation(seed=1, performance_dreams=True) as simulation:
        sdk, api = simulation.sdk(), simulation.api

        async def open_account(request: AccountProvisioningRequest) -> None:
            assert request.dream is not None
            account = await api.accounts.ensure(
                user_id=request.user_id, type="Performance", external_id=request.account_external_id
            )
            await api.dreams.update(request.dream.id, account_id=account.id)

        sdk.register(account_provisioning_requested=open_account)
        session = await sdk.launch(simulation.id_token("ada"))
        dream = await session.create_dream("Stocks", target_cents=1_000_000)
        await session.launch_savehack(dream, OneTime(amount_cents=50_000))
        [deposit] = await requested(simulation)
        assert deposit.to_account is not None
        assert deposit.to_account.type == "Performance"

        # The price of a day: what was bought for 500.00 is worth 498.75.
        await api.users.update(
            deposit.user.id,
            accounts=[AccountUpdate(id=deposit.to_account.id, balance_cents=49_875, performance_cents=-125)],
            transactions=[TransactionUpdate(id=deposit.id, settled_at=simulation.clock.now())],
        )

        assert [each.state for each in await transactions(session)] == [TransactionState.SETTLED]
        [account] = [each async for each in session.accounts()]
        assert (account.balance_cents, account.performance_cents) == (49_875, -125)
        [dream] = [each async for each in session.dreams()]
        assert dream.balance_cents == 49_875
        assert has_in_order(simulation, "Launch Savehack", "GET /transactions", "PATCH /users/{id}", "204 No Content")


async def saver(simulation: Simulation, cents: int) -> tuple[Session, str, Sequence[str]]:
    """Ada with so much on the first of two Dreams: her session, the account's id, the Dreams' ids."""
    sdk, api = simulation.sdk(), simulation.api
    session = await sdk.launch(simulation.id_token("ada"))
    account = await api.accounts.create(user_id=session.user.id, type="SharedSavings", external_id="savings")
    bike = await session.create_dream("Bike", target_cents=10_000)
    boat = await session.create_dream("Boat", target_cents=900_000)
    await session.launch_savehack(bike, OneTime(amount_cents=cents))
    for deposit in await requested(simulation):
        await api.transactions.settle(deposit.id)
    return session, account.id, (bike.id, boat.id)


async def balances(session: Session) -> list[int]:
    return [dream.balance_cents async for dream in session.dreams()]


async def test_5_7_reconcile_a_shared_savings_balance() -> None:
    """Interest comes from outside: the bank reports it, and the user gives what is left over to a Dream."""
    async with Simulation(seed=1) as simulation:
        session, account_id, (_, boat) = await saver(simulation, 10_000)

        interest = await simulation.api.transactions.create_deposit(
            user_id=session.user.id, external_id="interest-2027", amount_cents=250, to_account_id=account_id
        )
        assert interest.state is TransactionState.SETTLED
        [account] = [each async for each in session.accounts()]
        residual = account.balance_cents - sum(await balances(session))
        assert residual == 250

        await session.move(residual, target=boat)

        assert await balances(session) == [10_000, 250]
        [account] = [each async for each in session.accounts()]
        assert account.balance_cents == 10_250
        assert has_in_order(simulation, "POST /transactions", "201 Created", "POST /transactions", "201 Created")


async def test_5_9_a_completed_dream_is_withdrawn_or_moved_and_the_account_stays() -> None:
    async with Simulation(seed=1) as simulation:
        session, account_id, (bike, boat) = await saver(simulation, 10_000)
        api = simulation.api
        [done, _] = [each async for each in session.dreams()]
        assert done.achieved_at is not None

        await session.move(4_000, source=bike, target=boat)
        withdrawal = await session.withdraw(bike, 6_000)
        assert withdrawal.state is TransactionState.REQUESTED
        await api.transactions.settle(withdrawal.id)
        await session.delete_dream(bike)

        assert await balances(session) == [4_000]
        [account] = [each async for each in session.accounts()]
        assert (account.id, account.balance_cents) == (account_id, 4_000)
        kinds = [event.type.value async for event in api.events.list()]
        told = iter(kinds)
        assert all(
            kind in told
            for kind in (
                "DreamAchieved",
                "InternalTransferSettled",
                "WithdrawalRequested",
                "WithdrawalSettled",
                "DreamDeleted",
            )
        ), kinds

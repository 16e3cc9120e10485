"""The journeys of the vendor's documentation, each played through the SDK and the client, its messages in order.

Their numbers are those of docs/des.md, section 5. In some the simulated bank does its part; in others the test is the
bank's backend, and says itself when the bank does what.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import attrs
import pytest

from bank_app_sim import Simulation
from bank_app_sim.journeys.demo import account_in_advance, account_while_saving
from impact_sdk import (
    AccountProvisioningRequest,
    AccountUpdate,
    ConsentDeclined,
    Daily,
    ExitRequest,
    IDTokenExpired,
    LaunchState,
    OneTime,
    Session,
    SessionClosed,
    Transaction,
    TransactionState,
    TransactionUpdate,
    TransferConsentDeclined,
    TransferConsentRequest,
    Weekly,
)

DAY = timedelta(days=1)
PER_DREAM = "one SharedSavings per Dream"


def has_in_order(simulation: Simulation, *labels: str) -> bool:
    """Whether the messages are there, in this order, with others between them."""
    said = iter(message.label for message in simulation.trace)
    missing = [label for label in labels if label not in said]
    assert not missing, f"{missing[0]!r} is missing, or not in its place: {[each.label for each in simulation.trace]}"
    return True


def note(simulation: Simulation, label: str) -> None:
    """A callback is a message as well: the simulated app writes it down, and so does a host of our own."""
    simulation.trace.record("sdk", "bank_app", label, kind="call")


async def transactions(session: Session, state: TransactionState | None = None) -> list[Transaction]:
    return [each async for each in session.transactions(state=state)]


async def requested(simulation: Simulation) -> list[Transaction]:
    return [each async for each in simulation.api.transactions.drain()]


@pytest.mark.parametrize("locale", ["sv-SE", "en"])
async def test_5_1_launch(locale: str) -> None:
    """The ID token of the bank becomes a session, with the bank's keys."""
    async with Simulation(seed=1) as simulation:
        session = await simulation.bank_app("ada").launch(locale=locale)

        assert session.user.external_id == "ada"
        assert session.settings.locale == locale
        assert has_in_order(
            simulation,
            "POST /sign-in",
            "SDK.launch",
            "POST /users/verify_token",
            "GET /.well-known/jwks.json",
            "200 OK",
        )


async def test_5_2_account_provisioning_single_account() -> None:
    """Asked at the first savehack; the account comes days later, and every Dream is linked to it."""
    async with Simulation(seed=1) as simulation:
        await account_while_saving(simulation, patience=7 * DAY)

        assert has_in_order(
            simulation,
            "SDK.launch",
            "Create Dream",
            "Dream Created",
            "Launch Savehack",
            "Savehack Launched",
            "callback: Account Provisioning Requested",
            "Initiate account provisioning",
            "return from callback",
            "Account provisioning initiated",
            "Paused savehack launches started",
            "POST /accounts",
            "201 Created",
            "PATCH /transactions/{id}",
            "Create Dream",
            "Dream Created",
        )
        [account] = [each async for each in simulation.api.accounts.list()]
        linked = [dream.account and dream.account.id async for dream in simulation.api.dreams.list()]
        assert linked == [account.id, account.id]


async def test_5_2_account_provisioned_before_the_first_launch() -> None:
    """The page's second diagram: nobody is asked."""
    async with Simulation(seed=1) as simulation:
        await account_in_advance(simulation)

        assert has_in_order(
            simulation,
            "Initiate (async) account provisioning",
            "POST /users",
            "201 Created",
            "POST /accounts",
            "201 Created",
            "done",
            "SDK.launch",
            "Create Dream",
            "Dream Created",
        )
        assert "callback: Account Provisioning Requested" not in [each.label for each in simulation.trace]


async def test_5_3_account_provisioning_multi_account() -> None:
    """Asked for each Dream, with its data; the bank posts the account and links the Dream."""
    async with Simulation(seed=1, account_setup=PER_DREAM) as simulation:
        asked: list[AccountProvisioningRequest] = []

        async def open_account(request: AccountProvisioningRequest) -> None:
            note(simulation, "callback: Account Provisioning Requested")
            asked.append(request)

        sdk = simulation.sdk()
        sdk.register(account_provisioning_requested=open_account)
        session = await sdk.launch(simulation.id_token("ada"))
        bike = await session.create_dream("Bike", target_cents=250_000, expires_at=date(2028, 6, 1))
        boat = await session.create_dream("Boat", target_cents=900_000)
        launch = await session.launch_savehack(bike, Weekly(amount_cents=5_000, weekday=0))
        assert launch.state is LaunchState.ACTIVE
        assert [deposit.to_account for deposit in await transactions(session)] == [None]

        api = simulation.api
        for request in asked:
            assert request.dream is not None
            account = await api.accounts.ensure(
                user_id=request.user_id, type="SharedSavings", external_id=request.account_external_id
            )
            await api.dreams.update(request.dream.id, account_id=account.id)
        for deposit in await requested(simulation):
            await api.transactions.settle(deposit.id)

        assert [(each.dream.name, each.dream.target_cents, each.dream.expires_at) for each in asked if each.dream] == [
            ("Bike", 250_000, date(2028, 6, 1)),
            ("Boat", 900_000, None),
        ]
        balances = {dream.id: (dream.balance_cents, dream.account) async for dream in session.dreams()}
        assert balances[bike.id][0] == 5_000
        assert balances[bike.id][1] != balances[boat.id][1]
        assert None not in (balances[bike.id][1], balances[boat.id][1])
        assert has_in_order(
            simulation,
            "Create Dream",
            "Dream Created",
            "callback: Account Provisioning Requested",
            "Launch Savehack",
            "Savehack Launched",
            "POST /accounts",
            "201 Created",
            "PATCH /dreams/{id}",
            "200 OK",
            "GET /transactions",
            "PATCH /transactions/{id}",
        )


@attrs.define
class Signing:
    """A host whose user signs, or does not; its backend is the test's."""

    simulation: Simulation
    signs: bool = True
    opens_account: bool = False
    states: list[LaunchState] = attrs.field(factory=list)

    async def transfer_consent_requested(self, request: TransferConsentRequest) -> None:
        note(self.simulation, "callback: Transfer Consent Requested")
        api = self.simulation.api
        self.states.append(request.launch.state)
        consent = await api.transfer_consents.get(request.temporary_id)
        assert consent.savehack_launch_id == request.launch.id
        if not self.signs:
            await api.transfer_consents.reject(consent.id)
            raise ConsentDeclined("not today")
        await api.transfer_consents.consent(consent.id)

    async def never(self, request: AccountProvisioningRequest) -> None:
        raise AssertionError("with transfer consents nobody is asked for an account")


async def consenting(simulation: Simulation, signing: Signing) -> Session:
    sdk = simulation.sdk()
    sdk.register(
        transfer_consent_requested=signing.transfer_consent_requested, account_provisioning_requested=signing.never
    )
    return await sdk.launch(simulation.id_token("ada"))


async def test_5_4_transfer_consent_where_the_account_is_there() -> None:
    async with Simulation(seed=1, transfer_consents=True) as simulation:
        signing = Signing(simulation)
        session = await consenting(simulation, signing)
        await simulation.api.accounts.create(user_id=session.user.id, type="SharedSavings", external_id="savings")
        dream = await session.create_dream("Bike", target_cents=250_000)

        launch = await session.launch_savehack(dream, Daily(amount_cents=1_000))

        assert signing.states == [LaunchState.DRAFT]
        assert launch.state is LaunchState.ACTIVE
        [deposit] = await transactions(session)
        assert deposit.transfer_consent_id == launch.transfer_consent_id
        assert deposit.to_account is not None
        assert has_in_order(
            simulation,
            "Create Dream",
            "Launch Savehack",
            "Savehack Launched",
            "callback: Transfer Consent Requested",
            "GET /transfer-consents",
            "200 OK",
            "PATCH /transfer-consents/{id}",
            "200 OK",
        )


async def test_5_4_transfer_consent_with_the_account_opened_in_the_same_experience() -> None:
    """The launch starts with the consent; its deposit waits for the account, which the bank posts later."""
    async with Simulation(seed=1, transfer_consents=True) as simulation:
        session = await consenting(simulation, Signing(simulation))
        dream = await session.create_dream("Bike", target_cents=250_000)

        launch = await session.launch_savehack(dream, Daily(amount_cents=1_000))
        assert launch.state is LaunchState.ACTIVE
        [waiting] = await transactions(session)
        assert waiting.to_account is None

        account = await simulation.api.accounts.create(
            user_id=session.user.id, type="SharedSavings", external_id="savings"
        )
        [deposit] = await requested(simulation)
        await simulation.api.transactions.settle(deposit.id)

        [dream] = [each async for each in session.dreams()]
        assert (dream.balance_cents, dream.account and dream.account.id) == (1_000, account.id)


async def test_5_4_transfer_consent_that_the_user_does_not_give() -> None:
    """The launch stays a draft and saves nothing; the next time the user is asked again."""
    async with Simulation(seed=1, transfer_consents=True) as simulation:
        signing = Signing(simulation, signs=False)
        session = await consenting(simulation, signing)
        dream = await session.create_dream("Bike", target_cents=250_000)

        with pytest.raises(TransferConsentDeclined, match="not today"):
            await session.launch_savehack(dream, Daily(amount_cents=1_000))
        [draft] = [each async for each in session.savehack_launches()]
        assert (draft.state, await transactions(session)) == (LaunchState.DRAFT, [])

        signing.signs = True
        [launch] = await session.resume_paused_launches()
        assert (launch.id, launch.state) == (draft.id, LaunchState.ACTIVE)


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


async def test_5_8_a_token_renewed_session_lasts_with_new_tokens() -> None:
    """30 seconds before the end the host is asked for a new ID token; without one the session ends, and it is told."""
    async with Simulation(seed=1, token_lifetime=timedelta(minutes=10)) as simulation:
        has_tokens = True
        exits: list[ExitRequest] = []

        async def id_token_expired(request: IDTokenExpired) -> str:
            note(simulation, "callback: ID Token Expired")
            if not has_tokens:
                raise ConnectionError("the bank's sign-in is away")
            return simulation.id_token("ada")

        async def exit_requested(request: ExitRequest) -> None:
            note(simulation, "callback: Exit Requested")
            exits.append(request)

        sdk = simulation.sdk()
        sdk.register(id_token_expired=id_token_expired, exit_requested=exit_requested)
        session = await sdk.launch(simulation.id_token("ada"))
        await simulation.advance(timedelta(minutes=25))
        await session.create_dream("Bike", target_cents=250_000)
        assert exits == []

        has_tokens = False
        await simulation.advance(timedelta(minutes=10))

        with pytest.raises(SessionClosed):
            await session.create_dream("Boat", target_cents=250_000)
        assert len(exits) == 1
        assert has_in_order(
            simulation,
            "callback: ID Token Expired",
            "PATCH /session",
            "200 OK",
            "callback: ID Token Expired",
            "PATCH /session",
            "200 OK",
            "Create Dream",
            "callback: ID Token Expired",
            "callback: Exit Requested",
        )


async def test_5_8_an_activity_renewed_session_lasts_while_the_user_is_there() -> None:
    async with Simulation(
        seed=1, session_renewal="activity", session_inactivity_timeout=timedelta(minutes=5)
    ) as simulation:
        exits: list[ExitRequest] = []

        async def exit_requested(request: ExitRequest) -> None:
            exits.append(request)

        sdk = simulation.sdk()
        sdk.register(exit_requested=exit_requested)
        session = await sdk.launch(simulation.id_token("ada"))
        for _ in range(3):
            await simulation.advance(timedelta(minutes=4))
            await session.keep_alive()
        await simulation.advance(timedelta(minutes=4))
        await session.create_dream("Bike", target_cents=250_000)
        assert exits == []

        await simulation.advance(timedelta(minutes=6))

        with pytest.raises(SessionClosed):
            await session.create_dream("Boat", target_cents=250_000)
        assert [each.reason for each in exits] == ["expired"]
        assert has_in_order(simulation, "POST /session/keep-alive", "Create Dream")


async def test_5_8_signing_out_ends_the_session_in_both_places() -> None:
    async with Simulation(seed=1) as simulation:
        exits: list[ExitRequest] = []

        async def exit_requested(request: ExitRequest) -> None:
            exits.append(request)

        sdk = simulation.sdk()
        sdk.register(exit_requested=exit_requested)
        session = await sdk.launch(simulation.id_token("ada"))

        await session.sign_out()
        await simulation.advance(timedelta(seconds=1))

        with pytest.raises(SessionClosed):
            session.dreams()
        assert [each.reason for each in exits] == ["signed_out"]
        assert has_in_order(simulation, "DELETE /session", "204 No Content")


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

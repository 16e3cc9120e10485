"""The journeys of the vendor's pages on accounts and consents. Their numbers are those of docs/des.md, section 5."""

from datetime import date

import attrs
import pytest

from bank_app_sim import Simulation
from bank_app_sim.journeys.demo import account_in_advance, account_while_saving
from impact_sdk import (
    AccountProvisioningRequest,
    ConsentDeclined,
    Daily,
    LaunchState,
    Session,
    TransferConsentDeclined,
    TransferConsentRequest,
    Weekly,
)

from .reference import DAY, PER_DREAM, has_in_order, note, requested, transactions


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


MULTI_ACCOUNT = (
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
        assert has_in_order(simulation, *MULTI_ACCOUNT)


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

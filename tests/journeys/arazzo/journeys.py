"""Journeys that are played in a simulation, written down as documents, and run from these again."""

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import attrs

from bank_app_sim import Simulation
from bank_app_sim.journeys.arazzo import export
from bank_app_sim.journeys.demo import account_in_advance, account_while_saving
from bank_app_sim.simulation import World
from impact_sdk import (
    AccountProvisioningDeclined,
    APIError,
    Conflict,
    OneTime,
    Session,
    Weekly,
)

from .state import State, state_of

DAY = timedelta(days=1)
PER_DREAM = "one SharedSavings per Dream"


@attrs.frozen(kw_only=True)
class Journey:
    """What happens, and in which kind of world."""

    play: Callable[[Simulation], Awaitable[None]]
    users: tuple[str, ...] = ("ada",)
    world: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Played:
    """What a journey left: its messages, as a trace writes them, and the state that it ended in."""

    messages: list[dict[str, Any]]
    state: State


_PLAYED: dict[str, Played] = {}


async def recording(name: str) -> Played:
    """What one of `JOURNEYS` left. It is the same each time, so it is played once."""
    if name not in _PLAYED:
        _PLAYED[name] = await played(JOURNEYS[name])
    return _PLAYED[name]


async def played(journey: Journey) -> Played:
    async with Simulation(seed=7, **journey.world) as simulation:
        await journey.play(simulation)
        messages = [message.as_json() for message in simulation.trace]
        return Played(messages=messages, state=await state_of(simulation.api))


def document_for(simulation: World, messages: list[dict[str, Any]], **more: Any) -> str:
    """The document of a recording, with the credentials of a world that it is to run against."""
    users = more.pop("users", ("ada",))
    settings = {"name": "journey", "title": "A journey", "address": "http://127.0.0.1:8700", **more}
    return export(
        messages,
        id_tokens={user: simulation.id_token(user) for user in users},
        client_secret=simulation.client_secret,
        **settings,
    )


async def while_saving(simulation: Simulation) -> None:
    """The account comes after days, and the bank settles what waits for it."""
    await account_while_saving(simulation, patience=10 * DAY)


async def both_of_the_starting_page(simulation: Simulation) -> None:
    await while_saving(simulation)
    await account_in_advance(simulation)


async def declined_then_accepted(simulation: Simulation) -> None:
    answers = iter((False, True))
    session = await simulation.bank_app("ada", answers=lambda _question: next(answers)).launch()
    dream = await session.create_dream("Bike", target_cents=250_000)
    with contextlib.suppress(AccountProvisioningDeclined):
        await session.launch_savehack(dream, Weekly(amount_cents=5_000, weekday=0))
    await session.launch_savehack(dream, Weekly(amount_cents=7_000, weekday=0))
    await simulation.advance(3 * DAY)


async def declined(simulation: Simulation) -> None:
    """The last that happens is between the SDK and its host."""
    session = await simulation.bank_app("ada", answers=lambda _question: False).launch()
    dream = await session.create_dream("Bike", target_cents=250_000)
    with contextlib.suppress(AccountProvisioningDeclined):
        await session.launch_savehack(dream, Weekly(amount_cents=5_000, weekday=0))


async def an_account_for_each_dream(simulation: Simulation) -> None:
    """Two Dreams with a name and an amount in common: ids alone tell them apart."""
    session = await simulation.bank_app("ada").launch()
    for amount_cents in (5_000, 5_000, 7_000):
        dream = await session.create_dream("Bike", target_cents=250_000)
        await session.launch_savehack(dream, OneTime(amount_cents=amount_cents))
    await simulation.advance(3 * DAY)


async def a_withdrawal(simulation: Simulation) -> None:
    session, dream_id = await saver(simulation)
    await session.withdraw(dream_id, 2_000)
    for transaction in [each async for each in simulation.api.transactions.drain()]:
        await simulation.api.transactions.fail(transaction.id, errors=["the current account is closed"])
    await session.withdraw(dream_id, 1_500)
    for transaction in [each async for each in simulation.api.transactions.drain()]:
        await simulation.api.transactions.settle(transaction.id)


async def a_duplicate_account(simulation: Simulation) -> None:
    """The page's third habit: the same `externalId` again is 409, and changes nothing."""
    session, _ = await saver(simulation)
    with contextlib.suppress(Conflict):
        await simulation.api.accounts.create(user_id=session.user.id, type="SharedSavings", external_id="savings")


async def a_refused_customer(simulation: Simulation) -> None:
    """The launch waits again, starts again with another request, and is refused again."""
    session = await simulation.bank_app("ada").launch()
    dream = await session.create_dream("Bike", target_cents=250_000)
    await session.launch_savehack(dream, OneTime(amount_cents=5_000))
    await simulation.advance(4 * DAY)
    await session.resume_paused_launches()
    await simulation.advance(4 * DAY)


async def two_users_in_turn(simulation: Simulation) -> None:
    """Two sessions whose calls alternate."""
    ada, bo = [await simulation.bank_app(customer).launch() for customer in ("ada", "bo")]
    for session, name in ((bo, "Boat"), (ada, "Bike"), (bo, "House")):
        dream = await session.create_dream(name, target_cents=250_000)
        await session.launch_savehack(dream, OneTime(amount_cents=1_000 + len(name)))
        with contextlib.suppress(APIError):  # the Dream is not theirs
            await (ada if session is bo else bo).launch_savehack(dream, OneTime(amount_cents=1))
    await simulation.advance(3 * DAY)


async def signing_out(simulation: Simulation) -> None:
    """The session ends, and the same user comes again, twice; the end of one session leaves the other alone."""
    app = simulation.bank_app("ada")
    session = await app.launch()
    await session.create_dream("Bike", target_cents=250_000)
    await session.sign_out()
    session, other = await app.launch(locale="en"), await app.launch()
    await other.sign_out()
    await session.create_dream("Boat", target_cents=100)


async def saver(simulation: Simulation) -> tuple[Session, str]:
    """Ada with 50.00 on a Dream; the test is the bank's backend."""
    session = await simulation.sdk().launch(simulation.id_token("ada"))
    api = simulation.api
    await api.accounts.create(user_id=session.user.id, type="SharedSavings", external_id="savings")
    dream = await session.create_dream("$inputs of mine", target_cents=250_000)  # a name that looks like something else
    await session.launch_savehack(dream, OneTime(amount_cents=5_000))
    for deposit in [each async for each in api.transactions.drain()]:
        await api.transactions.settle(deposit.id)
    return session, dream.id


JOURNEYS = {
    "account while saving": Journey(play=while_saving),
    "both of the starting page": Journey(play=both_of_the_starting_page, users=("ada", "bo")),
    "declined": Journey(play=declined),
    "declined, then accepted": Journey(play=declined_then_accepted),
    "an account for each Dream": Journey(play=an_account_for_each_dream, world={"account_setup": PER_DREAM}),
    "Performance": Journey(play=an_account_for_each_dream, world={"performance_dreams": True}),
    "a withdrawal": Journey(play=a_withdrawal),
    "409": Journey(play=a_duplicate_account),
    "a refused customer": Journey(play=a_refused_customer, world={"refuses": frozenset({"ada"})}),
    "two users": Journey(play=two_users_in_turn, users=("ada", "bo")),
    "signing out": Journey(play=signing_out),
    "events": Journey(play=while_saving, world={"webhooks": True}),
}

"""The two journeys of account provisioning, which `demo` plays on a world, and the state at their end."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import attrs

from impact_sdk import Account, Dream, SavehackLaunch, Session, Transaction, User, Weekly

from ..simulation import World
from ..timeline.clock import timestamp
from .results import JourneyResult, Outcome, State, StepResult

# docs/des.md 5.2
ADA, BO = "ada", "bo"


async def account_while_saving(simulation: World, *, patience: timedelta) -> None:
    """The user launches a savehack first; the bank opens the account later, and the deposits wait for it."""
    session = await simulation.bank_app(ADA).launch()
    bike = await session.create_dream("Bike", target_cents=250_000, expires_at=date(2028, 6, 1))
    await session.launch_savehack(bike, Weekly(amount_cents=5_000, weekday=0))
    await _look(session)
    await simulation.until(lambda: _deposits_settled(simulation) > 0, within=patience)
    await _look(session)
    await session.create_dream("Boat", target_cents=9_000_000)


async def account_in_advance(simulation: World) -> None:
    """The bank opens the account before the user ever launches; nobody is asked."""
    app = simulation.bank_app(BO)
    await app.open_account_in_advance()
    session = await app.launch()
    await session.create_dream("House", target_cents=50_000_000)


async def _look(session: Session) -> None:
    """Fetch what the user sees: Dreams with their savehacks and all deposits."""
    for listing in (session.accounts(), session.dreams(), session.savehack_launches(), session.transactions()):
        async for _ in listing:
            pass


def _deposits_settled(simulation: World) -> int:
    """Read it off the trace: a request to DES would be a further message."""
    return sum(
        message.kind == "response" and message.detail.get("body", {}).get("transaction", {}).get("state") == "settled"
        for message in simulation.trace
    )


Journey = Callable[[World, timedelta], Awaitable[None]]

JOURNEYS: Sequence[tuple[str, Journey]] = (
    (
        "The user launches a savehack; the bank opens the account later",
        lambda simulation, patience: account_while_saving(simulation, patience=patience),
    ),
    (
        "The bank opens the account in advance; nobody is asked",
        lambda simulation, patience: account_in_advance(simulation),
    ),
)


async def as_step(number: int, text: str, journey: Journey, simulation: World, patience: timedelta) -> StepResult:
    """Play a journey as one step of a longer one."""
    first, began_at = len(simulation.trace) + 1, timestamp(simulation.clock.now())
    await journey(simulation, patience)
    return StepResult(
        number=str(number),
        text=text,
        line=None,
        outcome=Outcome.PASSED,
        began_at=began_at,
        ended_at=timestamp(simulation.clock.now()),
        first_message=first,
        last_message=len(simulation.trace),
    )


def result(simulation: World, steps: Sequence[StepResult], state: State, **others: Any) -> JourneyResult:
    """Both journeys as one result, for a report.

    Args:
        state: The state at the end.
        others: `seed`, `world`, `seconds` and `command` of the result.
    """
    return JourneyResult(
        name="demo",
        title="Account provisioning, both journeys",
        file="",
        row="",
        outcome=Outcome.PASSED,
        steps=[*steps[:-1], attrs.evolve(steps[-1], after=0)],
        messages=simulation.trace.as_json(),
        states=[state],
        **others,
    )


async def end_state(simulation: World) -> State:
    """What DES and the bank have at the end, fetched through their APIs."""
    api = simulation.api
    deposits = [deposit async for deposit in api.transactions.list()]
    return {
        "users": dict([_user(user) async for user in api.users.list()]),
        "dreams": dict([_dream(dream) async for dream in api.dreams.list()]),
        "accounts": dict([_account(account) async for account in api.accounts.list()]),
        "savehack_launches": dict([_launch(launch) async for launch in api.savehack_launches.list()]),
        "deposits": {str(n): _deposit(deposit) for n, deposit in enumerate(deposits, 1)},
        "ledger": _ledger(await simulation.ledger()),
    }


# The key of a thing, and its fields.
Thing = tuple[str, Mapping[str, Any]]


def _user(user: User) -> Thing:
    return user.external_id or user.id, {
        "id": user.id,
        "provisioning_initiated": _moment(user.provisioning_initiated_at),
    }


def _dream(dream: Dream) -> Thing:
    return f"{dream.name} of {dream.user.external_id}", {
        "target_cents": dream.target_cents,
        "balance_cents": dream.balance_cents,
        "account": dream.account and dream.account.id,
    }


def _account(account: Account) -> Thing:
    return f"{account.type} of {account.user.external_id}", {
        "id": account.id,
        "external_id": account.external_id,
        "balance_cents": account.balance_cents,
    }


def _launch(launch: SavehackLaunch) -> Thing:
    return f"{launch.type} for {launch.dream.name}", {
        "amount_cents": launch.amount_cents,
        "state": launch.state.value,
    }


def _deposit(deposit: Transaction) -> Mapping[str, Any]:
    return {
        "user": deposit.user.external_id,
        "dream": deposit.to_dream and deposit.to_dream.name,
        "amount_cents": deposit.amount_cents,
        "state": deposit.state.value,
        "requested": _moment(deposit.requested_at),
        "settled": _moment(deposit.settled_at),
    }


def _ledger(books: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    balances = {account["name"]: account["balance_cents"] for account in books["accounts"]}
    return {name: {"balance_cents": cents} for name, cents in {**balances, "sum": books["sum_cents"]}.items()}


def _moment(at: datetime | None) -> str | None:
    return None if at is None else f"{at:%Y-%m-%d %H:%M}"

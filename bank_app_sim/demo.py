"""The two journeys of the starting page, played on a world, and the state that they end in."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from impact_sdk import Account, Dream, SavehackLaunch, Session, Transaction, User, Weekly

from .report import Table
from .simulation import Simulation

# reference: account-provisioning-single-account, both diagrams
ADA, BO = "ada", "bo"


async def account_while_saving(simulation: Simulation, *, patience: timedelta) -> None:
    """The user launches a savehack first; the bank opens the account later, and the deposits wait for it."""
    session = await simulation.bank_app(ADA).launch()
    bike = await session.create_dream("Bike", target_cents=250_000, expires_at=date(2028, 6, 1))
    await session.launch_savehack(bike, Weekly(amount_cents=5_000, weekday=0))
    await _look(session)
    await simulation.until(lambda: _deposits_settled(simulation) > 0, within=patience)
    await _look(session)
    await session.create_dream("Boat", target_cents=9_000_000)


async def account_in_advance(simulation: Simulation) -> None:
    """The bank opens the account before the user ever launches; nobody is asked."""
    app = simulation.bank_app(BO)
    await app.open_account_in_advance()
    session = await app.launch()
    await session.create_dream("House", target_cents=50_000_000)


async def _look(session: Session) -> None:
    """What the user sees: Dreams with their savehacks and their deposits, pending or not."""
    for listing in (session.accounts(), session.dreams(), session.savehack_launches(), session.transactions()):
        async for _ in listing:
            pass


def _deposits_settled(simulation: Simulation) -> int:
    """Read off the trace: asking DES would be a message of its own."""
    return sum(
        message.kind == "response" and message.detail.get("body", {}).get("transaction", {}).get("state") == "settled"
        for message in simulation.trace
    )


async def end_state(simulation: Simulation) -> list[Table]:
    """What DES and the bank have in the end, asked of both as anybody can ask."""
    api = simulation.api
    return [
        _table(
            "Users",
            "external id, id, provisioning initiated",
            [_user(user) async for user in api.users.list()],
        ),
        _table("Dreams", "user, name, target, saved, account", [_dream(dream) async for dream in api.dreams.list()]),
        _table(
            "Accounts", "user, id, external id, balance", [_account(account) async for account in api.accounts.list()]
        ),
        _table(
            "Savehack launches",
            "dream, type, amount, state",
            [_launch(launch) async for launch in api.savehack_launches.list()],
        ),
        _table(
            "Deposits",
            "user, dream, amount, state, requested, settled",
            [_deposit(deposit) async for deposit in api.transactions.list()],
        ),
        _ledger(await simulation.ledger()),
    ]


Cells = tuple[str | None, ...]


def _table(title: str, columns: str, rows: Sequence[Cells]) -> Table:
    return Table(
        title=title,
        columns=tuple(columns.split(", ")),
        rows=tuple(tuple(cell or "" for cell in row) for row in rows),
    )


def _user(user: User) -> Cells:
    return user.external_id, user.id, _moment(user.provisioning_initiated_at)


def _dream(dream: Dream) -> Cells:
    account = dream.account.id if dream.account else "none yet"
    return dream.user.external_id, dream.name, _money(dream.target_cents), _money(dream.balance_cents), account


def _account(account: Account) -> Cells:
    return account.user.external_id, account.id, account.external_id, _money(account.balance_cents)


def _launch(launch: SavehackLaunch) -> Cells:
    return launch.dream.name, launch.type, _money(launch.amount_cents or 0), launch.state.value


def _deposit(deposit: Transaction) -> Cells:
    dream = deposit.to_dream.name if deposit.to_dream else None
    moments = _moment(deposit.requested_at), _moment(deposit.settled_at)
    return deposit.user.external_id, dream, _money(deposit.amount_cents), deposit.state.value, *moments


def _ledger(books: dict[str, Any]) -> Table:
    rows = [(account["name"], _money(account["balance_cents"])) for account in books["accounts"]]
    return _table("The bank's ledger", "account, balance", [*rows, ("sum", _money(books["sum_cents"]))])


def _money(cents: int) -> str:
    sign, (units, rest) = "-" if cents < 0 else "", divmod(abs(cents), 100)
    return f"{sign}{units:,}.{rest:02}"


def _moment(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M:%S}"

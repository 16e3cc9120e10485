"""All data of one bank at DES, for tests: plain fields, by collection and id."""

from collections.abc import Mapping
from typing import Any

from ..server.database import Connection
from .store.accounts import AccountRow
from .store.consents import ConsentRow
from .store.dreams import DreamRow
from .store.launches import LaunchRow
from .store.listings import ACCOUNTS, CONSENTS, DREAMS, LAUNCHES, TRANSACTIONS, USERS, Collection, T, listing
from .store.transactions import TransactionRow
from .store.users import UserRow

Fields = dict[str, Any]

# The name of Dreams without a name.
NAMELESS = "(no name)"

# More than any journey makes.
MOST = 10**6


def read(connection: Connection, tenant_id: str) -> dict[str, dict[str, Fields]]:
    """The tenant's users, accounts, Dreams, savehack launches, transactions and consents; amounts in cents."""
    users, dreams = _rows(connection, USERS, tenant_id), _rows(connection, DREAMS, tenant_id)
    names = {
        "user": {user.id: user.external_id for user in users},
        "dream": {dream.id: dream.name or NAMELESS for dream in dreams},
    }
    launches = _rows(connection, LAUNCHES, tenant_id)
    transactions = _rows(connection, TRANSACTIONS, tenant_id)
    return {
        "users": {user.id: _user(user) for user in users},
        "accounts": {account.id: _account(account) for account in _rows(connection, ACCOUNTS, tenant_id)},
        "dreams": {dream.id: _dream(dream) for dream in dreams},
        "savehack launches": {launch.id: _launch(launch, names) for launch in launches},
        "transactions": {transaction.id: _transaction(transaction, names) for transaction in transactions},
        "consents": {consent.id: _consent(consent) for consent in _rows(connection, CONSENTS, tenant_id)},
    }


def _rows(connection: Connection, collection: Collection[T], tenant_id: str) -> list[T]:
    page = listing(collection, frozenset({"tenant_id"})).page
    return page.all(connection, tenant_id=tenant_id, limit=MOST, offset=0)


Names = Mapping[str, Mapping[str, str]]


def _user(user: UserRow) -> Fields:
    return {"external_id": user.external_id, "provisioning_initiated_at": user.provisioning_initiated_at}


def _account(account: AccountRow) -> Fields:
    return {
        "user": account.user_external_id,
        "type": account.type,
        "external_id": account.external_id,
        "balance_cents": account.figures.balance_cents,
    }


def _dream(dream: DreamRow) -> Fields:
    return {
        "user": dream.user_external_id,
        "name": dream.name or NAMELESS,
        "target_cents": dream.target_cents,
        "balance_cents": dream.balance_cents,
        "account_id": dream.account_id,
        "provisioning_initiated_at": dream.provisioning_initiated_at,
        "achieved_at": dream.achieved_at,
        "deleted_at": dream.deleted_at,
    }


def _launch(launch: LaunchRow, names: Names) -> Fields:
    return {
        "user": names["user"][launch.user_id],
        "dream": names["dream"][launch.dream_id],
        "type": launch.type,
        "state": _state_of_launch(launch),
        "pause_reason": launch.pause_reason,
        "due_at": launch.due_at,
    }


def _state_of_launch(launch: LaunchRow) -> str:
    states = ((launch.stopped_at, "stopped"), (launch.drafted_at, "draft"), (launch.paused_at, "paused"))
    return next((state for at, state in states if at is not None), "active")


def _transaction(transaction: TransactionRow, names: Names) -> Fields:
    return {
        "user": transaction.user_external_id,
        "type": transaction.type,
        "amount_cents": transaction.amount_cents,
        "state": transaction.state,
        "from_dream": transaction.from_dream_id and names["dream"][transaction.from_dream_id],
        "to_dream": transaction.to_dream_id and names["dream"][transaction.to_dream_id],
        "to_account_id": transaction.to_account_id,
        "requested_at": transaction.requested_at,
        "settled_at": transaction.settled_at,
        "failed_at": transaction.failed_at,
        "errors": ", ".join(transaction.errors) or None,
    }


def _consent(consent: ConsentRow) -> Fields:
    answered = "signed" if consent.consented_at else "rejected" if consent.rejected_at else "open"
    return {
        "user": consent.user_external_id,
        "state": answered,
        "max_frequency": consent.max_frequency,
        "max_amount_cents": consent.max_amount_cents,
    }

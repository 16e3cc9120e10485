"""Everything that DES has of one bank, at one moment, for whoever tests: plain fields, by collection and key."""

from collections.abc import Callable, Mapping
from typing import Any

from ..server.database import Connection
from . import store
from .store import Row

Fields = dict[str, Any]

# What a Dream without a name is counted under.
NAMELESS = "(no name)"

# More than any journey makes.
MOST = 10**6


def read(connection: Connection, tenant_id: str) -> dict[str, dict[str, Fields]]:
    """The tenant's users, accounts, Dreams, savehack launches, transactions and consents; amounts in cents."""
    rows = {plural: _rows(connection, plural, tenant_id) for plural, _, _ in _COLLECTIONS}
    names = {"user": {}, "dream": {row["id"]: row["name"] or NAMELESS for row in rows["dreams"]}}
    names["user"] = {row["id"]: row["external_id"] for row in rows["users"]}
    return {
        collection: {str(row["id"]): fields(row, names) for row in rows[plural]}
        for plural, collection, fields in _COLLECTIONS
    }


def _rows(connection: Connection, plural: str, tenant_id: str) -> list[Row]:
    statement = store.listings.listing(plural, frozenset({"tenant_id"})).page
    wanted = {"tenant_id": tenant_id, "limit": MOST, "offset": 0}
    return list(connection.execute(statement, wanted).mappings())


Names = Mapping[str, Mapping[str, str]]


def _user(row: Row, _names: Names) -> Fields:
    return {"external_id": row["external_id"], "provisioning_initiated_at": row["provisioning_initiated_at"]}


def _account(row: Row, _names: Names) -> Fields:
    return {
        "user": row["user_external_id"],
        "type": row["type"],
        "external_id": row["external_id"],
        "balance_cents": row["balance_cents"],
    }


def _dream(row: Row, _names: Names) -> Fields:
    return {
        "user": row["user_external_id"],
        "name": row["name"] or NAMELESS,
        "target_cents": row["target_cents"],
        "balance_cents": row["balance_cents"],
        "account_id": row["account_id"],
        "provisioning_initiated_at": row["provisioning_initiated_at"],
        "achieved_at": row["achieved_at"],
        "deleted_at": row["deleted_at"],
    }


def _launch(row: Row, names: Names) -> Fields:
    return {
        "user": names["user"][row["user_id"]],
        "dream": names["dream"][row["dream_id"]],
        "type": row["type"],
        "state": _state_of_launch(row),
        "pause_reason": row["pause_reason"],
        "due_at": row["due_at"],
    }


def _state_of_launch(row: Row) -> str:
    for moment, state in (("stopped_at", "stopped"), ("drafted_at", "draft"), ("paused_at", "paused")):
        if row[moment] is not None:
            return state
    return "active"


def _transaction(row: Row, names: Names) -> Fields:
    return {
        "user": row["user_external_id"],
        "type": row["type"],
        "amount_cents": row["amount_cents"],
        "state": row["state"],
        "from_dream": row["from_dream_id"] and names["dream"][row["from_dream_id"]],
        "to_dream": row["to_dream_id"] and names["dream"][row["to_dream_id"]],
        "to_account_id": row["to_account_id"],
        "requested_at": row["requested_at"],
        "settled_at": row["settled_at"],
        "failed_at": row["failed_at"],
        "errors": ", ".join(row["errors"]) or None,
    }


def _consent(row: Row, _names: Names) -> Fields:
    answered = "signed" if row["consented_at"] else "rejected" if row["rejected_at"] else "open"
    return {
        "user": row["user_external_id"],
        "state": answered,
        "max_frequency": row["max_frequency"],
        "max_amount_cents": row["max_amount_cents"],
    }


# Each listing, what it is called in a journey, and what is shown of a row.
_COLLECTIONS: tuple[tuple[str, str, Callable[[Row, Names], Fields]], ...] = (
    ("users", "users", _user),
    ("accounts", "accounts", _account),
    ("dreams", "dreams", _dream),
    ("savehackLaunches", "savehack launches", _launch),
    ("transactions", "transactions", _transaction),
    ("transferConsents", "consents", _consent),
)

"""`POST /transactions` by the bank: reconciliation. Money has moved without DES, and is settled already."""

from typing import Any

from ..server.answers import Answer, Refused
from ..server.fields import Fields
from ..server.readers import TEXT
from . import money, store, transactions
from .readers import cents, happened
from .request import Request
from .store import Row


def create(request: Request) -> Answer:
    """Write down a settled transaction, and move the balances with it.

    Without a Dream it is the residual that moves, which may become less than nothing; accounts and Dreams may not.
    """
    # docs/des.md 1.8
    fields = Fields(request.http.body, "transaction")
    kind = kind_of(fields)
    user_id = fields.required("userId", TEXT)
    report: dict[str, Any] = {
        "type": kind,
        "external_id": fields.required("externalId", TEXT),
        "amount_cents": fields.required("amountCents", cents(least=1)),
        "requested_at": fields.optional("requestedAt", happened(now=request.now)) or request.now,
        **_sides(fields, kind),
    }
    settled_at = fields.optional("settledAt", happened(now=request.now)) or request.now
    fields.check()

    user = request.owner(user_id, field=fields.path("userId"))
    for side in money.SIDES[kind]:
        _check_side(request, fields, user, report, side)
    if kind == "Internal" and _goes_nowhere(report):
        fields.refuse("toDreamId", "is where the money comes from")
    fields.check()
    known = {"user_id": user["id"], "external_id": report["external_id"]}
    if request.connection.execute(store.transactions.BY_EXTERNAL_ID, known).first() is not None:
        raise Refused(409, {fields.path("externalId"): ["belongs to a transaction of this user already"]})
    transaction = write(request, {**report, "user_id": user["id"]})
    if sentence := money.obstacle(request.connection, transaction):
        fields.refuse("amountCents", f"can't be moved: {sentence}")
        fields.check()
    money.settle(request.connection, transaction, at=settled_at, outbox=request.outbox)
    return Answer(201, {"transaction": transactions.as_json(request.one("transactions", transaction["id"]))})


def kind_of(fields: Fields) -> str:
    """Of a new transaction. All other fields depend on it: a wrong one is refused at once."""
    kind = fields.required("type", TEXT)
    if kind not in money.SIDES:
        raise Refused(400, {fields.path("type"): [f"must be one of {', '.join(money.SIDES)}"]})
    return kind


def write(request: Request, given: dict[str, Any]) -> Row:
    """Write a transaction down as requested; its row, with what it names."""
    nothing = dict.fromkeys(f"{side}_{what}_id" for side in ("from", "to") for what in ("account", "dream"))
    transaction = {
        **nothing,
        "id": request.ids.uuid(),
        "tenant_id": request.tenant.id,
        "external_id": None,
        "state": "requested",
        "requested_at": request.now,
        "errors": [],
        **given,
    }
    request.connection.execute(store.transactions.CREATE, transaction)
    return request.one("transactions", transaction["id"])


def _sides(fields: Fields, kind: str) -> dict[str, str | None]:
    sides: dict[str, str | None] = {}
    for side in money.SIDES[kind]:
        sides[f"{side}_account_id"] = fields.required(f"{side}AccountId", TEXT)
        sides[f"{side}_dream_id"] = fields.optional(f"{side}DreamId", TEXT)
    return sides


def _check_side(request: Request, fields: Fields, user: Row, report: dict[str, Any], side: str) -> None:
    account_id, dream_id = report[f"{side}_account_id"], report[f"{side}_dream_id"]
    account = request.find("accounts", account_id)
    if account is None or account["user_id"] != user["id"]:
        fields.refuse(f"{side}AccountId", "does not exist")
    elif dream_id is not None:
        dream = request.find("dreams", dream_id)
        if dream is None or dream["user_id"] != user["id"]:
            fields.refuse(f"{side}DreamId", "does not exist")
        elif dream["deleted_at"] is not None:
            fields.refuse(f"{side}DreamId", f"was deleted at {dream['deleted_at']}")
        elif dream["account_id"] != account_id:
            fields.refuse(f"{side}DreamId", "has its money on another account, or on none")


def _goes_nowhere(report: dict[str, Any]) -> bool:
    return all(report[f"from_{what}_id"] == report[f"to_{what}_id"] for what in ("account", "dream"))

"""`POST /transactions` by the bank: money that has moved without DES, and is settled already."""

from collections.abc import Mapping

import attrs

from ...server.http.answers import Answer, Refused
from ...server.http.fields import Fields
from ...server.http.readers import TEXT
from .. import store
from ..readers import cents, happened
from ..request import Request
from ..store.listings import ACCOUNTS, DREAMS, TRANSACTIONS
from ..store.transactions import TransactionRow
from ..store.users import UserRow
from . import money, transactions


@attrs.frozen
class _End:
    """Where money comes from, or where it goes."""

    account_id: str | None
    dream_id: str | None


_OUTSIDE = _End(None, None)


def create(request: Request) -> Answer:
    """Write down a settled transaction, and move the balances with it.

    Without a Dream it moves the residual, which may become negative; accounts and Dreams may not.
    """
    # docs/des.md 1.8
    fields = Fields(request.http.body, "transaction")
    kind = kind_of(fields)
    user_id = fields.required("userId", TEXT)
    external_id = fields.required("externalId", TEXT)
    amount_cents = fields.required("amountCents", cents(least=1))
    requested_at = fields.optional("requestedAt", happened(now=request.now)) or request.now
    ends = {side: _end(fields, side) for side in money.SIDES[kind]}
    settled_at = fields.optional("settledAt", happened(now=request.now)) or request.now
    fields.check()

    _check(request, fields, user_id, external_id, ends)
    source, target = ends.get("from", _OUTSIDE), ends.get("to", _OUTSIDE)
    report = TransactionRow(
        id=request.ids.uuid(),
        user_id=user_id,
        tenant_id=request.tenant.id,
        type=kind,
        amount_cents=amount_cents,
        requested_at=requested_at,
        external_id=external_id,
        from_account_id=source.account_id,
        from_dream_id=source.dream_id,
        to_account_id=target.account_id,
        to_dream_id=target.dream_id,
    )
    return _settled(request, fields, write(request, report), at=settled_at)


def _check(request: Request, fields: Fields, user_id: str, external_id: str, ends: Mapping[str, _End]) -> None:
    """Refuse a wrong user, and wrong ends."""
    user = request.owner(user_id, field=fields.path("userId"))
    for side, end in ends.items():
        _check_end(request, fields, user, side, end)
    if len(ends) > len(set(ends.values())):
        fields.refuse("toDreamId", "is where the money comes from")
    fields.check()
    known = {"user_id": user.id, "external_id": external_id}
    if store.transactions.BY_EXTERNAL_ID.first(request.connection, **known) is not None:
        raise Refused(409, {fields.path("externalId"): ["belongs to a transaction of this user already"]})


def _settled(request: Request, fields: Fields, transaction: TransactionRow, *, at: str) -> Answer:
    if sentence := money.obstacle(request.connection, transaction):
        fields.refuse("amountCents", f"can't be moved: {sentence}")
        fields.check()
    money.settle(request.connection, transaction, at=at, outbox=request.outbox)
    return Answer(201, {"transaction": transactions.as_json(request.one(TRANSACTIONS, transaction.id))})


def kind_of(fields: Fields) -> str:
    """The type of a new transaction. All other fields depend on it: a wrong type is refused at once."""
    kind = fields.required("type", TEXT)
    if kind not in money.SIDES:
        raise Refused(400, {fields.path("type"): [f"must be one of {', '.join(money.SIDES)}"]})
    return kind


def write(request: Request, transaction: TransactionRow) -> TransactionRow:
    """Write a transaction down; its row, with its references."""
    store.transactions.add(request.connection, [transaction])
    return request.one(TRANSACTIONS, transaction.id)


def _end(fields: Fields, side: str) -> _End:
    return _End(fields.required(f"{side}AccountId", TEXT), fields.optional(f"{side}DreamId", TEXT))


def _check_end(request: Request, fields: Fields, user: UserRow, side: str, end: _End) -> None:
    account = None if end.account_id is None else request.find(ACCOUNTS, end.account_id)
    if account is None or account.user_id != user.id:
        fields.refuse(f"{side}AccountId", "does not exist")
    elif end.dream_id is not None:
        dream = request.find(DREAMS, end.dream_id)
        if dream is None or dream.user_id != user.id:
            fields.refuse(f"{side}DreamId", "does not exist")
        elif dream.deleted_at is not None:
            fields.refuse(f"{side}DreamId", f"was deleted at {dream.deleted_at}")
        elif dream.account_id != end.account_id:
            fields.refuse(f"{side}DreamId", "has its money on another account, or on none")

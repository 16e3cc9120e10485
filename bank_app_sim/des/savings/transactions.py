"""Transactions: deposits and other moves of money, requested, settled or failed."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...server.http.answers import Answer, Refused
from ...server.http.fields import Fields
from ...server.http.readers import any_text, list_of
from .. import paging, store
from ..readers import happened
from ..request import Request, User
from ..store.listings import TRANSACTIONS
from ..store.transactions import Place, Side, TransactionRow
from . import money
from .accounts import reference
from .money import SIDES

STATES = ("requested", "settled", "failed")
MOST_ITEMS = 100

# A transaction stays as requested; the bank tells only how it ended.
READ_ONLY = (
    "id",
    "externalId",
    "type",
    "user",
    "amountCents",
    "requestedAt",
    "fromAccount",
    "fromDream",
    "toAccount",
    "toDream",
    "transferConsentId",
)


def as_json(transaction: TransactionRow) -> dict[str, Any]:
    sides = transaction.sides
    return {
        "type": transaction.type,
        "id": transaction.id,
        "externalId": transaction.external_id,
        "user": {"type": "User", "id": transaction.user_id, "externalId": transaction.user_external_id},
        "amountCents": transaction.amount_cents,
        "state": transaction.state,
        "requestedAt": transaction.requested_at,
        "settledAt": transaction.settled_at,
        "failedAt": transaction.failed_at,
        "transferConsentId": transaction.transfer_consent_id,
        **{f"{side}Account": _account(sides[side]) for side in SIDES[transaction.type]},
        **{f"{side}Dream": _dream(sides[side]) for side in SIDES[transaction.type]},
        "errors": transaction.errors,
    }


def _account(side: Side) -> dict[str, Any] | None:
    return reference(side.account_type, side.account_id, side.account_external_id)


def _dream(side: Side) -> dict[str, Any] | None:
    return None if side.dream_id is None else {"type": "Dream", "id": side.dream_id, "name": side.dream_name}


def list_all(request: Request) -> Answer:
    """List transactions by the moment of their request, the oldest first."""
    query = request.http.query
    paging.one_of(query, "state", STATES)
    filters = paging.given(query, "state", "externalId", "externalUserId")
    place = _place_after(request, query["after_id"]) if "after_id" in query else None
    found = paging.find(
        request,
        TRANSACTIONS,
        filters,
        most_items=MOST_ITEMS,
        place=place,
        place_of=lambda transaction: {"after_id": transaction.id},
    )
    return found.answer([as_json(transaction) for transaction in found.rows])


def _place_after(request: Request, id: str) -> Mapping[str, Any]:
    """The place after a transaction in the listing. Unlike a page number it stays right while transactions settle.

    An empty id is the place before the first one.
    """
    if not id:
        return {}
    last = request.find(TRANSACTIONS, id) or _place_of_erased(request, id)
    if last is None:
        raise Refused(400, {"after_id": ["does not exist"]})
    return {"after_requested_at": last.requested_at, "after_n": last.n}


def _place_of_erased(request: Request, id: str) -> Place | None:
    """The place of an erased user's transaction; nothing else of it is kept."""
    if isinstance(request.principal, User):
        return None
    wanted = {"id": id, "tenant_id": request.principal.tenant_id}
    return store.transactions.PLACE_OF_ERASED.one_or_none(request.connection, **wanted)


def get(request: Request) -> Answer:
    return Answer(200, {"transaction": as_json(request.the_one_asked_for(TRANSACTIONS))})


def change(request: Request) -> Answer:
    """Settle or fail a transaction, for good. The same again changes nothing."""
    transaction = request.the_one_asked_for(TRANSACTIONS)
    fields = Fields(request.http.body, "transaction")
    apply(request, fields, transaction)
    fields.check()
    return get(request)


def apply(request: Request, fields: Fields, transaction: TransactionRow) -> None:
    """Settle or fail a transaction as the fields say. Errors are noted; `check()` then undoes everything."""
    shown = as_json(transaction)
    for name in READ_ONLY:
        fields.unchanged(name, shown.get(name))
    fields.unchanged("state", shown["state"], otherwise="can't be written; set settledAt or failedAt")
    settled_at = fields.optional("settledAt", happened(now=request.now))
    failed_at = fields.optional("failedAt", happened(now=request.now))
    reasons = fields.optional("errors", list_of(any_text)) or []
    if failed_at is None and reasons != shown["errors"]:
        fields.unchanged("errors", shown["errors"], otherwise="can be given together with failedAt only")
    if settled_at is not None and failed_at is not None:
        # docs/des.md 1.10
        fields.refuse("settledAt", "is mutually exclusive with failedAt")
        fields.refuse("failedAt", "is mutually exclusive with settledAt")
    elif transaction.state == "requested":
        _decide(request, fields, transaction, settled_at=settled_at, failed_at=failed_at, reasons=reasons)
    else:
        _check_that_it_stays(fields, transaction, settled_at=settled_at, failed_at=failed_at)


def _decide(
    request: Request,
    fields: Fields,
    transaction: TransactionRow,
    *,
    settled_at: str | None,
    failed_at: str | None,
    reasons: Sequence[str],
) -> None:
    if settled_at is not None:
        if sentence := money.obstacle(request.connection, transaction):
            fields.refuse("settledAt", f"can't be set: {sentence}")
        else:
            money.settle(request.connection, transaction, at=settled_at, outbox=request.outbox)
    elif failed_at is not None:
        ids = [transaction.id]
        money.fail(request.connection, ids, at=failed_at, reasons=reasons, outbox=request.outbox)


def _check_that_it_stays(
    fields: Fields, transaction: TransactionRow, *, settled_at: str | None, failed_at: str | None
) -> None:
    """Refuse another result: it is final. The same one with another moment keeps the first moment."""
    is_settled = transaction.state == "settled"
    at = transaction.settled_at if is_settled else transaction.failed_at
    what_was = f"the transaction was settled at {at}" if is_settled else f"the transaction failed at {at}"
    its_own, told, other, told_of_other = (
        ("settledAt", settled_at, "failedAt", failed_at)
        if is_settled
        else ("failedAt", failed_at, "settledAt", settled_at)
    )
    if told_of_other is not None:
        fields.refuse(other, f"can't be set: {what_was}")
    if fields.given(its_own) and told is None:
        fields.refuse(its_own, f"can't be cleared: {what_was}")

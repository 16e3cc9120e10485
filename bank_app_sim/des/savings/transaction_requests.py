"""`POST /transactions` by a user: money back from a Dream, or from one Dream to another (ours).

How the vendor's web app asks DES for these is not public. DES settles a move within one account at once; a move to
another account waits for the bank.
"""

from ...server.http.answers import Answer, Refused
from ...server.http.fields import Fields
from ...server.http.readers import TEXT
from .. import store
from ..readers import cents
from ..request import Bank, Request
from ..store.dreams import DreamRow
from ..store.listings import DREAMS, TRANSACTIONS
from ..store.transactions import TransactionRow
from . import money, transaction_reports, transactions
from .transaction_reports import kind_of, write

OF_THE_BANK = ("externalId", "requestedAt", "settledAt", "fromAccountId", "toAccountId")


def create(request: Request) -> Answer:
    """Take a report of the bank, or a user's request."""
    if isinstance(request.principal, Bank):
        return transaction_reports.create(request)
    return _ask(request)


def _ask(request: Request) -> Answer:
    """Request at most the money that is there and not on its way out already."""
    fields = Fields(request.http.body, "transaction")
    if banks := [name for name in OF_THE_BANK if fields.given(name)]:
        raise Refused(403, {fields.path(name): ["can be given by the bank only"] for name in banks})
    kind = kind_of(fields)
    if kind == "Deposit":
        raise Refused(400, {fields.path("type"): ["can't be Deposit: launch a OneTime savehack instead"]})
    user_id = fields.required("userId", TEXT, request.principal.id)
    amount_cents = fields.required("amountCents", cents(least=1))
    source_id = fields.required("fromDreamId", TEXT) if kind == "Withdrawal" else fields.optional("fromDreamId", TEXT)
    target_id = None if kind == "Withdrawal" else fields.optional("toDreamId", TEXT)
    if kind == "Internal" and source_id == target_id:
        fields.refuse("toDreamId", "must be another Dream; one that is left out stands for what is outside all Dreams")
    fields.check()

    request.owner(user_id, field=fields.path("userId"))
    source = _dream(request, fields, "fromDreamId", source_id)
    target = _dream(request, fields, "toDreamId", target_id)
    fields.check()
    from_account_id = _account_id(source or target)
    to_account_id = None if kind == "Withdrawal" else _account_id(target or source)
    _check_amount(request, fields, source, from_account_id, amount_cents)
    if kind == "Internal" and source is not None and target is None and source.account_type == money.PERFORMANCE:
        fields.refuse("toDreamId", "is missing: a Performance account has no money outside its Dream")
    fields.check()
    asked_for = TransactionRow(
        id=request.ids.uuid(),
        user_id=user_id,
        tenant_id=request.tenant.id,
        type=kind,
        amount_cents=amount_cents,
        requested_at=request.now,
        from_account_id=from_account_id,
        from_dream_id=source_id,
        to_account_id=to_account_id,
        to_dream_id=target_id,
    )
    return _written(request, asked_for)


def _written(request: Request, asked_for: TransactionRow) -> Answer:
    """A move within one account is settled at once; any other one waits for the bank."""
    transaction = write(request, asked_for)
    if transaction.type == "Internal" and transaction.from_account_id == transaction.to_account_id:
        money.settle(request.connection, transaction, at=request.now, outbox=request.outbox)
    else:
        request.outbox.note(f"{money.EVENTS[transaction.type]}Requested", "transactions", transaction.id)
    return Answer(201, {"transaction": transactions.as_json(request.one(TRANSACTIONS, transaction.id))})


def _dream(request: Request, fields: Fields, name: str, id: str | None) -> DreamRow | None:
    """The Dream on one side; None for the money that the account holds outside all Dreams."""
    if id is None:
        return None
    dream = request.one(DREAMS, id, field=fields.path(name))
    if dream.deleted_at is not None:
        fields.refuse(name, f"was deleted at {dream.deleted_at}")
    return dream


def _account_id(dream: DreamRow | None) -> str | None:
    return None if dream is None else dream.account_id


def _check_amount(
    request: Request, fields: Fields, source: DreamRow | None, account_id: str | None, amount_cents: int
) -> None:
    if source is None:
        residual = store.accounts.RESIDUAL.first(request.connection, account_id=account_id)
        there_is, where = residual or 0, "on the account outside all Dreams"
    else:
        leaving = store.transactions.ON_THE_WAY_OUT.one(request.connection, dream_id=source.id)
        there_is, where = source.balance_cents - leaving, "on the Dream and not on their way out"
    if amount_cents > there_is:
        fields.refuse("amountCents", f"is more than there is: {max(0, there_is)} cents are {where}")

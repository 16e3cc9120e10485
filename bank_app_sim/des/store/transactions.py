"""Statements about transactions."""

import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ..tables import accounts, dreams, erased_transactions, transactions, users

_from_account, _to_account = accounts.alias("from_account"), accounts.alias("to_account")
_from_dream, _to_dream = dreams.alias("from_dream"), dreams.alias("to_dream")

transaction = (
    sa.select(
        *transactions.c,
        users.c.external_id.label("user_external_id"),
        _from_account.c.type.label("from_account_type"),
        _from_account.c.external_id.label("from_account_external_id"),
        _from_dream.c.name.label("from_dream_name"),
        _to_account.c.type.label("to_account_type"),
        _to_account.c.external_id.label("to_account_external_id"),
        _to_dream.c.name.label("to_dream_name"),
    )
    .join_from(transactions, users)
    .outerjoin(_from_account, _from_account.c.id == transactions.c.from_account_id)
    .outerjoin(_from_dream, _from_dream.c.id == transactions.c.from_dream_id)
    .outerjoin(_to_account, _to_account.c.id == transactions.c.to_account_id)
    .outerjoin(_to_dream, _to_dream.c.id == transactions.c.to_dream_id)
)

CREATE = sa.insert(transactions).inline()
BY_IDS = transaction.where(transactions.c.id.in_(given("ids", expanding=True)))

BY_EXTERNAL_ID = sa.select(transactions.c.id).where(
    transactions.c.user_id == given("user_id"), transactions.c.external_id == given("external_id")
)

PLACE_OF_ERASED = sa.select(erased_transactions.c.requested_at, erased_transactions.c.n).where(
    erased_transactions.c.id == given("id"), erased_transactions.c.tenant_id == given("tenant_id")
)

_requested = transactions.c.state == "requested"
_requested_ids = sa.select(transactions.c.id).where(_requested).order_by(transactions.c.n)
REQUESTED_OF_USER = _requested_ids.where(transactions.c.user_id == given("user_id"))
REQUESTED_OF_DREAM = _requested_ids.where(
    sa.or_(transactions.c.to_dream_id == given("dream_id"), transactions.c.from_dream_id == given("dream_id"))
)
ON_THE_WAY_OUT = sa.select(sa.cast(sa.func.coalesce(sa.func.sum(transactions.c.amount_cents), 0), sa.BigInteger)).where(
    _requested, transactions.c.from_dream_id == given("dream_id")
)
FILL_IN_ACCOUNT = (
    sa.update(transactions)
    .where(_requested, transactions.c.to_dream_id == given("dream_id"), transactions.c.to_account_id.is_(None))
    .values(to_account_id=given("account_id"))
)
SETTLE = (
    sa.update(transactions)
    .where(transactions.c.id == given("transaction_id"))
    .values(state="settled", settled_at=given("at"))
)
FAIL = (
    sa.update(transactions)
    .where(transactions.c.id == given("transaction_id"))
    .values(state="failed", failed_at=given("at"), errors=given("reasons", type_=sa.JSON))
)

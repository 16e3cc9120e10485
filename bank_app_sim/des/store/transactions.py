"""Transactions."""

from collections.abc import Mapping, Sequence

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ...server.database import Connection, Query, columns_of, parameters, rows, values
from ..tables import accounts, dreams, erased_transactions, transactions, users


@attrs.frozen
class Side:
    """One of the two sides of a transaction: where money comes from, or where it goes."""

    account_id: str | None
    account_type: str | None
    account_external_id: str | None
    dream_id: str | None
    dream_name: str | None


@attrs.frozen
class TransactionRow:
    """A transaction, and what it names.

    Attributes:
        occurrence: At which of its launch's occurrences it was prepared.
        user_external_id: Of a row that was read, as all that follows.
    """

    id: str
    user_id: str
    tenant_id: str
    type: str
    amount_cents: int
    requested_at: str
    launch_id: str | None = None
    occurrence: int | None = None
    transfer_consent_id: str | None = None
    external_id: str | None = None
    state: str = "requested"
    settled_at: str | None = None
    failed_at: str | None = None
    errors: list[str] = attrs.field(factory=list)
    from_account_id: str | None = None
    from_dream_id: str | None = None
    to_account_id: str | None = None
    to_dream_id: str | None = None
    user_external_id: str = ""
    from_account_type: str | None = None
    from_account_external_id: str | None = None
    from_dream_name: str | None = None
    to_account_type: str | None = None
    to_account_external_id: str | None = None
    to_dream_name: str | None = None
    n: int = 0

    @property
    def sides(self) -> Mapping[str, Side]:
        """Both sides, by `from` and `to`."""
        return {
            "from": Side(
                self.from_account_id,
                self.from_account_type,
                self.from_account_external_id,
                self.from_dream_id,
                self.from_dream_name,
            ),
            "to": Side(
                self.to_account_id,
                self.to_account_type,
                self.to_account_external_id,
                self.to_dream_id,
                self.to_dream_name,
            ),
        }


@attrs.frozen
class Place:
    """Where a transaction stands in the order of transactions."""

    requested_at: str
    n: int


_from_account, _to_account = accounts.alias("from_account"), accounts.alias("to_account")
_from_dream, _to_dream = dreams.alias("from_dream"), dreams.alias("to_dream")

transaction = (
    sa.select(
        *columns_of(
            TransactionRow,
            transactions,
            user_external_id=users.c.external_id,
            from_account_type=_from_account.c.type,
            from_account_external_id=_from_account.c.external_id,
            from_dream_name=_from_dream.c.name,
            to_account_type=_to_account.c.type,
            to_account_external_id=_to_account.c.external_id,
            to_dream_name=_to_dream.c.name,
        )
    )
    .join_from(transactions, users)
    .outerjoin(_from_account, _from_account.c.id == transactions.c.from_account_id)
    .outerjoin(_from_dream, _from_dream.c.id == transactions.c.from_dream_id)
    .outerjoin(_to_account, _to_account.c.id == transactions.c.to_account_id)
    .outerjoin(_to_dream, _to_dream.c.id == transactions.c.to_dream_id)
)

# Fields that other tables have.
_ELSEWHERE = (
    "from_account_external_id",
    "from_account_type",
    "from_dream_name",
    "to_account_external_id",
    "to_account_type",
    "to_dream_name",
    "user_external_id",
)
_ADD = sa.insert(transactions).inline()
# Several transactions, of any tenant.
BY_IDS = rows(TransactionRow, transaction.where(transactions.c.id.in_(given("ids", expanding=True))))
# The user's transaction with an external id.
BY_EXTERNAL_ID: Query[str] = values(
    sa.select(transactions.c.id).where(
        transactions.c.user_id == given("user_id"), transactions.c.external_id == given("external_id")
    )
)
# Where a transaction stood whose user was erased.
PLACE_OF_ERASED = rows(
    Place,
    sa.select(*columns_of(Place, erased_transactions)).where(
        erased_transactions.c.id == given("id"), erased_transactions.c.tenant_id == given("tenant_id")
    ),
)

_requested = transactions.c.state == "requested"
_requested_ids = sa.select(transactions.c.id).where(_requested).order_by(transactions.c.n)
REQUESTED_OF_USER: Query[str] = values(_requested_ids.where(transactions.c.user_id == given("user_id")))
REQUESTED_OF_DREAM: Query[str] = values(
    _requested_ids.where(
        sa.or_(transactions.c.to_dream_id == given("dream_id"), transactions.c.from_dream_id == given("dream_id"))
    )
)
# How much is on its way out of a Dream.
ON_THE_WAY_OUT: Query[int] = values(
    sa.select(sa.cast(sa.func.coalesce(sa.func.sum(transactions.c.amount_cents), 0), sa.BigInteger)).where(
        _requested, transactions.c.from_dream_id == given("dream_id")
    )
)
# Deposits that wait for the Dream's account go to this one.
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


def add(connection: Connection, added: Sequence[TransactionRow]) -> None:
    connection.execute(_ADD, [parameters(transactions, each, elsewhere=_ELSEWHERE) for each in added])

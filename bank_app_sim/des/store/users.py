"""Users."""

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ...server.database import Connection, columns_of, parameters, rows
from ..tables import (
    accounts,
    dreams,
    erased_transactions,
    idempotency_keys,
    savehack_launches,
    sessions,
    transactions,
    transfer_consent_tickets,
    transfer_consents,
    users,
)


@attrs.frozen
class UserRow:
    """A user, and the account that new Dreams are linked to, in the setup with one account for each user.

    Attributes:
        account_id: The user's oldest account; None if there is none.
        n: Of a row that was read.
    """

    id: str
    tenant_id: str
    external_id: str
    given_name: str | None
    family_name: str | None
    provisioning_initiated_at: str | None = None
    account_provision_request_id: str | None = None
    account_id: str | None = None
    account_type: str | None = None
    account_external_id: str | None = None
    n: int = 0


_oldest = accounts.alias("oldest")
users_and_account = users.outerjoin(
    _oldest,
    _oldest.c.n == sa.select(sa.func.min(accounts.c.n)).where(accounts.c.user_id == users.c.id).scalar_subquery(),
)
user_columns = columns_of(
    UserRow,
    users,
    account_id=_oldest.c.id,
    account_type=_oldest.c.type,
    account_external_id=_oldest.c.external_id,
)
user = sa.select(*user_columns).select_from(users_and_account)

# Fields that other tables have.
_ELSEWHERE = ("account_external_id", "account_id", "account_type")
_ADD = sa.insert(users).inline()
# A user of a tenant.
BY_ID = rows(UserRow, user.where(users.c.id == given("id"), users.c.tenant_id == given("tenant_id")))
# Several users, of any tenant.
BY_IDS = rows(UserRow, user.where(users.c.id.in_(given("ids", expanding=True))))
# A user of a tenant, by the bank's own id.
BY_EXTERNAL_ID = rows(
    UserRow, user.where(users.c.external_id == given("external_id"), users.c.tenant_id == given("tenant_id"))
)
_change = sa.update(users).where(users.c.id == given("user_id"))
RENAME = _change.values(given_name=given("given_name"), family_name=given("family_name"))
# Where opening the user's account stands.
SET_PROVISIONING = (
    sa.update(users)
    .where(users.c.id == given("of"))
    .values(
        provisioning_initiated_at=given("provisioning_initiated_at"),
        account_provision_request_id=given("account_provision_request_id"),
    )
)

_consents = sa.select(transfer_consents.c.id).where(transfer_consents.c.user_id == given("of_user"))
_places = sa.select(transactions.c.id, transactions.c.tenant_id, transactions.c.requested_at, transactions.c.n).where(
    transactions.c.user_id == given("of_user")
)
# Delete all of one user, in an order that leaves no reference to a missing row. Events stay.
ERASE = (
    sa.insert(erased_transactions).from_select(["id", "tenant_id", "requested_at", "n"], _places),
    sa.delete(transfer_consent_tickets).where(transfer_consent_tickets.c.consent_id.in_(_consents)),
    sa.delete(idempotency_keys).where(idempotency_keys.c.principal == given("of_user")),
    *(
        sa.delete(table).where(table.c.user_id == given("of_user"))
        for table in (transfer_consents, transactions, savehack_launches, dreams, accounts, sessions)
    ),
    sa.delete(users).where(users.c.id == given("of_user")),
)


def add(connection: Connection, user: UserRow) -> None:
    connection.execute(_ADD, parameters(users, user, elsewhere=_ELSEWHERE))

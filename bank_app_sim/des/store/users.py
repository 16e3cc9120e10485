"""Statements about users."""

import sqlalchemy as sa
from sqlalchemy import bindparam as given

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

# The account that new Dreams of a user are linked to, in the setup that has one for each user: the oldest.
_oldest = accounts.alias("oldest")
users_and_account = users.outerjoin(
    _oldest,
    _oldest.c.n == sa.select(sa.func.min(accounts.c.n)).where(accounts.c.user_id == users.c.id).scalar_subquery(),
)
user = sa.select(
    *users.c,
    _oldest.c.id.label("account_id"),
    _oldest.c.type.label("account_type"),
    _oldest.c.external_id.label("account_external_id"),
).select_from(users_and_account)

CREATE = sa.insert(users).inline()
BY_ID = user.where(users.c.id == given("id"), users.c.tenant_id == given("tenant_id"))
BY_IDS = user.where(users.c.id.in_(given("ids", expanding=True)))
BY_EXTERNAL_ID = user.where(users.c.external_id == given("external_id"), users.c.tenant_id == given("tenant_id"))
RENAME = (
    sa.update(users)
    .where(users.c.id == given("user_id"))
    .values(given_name=given("given_name"), family_name=given("family_name"))
)
SET_PROVISIONING = (
    sa.update(users)
    .where(users.c.id == given("of"))
    .values(
        provisioning_initiated_at=given("provisioning_initiated_at"),
        account_provision_request_id=given("account_provision_request_id"),
    )
)

# All that is of one user, in an order in which nothing is left pointing at what is gone. Events outlive it.
_consents = sa.select(transfer_consents.c.id).where(transfer_consents.c.user_id == given("of_user"))
_places = sa.select(transactions.c.id, transactions.c.tenant_id, transactions.c.requested_at, transactions.c.n).where(
    transactions.c.user_id == given("of_user")
)
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

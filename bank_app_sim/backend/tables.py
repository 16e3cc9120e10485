"""The bank's own tables. Nobody else reads them.

Moments are texts made by `clock.timestamp()`, money is whole cents. A row with a `due_at` is work: what is to be done
follows from its `state`, and no `due_at` means that nothing is left to do.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from ..server.database import index_of_some, marks, order_of_insertion
from .orders import MAKES_ROOM

# Raise this with every change below: a file of another version is refused, not misread.
VERSION = 7

metadata = sa.MetaData()


def _due_work() -> Iterator[sa.Column[Any]]:
    yield sa.Column("due_at", sa.String)
    yield sa.Column("claimed_until", sa.String)  # a worker is at it; until then it is not anybody else's
    yield sa.Column("attempts", sa.Integer, nullable=False)  # failed ones, since the last that succeeded
    yield sa.Column("last_error", sa.String)


signing_keys = sa.Table(
    "signing_keys",
    metadata,
    sa.Column("kid", sa.String, primary_key=True),
    sa.Column("private_number", sa.String, nullable=False),  # a real bank keeps it in a vault
)

customers = sa.Table(
    "customers",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("registered_at", sa.String, nullable=False),
)

access_tokens = sa.Table(
    "access_tokens",
    metadata,
    sa.Column("digest", sa.String, primary_key=True),  # SHA-256: who reads this table can sign in as nobody
    sa.Column("customer", sa.ForeignKey("customers.name"), nullable=False),
    sa.Column("expires_at", sa.String, nullable=False, index=True),
)

orders = sa.Table(
    "orders",
    metadata,
    order_of_insertion(),
    sa.Column("id", sa.String, nullable=False, unique=True),
    sa.Column("customer", sa.ForeignKey("customers.name"), nullable=False),
    sa.Column("request_id", sa.String),
    sa.Column("user_id", sa.String),  # as the app says, until DES has told us
    sa.Column("dream_id", sa.String),  # at DES, where the account is to be for one Dream alone
    sa.Column("product", sa.String, nullable=False),
    sa.Column("account_external_id", sa.String),
    sa.Column("account_id", sa.String, index=True),  # at DES, once it is posted
    sa.Column("savings_account", sa.String, nullable=False),  # in the books below, once it is open
    sa.Column("state", sa.String, nullable=False),
    sa.Column("ordered_at", sa.String, nullable=False),
    *_due_work(),
    sa.UniqueConstraint("customer", "request_id"),
    sa.Index("orders_of_customer", "customer", "n"),
    sa.Index("orders_of_savings_account", "savings_account", "n"),
)

_takes_the_place = orders.c.state.not_in([state.value for state in MAKES_ROOM])

# One account per customer, or for each of their Dreams, whatever the code above it believes: only a refusal, or a
# closure, makes room for another.
index_of_some(
    "one_account_per_customer",
    orders.c.customer,
    sa.func.coalesce(orders.c.dream_id, ""),
    unique=True,
    where=_takes_the_place,
)

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("customer", sa.String),  # NULL for those of the bank itself
    sa.Column("opened_at", sa.String, nullable=False),
    sa.Column("closed_at", sa.String),
    sa.Index("accounts_of_customer", "customer", "name"),
)

postings = sa.Table(
    "postings",
    metadata,
    order_of_insertion(),
    sa.Column("reference", sa.String, nullable=False, unique=True),
    sa.Column("posted_at", sa.String, nullable=False),
)

entries = sa.Table(
    "entries",
    metadata,
    order_of_insertion(),
    sa.Column("posting", sa.ForeignKey("postings.reference"), nullable=False, index=True),
    sa.Column("account", sa.ForeignKey("accounts.name"), nullable=False, index=True),
    sa.Column("amount_cents", sa.BigInteger, nullable=False),
)

transfers = sa.Table(
    "transfers",
    metadata,
    sa.Column("transaction_id", sa.String, primary_key=True),  # DES's own: one row, however often it is listed
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("customer", sa.String, nullable=False),
    sa.Column("user_id", sa.String, nullable=False),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("target", sa.String, nullable=False),
    sa.Column("amount_cents", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("reason", sa.String),
    sa.Column("received_at", sa.String, nullable=False),
    *_due_work(),
)

# The next look at DES's requested transactions: one row, written at the first start.
settlement = sa.Table("settlement", metadata, order_of_insertion(), *_due_work())

# What DES has told, by webhook or not: an event that stands here is not acted on again.
impact_events = sa.Table(
    "impact_events",
    metadata,
    sa.Column("id", sa.String, primary_key=True),  # DES's own
    sa.Column("type", sa.String, nullable=False),
    sa.Column("created_at", sa.String, nullable=False),
    sa.Column("came_by", sa.String, nullable=False),
    sa.Column("received_at", sa.String, nullable=False),
)

# The next look at DES's events, and the moment of the last one that a look has brought: one row.
event_look = sa.Table("event_look", metadata, order_of_insertion(), sa.Column("after", sa.String), *_due_work())

# What moved on a savings account without DES, of which DES is to be told.
reports = sa.Table(
    "reports",
    metadata,
    sa.Column("reference", sa.ForeignKey("postings.reference"), primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("account", sa.ForeignKey("accounts.name"), nullable=False),
    sa.Column("amount_cents", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    *_due_work(),
)

# What customers are to sign, and what they said: a row before DES is told.
consents = sa.Table(
    "consents",
    metadata,
    sa.Column("id", sa.String, primary_key=True),  # DES's own
    sa.Column("customer", sa.ForeignKey("customers.name"), nullable=False),
    sa.Column("user_id", sa.String, nullable=False),
    sa.Column("dream_id", sa.String, nullable=False),
    sa.Column("max_frequency", sa.String, nullable=False),
    sa.Column("max_amount_cents", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("answered_at", sa.String),
    *_due_work(),
)

# What is due, in the order in which it is done; what is done is not in it.
for _table, *_order in (
    (orders, "n"),
    (transfers, "received_at", "transaction_id"),
    (reports, "reference"),
    (consents, "id"),
):
    index_of_some(
        f"{_table.name}_due", _table.c.due_at, *(_table.c[name] for name in _order), where=_table.c.due_at.is_not(None)
    )

# Which database of DES this one belongs with, and how far both have come.
mark = marks(metadata)

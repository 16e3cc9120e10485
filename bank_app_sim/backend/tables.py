"""The bank's own tables. Nobody else reads them.

Moments are texts made by `clock.timestamp()`, money is whole cents. A row with a `due_at` is work, and its `state` says
what to do. Without a `due_at`, nothing is left to do.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from ..server.database import index_of_some, marks, order_of_insertion
from .orders import MAKES_ROOM

# Raise this with every change below: a database of another version is refused, not misread.
VERSION = 7

metadata = sa.MetaData()


def _due_work() -> Iterator[sa.Column[Any]]:
    yield sa.Column("due_at", sa.String)
    yield sa.Column("claimed_until", sa.String)  # until then it belongs to the worker that claimed it
    yield sa.Column("attempts", sa.Integer, nullable=False)  # how many have failed since the last success
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
    sa.Column("digest", sa.String, primary_key=True),  # SHA-256: whoever reads this table cannot sign in with it
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
    sa.Column("user_id", sa.String),  # from the app, until DES has told it
    sa.Column("dream_id", sa.String),  # at DES, if the account is for one Dream
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

# The database itself holds a customer to one account, or to one for each Dream. Only after a refusal or a closure can
# there be another.
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
    sa.Column("customer", sa.String),  # NULL for the bank's own accounts
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

# Events that DES has told, by webhook or not. The bank acts on each once.
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

# What moved on a savings account without DES, and must be told to DES.
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

# What customers must sign, and what they said.
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

# An index of what is due, in the order in which it is done.
for _table, *_order in (
    (orders, "n"),
    (transfers, "received_at", "transaction_id"),
    (reports, "reference"),
    (consents, "id"),
):
    index_of_some(
        f"{_table.name}_due", _table.c.due_at, *(_table.c[name] for name in _order), where=_table.c.due_at.is_not(None)
    )

# Which database of DES this one belongs to, and how far both have come.
mark = marks(metadata)

"""The tables of DES. `n` is the order of insertion. Moments are texts of `clock.timestamp()`, which sort as moments."""

from typing import Any

import sqlalchemy as sa

from ..server.database import index_of_some, marks, order_of_insertion

# Raise it with every change below: a database of another version is refused, not misread.
VERSION = 6

metadata = sa.MetaData()


def _of_tenant() -> sa.Column[Any]:
    """The tenant of the row's owner, repeated: with it an index gives a listing in order. A join could not."""
    return sa.Column("tenant_id", sa.ForeignKey("tenants.id"), nullable=False)


tenants = sa.Table(
    "tenants",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("client_id", sa.Text, nullable=False, unique=True),
    sa.Column("client_secret_hash", sa.Text, nullable=False),
)

access_tokens = sa.Table(
    "access_tokens",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("tenant_id", sa.ForeignKey("tenants.id"), nullable=False),
    sa.Column("expires_at", sa.Text, nullable=False, index=True),
)

users = sa.Table(
    "users",
    metadata,
    order_of_insertion(),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("tenant_id", sa.ForeignKey("tenants.id"), nullable=False),
    sa.Column("external_id", sa.Text, nullable=False),
    sa.Column("given_name", sa.Text),
    sa.Column("family_name", sa.Text),
    sa.Column("provisioning_initiated_at", sa.Text),
    # The request that the user's paused launches wait for. A refusal by the bank closes it, and late answers get 409.
    sa.Column("account_provision_request_id", sa.Text),
    sa.UniqueConstraint("tenant_id", "external_id"),
    sa.Index("users_in_order", "tenant_id", "n"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("secret_hash", sa.Text, primary_key=True),
    sa.Column("user_id", sa.ForeignKey("users.id"), nullable=False, index=True),
    sa.Column("expires_at", sa.Text, nullable=False, index=True),
    # The session ends then, whatever the user does; NULL if the bank sets no limit.
    sa.Column("maximum_expires_at", sa.Text),
    sa.Column("locale", sa.Text),
    sa.Column("theme", sa.Text),
    sa.Column("timezone", sa.Text),
)

accounts = sa.Table(
    "accounts",
    metadata,
    order_of_insertion(),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("user_id", sa.ForeignKey("users.id"), nullable=False),
    _of_tenant(),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("external_id", sa.Text),
    sa.Column("balance_cents", sa.BigInteger, nullable=False),
    # Only a Performance account has these; NULL for SharedSavings.
    sa.Column("liquid_balance_cents", sa.BigInteger),
    sa.Column("performance_cents", sa.BigInteger),
    sa.Column("performance_percent", sa.Float),
    sa.Column("total_acquisition_cost_cents", sa.BigInteger),
    sa.Column("valuation_from", sa.Text),
    sa.Column("valuation_at", sa.Text),
    # NULL differs from NULL: accounts without an external id do not conflict. That is the documented trap.
    sa.UniqueConstraint("user_id", "external_id"),
    sa.Index("accounts_in_order", "tenant_id", "n"),
    sa.Index("accounts_of_user", "user_id", "n"),
    sa.Index("accounts_by_external_id", "tenant_id", "external_id", "n"),
)

dreams = sa.Table(
    "dreams",
    metadata,
    order_of_insertion(),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("user_id", sa.ForeignKey("users.id"), nullable=False),
    _of_tenant(),
    sa.Column("account_id", sa.ForeignKey("accounts.id"), index=True),
    # A user may leave out what the Dream is, and how much it needs.
    sa.Column("name", sa.Text),
    sa.Column("target_cents", sa.BigInteger),
    sa.Column("expires_at", sa.Text),
    sa.Column("balance_cents", sa.BigInteger, nullable=False),
    # The largest of 25, 50 and 75 percent of the target that the balance has ever reached; 0 for none.
    sa.Column("milestone_percent", sa.Integer, nullable=False),
    sa.Column("achieved_at", sa.Text),
    sa.Column("deleted_at", sa.Text),
    # In the setups with an account for each Dream: as the users' columns of the same names.
    sa.Column("provisioning_initiated_at", sa.Text),
    sa.Column("account_provision_request_id", sa.Text),
    sa.Index("dreams_of_user", "user_id", "n"),
)

savehack_launches = sa.Table(
    "savehack_launches",
    metadata,
    order_of_insertion(),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("user_id", sa.ForeignKey("users.id"), nullable=False),
    _of_tenant(),
    sa.Column("dream_id", sa.ForeignKey("dreams.id"), nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    # The fields of its type, by their names on the wire.
    sa.Column("terms", sa.JSON, nullable=False),
    # The seed of its random amounts, and the IANA time zone whose calendar it follows.
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("timezone", sa.Text, nullable=False),
    sa.Column("started_at", sa.Text),
    sa.Column("drafted_at", sa.Text),
    sa.Column("paused_at", sa.Text),
    sa.Column("pause_reason", sa.Text),
    sa.Column("stopped_at", sa.Text),
    # The consent that covers it, and the launch that it replaces when it starts.
    sa.Column("transfer_consent_id", sa.Text),
    sa.Column("obsolete_launch_id", sa.Text),
    # How often it has been due, and when it is due next; NULL while it is paused.
    sa.Column("occurrences", sa.Integer, nullable=False),
    sa.Column("due_at", sa.Text),
    sa.Index("launches_in_order", "tenant_id", "n"),
    sa.Index("launches_of_user", "user_id", "n"),
    sa.Index("launches_of_dream", "dream_id", "n"),
    sa.Index("launches_due", "due_at", "n"),
)

transfer_consents = sa.Table(
    "transfer_consents",
    metadata,
    order_of_insertion(),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("user_id", sa.ForeignKey("users.id"), nullable=False, index=True),
    _of_tenant(),
    sa.Column("launch_id", sa.ForeignKey("savehack_launches.id"), nullable=False, index=True),
    sa.Column("max_frequency", sa.Text, nullable=False),
    sa.Column("max_amount_cents", sa.BigInteger, nullable=False),
    sa.Column("consented_at", sa.Text),
    sa.Column("rejected_at", sa.Text),
)

# Temporary ids: each is valid for one look at its consent, and for a short time.
transfer_consent_tickets = sa.Table(
    "transfer_consent_tickets",
    metadata,
    sa.Column("temporary_id", sa.Text, primary_key=True),
    sa.Column("consent_id", sa.ForeignKey("transfer_consents.id"), nullable=False, index=True),
    sa.Column("expires_at", sa.Text, nullable=False, index=True),
)

transactions = sa.Table(
    "transactions",
    metadata,
    order_of_insertion(),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("user_id", sa.ForeignKey("users.id"), nullable=False),
    _of_tenant(),
    # The launch that prepared it, and at which of its occurrences; NULL if a person or the bank made it.
    sa.Column("launch_id", sa.ForeignKey("savehack_launches.id")),
    sa.Column("occurrence", sa.Integer),
    sa.Column("transfer_consent_id", sa.Text),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("external_id", sa.Text),
    sa.Column("amount_cents", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("requested_at", sa.Text, nullable=False),
    sa.Column("settled_at", sa.Text),
    sa.Column("failed_at", sa.Text),
    sa.Column("errors", sa.JSON, nullable=False),
    sa.Column("from_account_id", sa.ForeignKey("accounts.id")),
    sa.Column("from_dream_id", sa.ForeignKey("dreams.id")),
    sa.Column("to_account_id", sa.ForeignKey("accounts.id")),
    sa.Column("to_dream_id", sa.ForeignKey("dreams.id")),
    # No occurrence of a launch is prepared twice, whatever is retried.
    sa.UniqueConstraint("launch_id", "occurrence"),
    sa.UniqueConstraint("user_id", "external_id"),
    sa.Index("transactions_in_order", "tenant_id", "requested_at", "n"),
    sa.Index("transactions_in_order_by_state", "tenant_id", "state", "requested_at", "n"),
    sa.Index("transactions_of_user", "user_id", "requested_at", "n"),
    sa.Index("transactions_of_user_by_state", "user_id", "state", "requested_at", "n"),
)


def _where_there_is_one(table: sa.Table, *columns: str) -> sa.Index:
    """An index of the rows that have a value there. Most have none, and cost nothing."""
    first, *rest = (table.c[name] for name in columns)
    return index_of_some(f"{table.name}_by_{first.name}", first, *rest, where=first.is_not(None))


# A listing shows either deleted Dreams or the others: each Dream is in one of two indexes.
index_of_some("dreams_in_order", dreams.c.tenant_id, dreams.c.n, where=dreams.c.deleted_at.is_(None))
index_of_some("deleted_dreams_in_order", dreams.c.tenant_id, dreams.c.n, where=dreams.c.deleted_at.is_not(None))

# A launch saves on events only if it is active.
IS_ACTIVE = sa.and_(
    savehack_launches.c.started_at.is_not(None),
    savehack_launches.c.drafted_at.is_(None),
    savehack_launches.c.paused_at.is_(None),
    savehack_launches.c.stopped_at.is_(None),
)
index_of_some("active_launches", savehack_launches.c.tenant_id, savehack_launches.c.n, where=IS_ACTIVE)

# Finds the transactions on their way to or out of a Dream, and those that refer to an account or a Dream.
_where_there_is_one(transactions, "from_dream_id", "state")
_where_there_is_one(transactions, "to_dream_id", "state")
_where_there_is_one(transactions, "from_account_id")
_where_there_is_one(transactions, "to_account_id")
index_of_some(
    "transactions_by_external_id",
    transactions.c.tenant_id,
    transactions.c.external_id,
    transactions.c.requested_at,
    transactions.c.n,
    where=transactions.c.external_id.is_not(None),
)

# The places of erased users' transactions in the order, for clients that list by such a cursor.
erased_transactions = sa.Table(
    "erased_transactions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("tenant_id", sa.ForeignKey("tenants.id"), nullable=False),
    sa.Column("requested_at", sa.Text, nullable=False),
    sa.Column("n", sa.BigInteger, nullable=False),
)

# Events, each written in the transaction that it tells of. They have no foreign keys, because they outlive their rows.
events = sa.Table(
    "events",
    metadata,
    order_of_insertion(),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("tenant_id", sa.Text, nullable=False),
    # Microseconds since 1970, UTC. Each event of a tenant has a later moment: reading on from one misses none.
    sa.Column("at_us", sa.BigInteger, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
    sa.UniqueConstraint("tenant_id", "at_us"),
)

webhook_endpoints = sa.Table(
    "webhook_endpoints",
    metadata,
    sa.Column("tenant_id", sa.ForeignKey("tenants.id"), primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("transactions_url", sa.Text),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("old_secret", sa.Text),
    sa.Column("old_secret_until", sa.Text),
    # Every event up to this moment was delivered or given up; every transaction up to that one was hinted at.
    sa.Column("delivered_us", sa.BigInteger, nullable=False),
    sa.Column("hinted_us", sa.BigInteger, nullable=False),
    # The batch that is being delivered, if any: the same id, moment and events at every attempt.
    sa.Column("batch_id", sa.Text),
    sa.Column("batch_at", sa.Text),
    sa.Column("batch_until_us", sa.BigInteger),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due_at", sa.Text),
    # Until then a process is sending it, or has died. Each claim has a number.
    sa.Column("claimed_until", sa.Text),
    sa.Column("claims", sa.Integer, nullable=False),
    sa.Column("last_error", sa.Text),
    sa.Column("unsubscribed_at", sa.Text),
)

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("principal", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False, index=True),
    sqlite_with_rowid=False,
)

# When expired rows were last deleted: one row.
purges = sa.Table("purges", metadata, order_of_insertion(), sa.Column("at", sa.Text, nullable=False))

# Which database of a bank this one belongs to, and how far both have come.
mark = marks(metadata)

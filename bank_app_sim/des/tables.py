"""What DES keeps. `n` is the order of insertion; moments are texts of `clock.timestamp()`, which sort as they are."""

import sqlalchemy as sa

# Raise it with every change below: a database of another version is refused with a way out.
VERSION = 1

metadata = sa.MetaData()


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
    sa.Column("expires_at", sa.Text, nullable=False),
)

users = sa.Table(
    "users",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("tenant_id", sa.ForeignKey("tenants.id"), nullable=False),
    sa.Column("external_id", sa.Text, nullable=False),
    sa.Column("given_name", sa.Text),
    sa.Column("family_name", sa.Text),
    sa.Column("provisioning_initiated_at", sa.Text),
    # What the paused launches of this user wait for. A refusal by the bank closes it: late answers to it are refused.
    sa.Column("account_provision_request_id", sa.Text),
    sa.UniqueConstraint("tenant_id", "external_id"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("secret_hash", sa.Text, primary_key=True),
    sa.Column("user_id", sa.ForeignKey("users.id"), nullable=False),
    sa.Column("expires_at", sa.Text, nullable=False),
    sa.Column("locale", sa.Text),
    sa.Column("theme", sa.Text),
    sa.Column("timezone", sa.Text),
)

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("user_id", sa.ForeignKey("users.id"), nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("external_id", sa.Text),
    sa.Column("balance_cents", sa.BigInteger, nullable=False),
    # Accounts without an external id do not collide: NULL differs from NULL. That is the documented trap.
    sa.UniqueConstraint("user_id", "external_id"),
)

dreams = sa.Table(
    "dreams",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("user_id", sa.ForeignKey("users.id"), nullable=False, index=True),
    sa.Column("account_id", sa.ForeignKey("accounts.id")),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("target_cents", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.Text),
    sa.Column("balance_cents", sa.BigInteger, nullable=False),
)

savehack_launches = sa.Table(
    "savehack_launches",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("user_id", sa.ForeignKey("users.id"), nullable=False, index=True),
    sa.Column("dream_id", sa.ForeignKey("dreams.id"), nullable=False, index=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("amount_cents", sa.BigInteger, nullable=False),
    sa.Column("weekday", sa.Integer),
    sa.Column("day_of_month", sa.Integer),
    sa.Column("paused_at", sa.Text),
    sa.Column("pause_reason", sa.Text),
    sa.Column("stopped_at", sa.Text),
    # How many deposits it has prepared, and when the next one falls due (never, while it is paused).
    sa.Column("occurrences", sa.Integer, nullable=False),
    sa.Column("due_at", sa.Text, index=True),
)

transactions = sa.Table(
    "transactions",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("user_id", sa.ForeignKey("users.id"), nullable=False, index=True),
    sa.Column("launch_id", sa.ForeignKey("savehack_launches.id"), nullable=False),
    sa.Column("occurrence", sa.Integer, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("external_id", sa.Text),
    sa.Column("amount_cents", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("requested_at", sa.Text, nullable=False),
    sa.Column("settled_at", sa.Text),
    sa.Column("failed_at", sa.Text),
    sa.Column("errors", sa.JSON, nullable=False),
    sa.Column("to_account_id", sa.ForeignKey("accounts.id")),
    sa.Column("to_dream_id", sa.ForeignKey("dreams.id"), nullable=False),
    # Whatever is retried: no occurrence of a launch is ever prepared twice.
    sa.UniqueConstraint("launch_id", "occurrence"),
    sa.Index("transactions_in_order", "requested_at", "n"),
    sa.Index("transactions_in_order_by_state", "state", "requested_at", "n"),
)

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("principal", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

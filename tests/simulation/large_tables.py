"""Tables on PostgreSQL that are so large that it is wrong to read them whole."""

from collections.abc import Mapping

import sqlalchemy as sa

from bank_app_sim.server.database import Connection

ROWS = 20_000

# A row in a thousand is of another bank, and one in a hundred is on its way.
CONTENT_OF_DES = {
    "tenants": "SELECT 't' || n id, 'c' || n client_id, 'h' client_secret_hash FROM generate_series(1, 2) n",
    "users": "SELECT n, 'users' || n id, {tenant}, 'x' || n external_id",
    "accounts": "SELECT n, 'accounts' || n id, 'users' || n user_id, {tenant}, 'SharedSavings' type, 'x' external_id, "
    "0 balance_cents",
    "dreams": "SELECT n, 'dreams' || n id, 'users' || n user_id, {tenant}, 'accounts' || n account_id, 'B' name, "
    "0 balance_cents, 0 milestone_percent, CASE WHEN mod(n, 100) = 0 THEN '2026' END deleted_at",
    "savehack_launches": "SELECT n, 'launches' || n id, 'users' || n user_id, {tenant}, 'dreams' || n dream_id, "
    "'WeeklyLaunch' type, '{{}}'::json terms, 0 seed, 'UTC' timezone, '2026' started_at, 1 occurrences, "
    "'2026' || n due_at, CASE WHEN mod(n, 2) = 0 THEN '2026' END stopped_at",
    "transfer_consents": "SELECT n, 'consents' || n id, 'users' || n user_id, {tenant}, 'launches' || n launch_id, "
    "'weekly' max_frequency, 1 max_amount_cents",
    "transactions": "SELECT n, 'transactions' || n id, 'users' || n user_id, {tenant}, 'launches' || n launch_id, "
    "1 occurrence, 'Deposit' type, 1 amount_cents, "
    "CASE WHEN mod(n, 100) = 0 THEN 'requested' ELSE 'settled' END state, "
    "'2026' || (100000 + n) requested_at, '[]'::json errors, 'accounts' || n to_account_id, 'dreams' || n to_dream_id, "
    "CASE WHEN mod(n, 10) = 0 THEN 'x' || n END external_id",
    "events": "SELECT n, 'events' || n id, 't1' tenant_id, n at_us, 'DreamCreated' type, '{{}}'::json data",
    "sessions": "SELECT 's' || n secret_hash, 'users' || n user_id, '2026' || n expires_at",
    "access_tokens": "SELECT 's' || n token_hash, 't1' tenant_id, '2026' || n expires_at",
    "transfer_consent_tickets": "SELECT 't' || n temporary_id, 'consents' || n consent_id, '2026' || n expires_at",
    "idempotency_keys": "SELECT 'users' || n principal, 'k' AS key, 'f' fingerprint, 200 status, '' body, "
    "'2026' || n AS at",
}
_DUE = "CASE WHEN mod(n, 100) = 0 THEN '2026' || n END due_at, 0 attempts"
CONTENT_OF_BANK = {
    "customers": "SELECT 'c' || n name, '2026' registered_at",
    "access_tokens": "SELECT 'd' || n digest, 'c' || n customer, '2026' || n expires_at",
    "orders": f"SELECT n, 'o' || n id, 'c' || n customer, 'SharedSavings' product, 'a' || n account_id, "
    f"'savings:c' || n savings_account, 'REPORTED' state, '2026' ordered_at, {_DUE}",
    "accounts": "SELECT 'savings:c' || n name, 'c' || n customer, '2026' opened_at",
    "postings": "SELECT n, 'p' || n reference, '2026' posted_at",
    "entries": "SELECT n, 'p' || n posting, 'savings:c' || n account, 1 amount_cents",
    "transfers": "SELECT 't' || n transaction_id, 'deposit' kind, 'c' || n customer, 'u' user_id, 's' source, "
    f"'t' target, 1 amount_cents, 'REPORTED' state, '2026' || n received_at, {_DUE}",
    "impact_events": "SELECT 'e' || n id, 'DreamCreated' type, '2026' created_at, 'webhook' came_by, "
    "'2026' received_at",
    "reports": "SELECT 'p' || n reference, 'outside' kind, 'savings:c' || n account, 1 amount_cents, 'REPORTED' state, "
    f"{_DUE}",
    "consents": "SELECT 'c' || n id, 'c' || n customer, 'u' user_id, 'd' dream_id, 'weekly' max_frequency, "
    f"1 max_amount_cents, 'SHOWN' state, {_DUE}",
}


def fill(connection: Connection, content: Mapping[str, str]) -> None:
    assert isinstance(connection, sa.Connection)
    connection.exec_driver_sql("SET session_replication_role = replica")  # in any order, and quickly
    for table, select in content.items():
        made = select.format(tenant="CASE WHEN mod(n, 1000) = 0 THEN 't2' ELSE 't1' END tenant_id")
        made = made if " FROM " in made else f"{made} FROM generate_series(1, {ROWS}) n"
        names = connection.exec_driver_sql(f"{made} LIMIT 0").keys()
        connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(names)}) {made}")
    connection.exec_driver_sql("SET session_replication_role = origin")
    connection.exec_driver_sql("ANALYZE")

"""Measures how long DES takes for pages of a million rows, for each listing on each store."""

import contextlib
import sqlite3
import statistics
import time
from pathlib import Path
from random import SystemRandom

import httpx
import sqlalchemy as sa

from bank_app_sim.des import DES, Tenant, tables
from bank_app_sim.server.database import Connection, Database, file_address
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.machine_clock import MachineClock
from bank_app_sim.timeline.trace import Trace

from . import postgresql

ROWS = 1_000_000
CALLS = 20

TENANT = Tenant(
    id="t1",
    client_id="bank",
    client_secret="not guessed by anybody",
    issuer="https://bank.example",
    audience="impact",
    jwks_url="http://127.0.0.1/jwks.json",
)

# One row for every user. One transaction in a thousand is under way.
CONTENT = {
    "users": "n, 'u' || n AS id, 't1' AS tenant_id, 'x' || n AS external_id",
    "accounts": "n, 'a' || n AS id, 'u' || n AS user_id, 't1' AS tenant_id, 'SharedSavings' AS type, "
    "'savings' AS external_id, 0 AS balance_cents",
    "dreams": "n, 'd' || n AS id, 'u' || n AS user_id, 't1' AS tenant_id, 'a' || n AS account_id, 'Bike' AS name, "
    "0 AS balance_cents, 0 AS milestone_percent",
    "transactions": "n, 'x' || n AS id, 'u' || n AS user_id, 't1' AS tenant_id, 'Deposit' AS type, "
    "100 AS amount_cents, CASE WHEN mod(n, 1000) = 0 THEN 'requested' ELSE 'settled' END AS state, "
    "'2026-01-01T00:00:' || (10000000 + n) || 'Z' AS requested_at, {errors} AS errors, "
    "'a' || n AS to_account_id, 'd' || n AS to_dream_id",
}

# An empty list of errors, as the table has it.
NONE = "'[]'"

LISTINGS = (
    "/v1/users",
    "/v1/users?externalId=x500000",
    "/v1/accounts?externalId=savings",
    "/v1/dreams",
    "/v1/dreams?externalUserId=x500000",
    "/v1/transactions",
    "/v1/transactions?state=requested",
    "/v1/transactions?after_id=x500000",
    # The last page that has a number, one after it, and the very last page.
    "/v1/users?page=2501",
    "/v1/users?after=999970",
    "/v1/dreams?page=2501",
    "/v1/dreams?after=999970",
    "/v1/accounts?externalId=savings&page=2501",
    "/v1/accounts?externalId=savings&after=999970",
    "/v1/transactions?page=2501",
    "/v1/transactions?after_id=x999970",
)

# The refusal of a page number takes time as well.
WITHOUT_NUMBER = ("/v1/users?page=2502", "/v1/transactions?page=49000")


async def listings(folder: Path) -> None:
    """Print how long a page takes, without the network."""
    url = file_address(folder / "des.sqlite3", synchronous="OFF")
    Database(url, tables.metadata, version=tables.VERSION).close()
    fill(folder / "des.sqlite3")
    await measure("SQLite", url)
    if (server := postgresql.server()) is not None:
        with postgresql.missing_schema(server) as url:
            fill_postgresql(url)
            await measure("PostgreSQL", url)


async def measure(store: str, url: str) -> None:
    clock = MachineClock()
    des = DES(database_url=url, tenants=[TENANT], clock=clock, trace=Trace(clock), ids=Ids(SystemRandom()))
    with contextlib.closing(des):
        transport = httpx.ASGITransport(des.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            grant = {
                "grant_type": "client_credentials",
                "client_id": TENANT.client_id,
                "client_secret": TENANT.client_secret,
            }
            token = (await client.post("/oauth/token", data=grant)).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            for path in (*LISTINGS, *WITHOUT_NUMBER):
                seconds = [await timed(client, path) for _ in range(CALLS)]
                took = f"{statistics.median(seconds) * 1e3:.1f} ms"
                print(f"{path} of {ROWS:,} on {store}: {took}; wanted: at most 50 ms")


def fill(file: Path) -> None:
    """Fill the tables, which have their indexes already."""
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("INSERT INTO tenants VALUES ('t1', 'bank', '')")
        for table, columns in CONTENT.items():
            every = f"WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {ROWS})"
            selected = f"SELECT {columns.format(errors=NONE)} FROM s"
            names = [column[0] for column in database.execute(f"{every} {selected} LIMIT 1").description]
            database.execute(f"INSERT INTO {table} ({', '.join(names)}) {every} {selected}")
            database.commit()


def fill_postgresql(url: str) -> None:
    """The same on PostgreSQL, with the statistics that its server gathers after a while."""
    with contextlib.closing(Database(url, tables.metadata, version=tables.VERSION)) as database:

        def insert(connection: Connection) -> None:
            assert isinstance(connection, sa.Connection)
            connection.exec_driver_sql("SET session_replication_role = replica")  # without looking at foreign keys
            connection.exec_driver_sql("INSERT INTO tenants VALUES ('t1', 'bank', '')")
            for table, columns in CONTENT.items():
                selected = f"SELECT {columns.format(errors=f'{NONE}::json')} FROM generate_series(1, {ROWS}) n"
                names = connection.exec_driver_sql(f"{selected} LIMIT 0").keys()
                connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(names)}) {selected}")
            connection.exec_driver_sql("SET session_replication_role = origin")
            connection.exec_driver_sql("ANALYZE")

        database.run_now(insert)


async def timed(client: httpx.AsyncClient, path: str) -> float:
    start = time.perf_counter()
    answer = await client.get(path)
    seconds = time.perf_counter() - start
    assert answer.status_code == (400 if path in WITHOUT_NUMBER else 200), answer.text
    return seconds

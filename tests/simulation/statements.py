"""Every statement that an actor sends to its database: found, not listed, so that a new one is under test as well."""

import importlib
import itertools
import pkgutil
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

import attrs
import sqlalchemy as sa

from bank_app_sim.backend import store as bank_store
from bank_app_sim.backend.store.claims import DueRows, amending
from bank_app_sim.backend.tables import metadata as bank_tables
from bank_app_sim.des import store
from bank_app_sim.des.store import listings
from bank_app_sim.server.database import Query

# Tables that do not grow with what users do: a row for each bank, or one row.
SMALL = {"tenants", "webhook_endpoints", "purges", "marks", "settlement", "event_look", "signing_keys"}


@attrs.frozen
class Named:
    """A statement, by where it stands."""

    name: str
    statement: sa.Executable = attrs.field(repr=False)

    def __str__(self) -> str:
        return self.name


def of_modules(package: ModuleType) -> Iterator[Named]:
    """The constants of all modules of a package; also within lists and tuples."""
    for found in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{found.name}")
        for name, value in vars(module).items():
            several = value if isinstance(value, list | tuple) else [value]
            for n, each in enumerate(several):
                yield from _named(f"{found.name}.{name}{f'[{n}]' if len(several) > 1 else ''}", each)


def _named(name: str, value: object) -> Iterator[Named]:
    if isinstance(value, DueRows):
        for part, each in vars(value).items():
            yield from _named(f"{name}.{part}", each)
    if isinstance(value, Query):
        value = value.statement
    if isinstance(value, sa.Select | sa.Insert | sa.Update | sa.Delete):
        yield Named(name, value)


COLLECTIONS: Sequence[listings.Collection[Any]] = [
    listings.USERS,
    listings.ACCOUNTS,
    listings.DREAMS,
    listings.LAUNCHES,
    listings.TRANSACTIONS,
    listings.CONSENTS,
]


def of_listings() -> Iterator[Named]:
    """Each listing, narrowed in each way that the API has, for the bank and for a user."""
    for collection in COLLECTIONS:
        plural, table = collection.plural, collection.table
        owner = [] if plural == "users" else ["userId", "externalUserId"]
        by = ["dreamId"] if plural == "savehackLaunches" else list(collection.among)
        optional = [*owner, *(name for name in by if name not in ("active", "deleted"))]
        # Dreams are listed as those that are there, or those that are deleted.
        always = [{"active"}, {"deleted"}] if table.name == "dreams" else [set[str]()]
        for reach in ({"tenant_id"}, {"tenant_id", "own_user_id"}):
            yield Named(f"one of {plural} {sorted(reach)}", listings.single(collection, frozenset(reach)).statement)
            if plural == "transferConsents":  # the API lists none
                continue
            for more in always:
                for some in _subsets(optional):
                    yield from _of_listing(collection, frozenset({*reach, *more, *some}))
    yield from _of_listing(listings.EVENTS, frozenset({"tenant_id", "after_us"}))


def _of_listing(collection: listings.Collection[Any], narrowed_by: frozenset[str]) -> Iterator[Named]:
    plural, made = collection.plural, listings.listing(collection, narrowed_by)
    yield Named(f"page of {plural} {sorted(narrowed_by)}", made.page.statement)
    yield Named(f"count of {plural} {sorted(narrowed_by)}", made.count.statement)


def _subsets(names: list[str]) -> Iterator[tuple[str, ...]]:
    return itertools.chain.from_iterable(itertools.combinations(names, n) for n in range(len(names) + 1))


# These are parts of others, and are never run as they are.
PARTS = {
    "accounts.account",
    "consents.consent",
    "dreams.dream",
    "launches.launch",
    "launches._running",
    "principals.user",
    "launches._active_of_types",
    "webhooks._endpoint",
    "transactions.transaction",
    "transactions._requested_ids",
    "users.user",
    "orders._ORDERS",
    "transfers._TRANSFERS",
}

OF_DES = [
    *(each for each in of_modules(store) if each.name not in PARTS and not each.name.startswith("listings.")),
    *of_listings(),
]
OF_BANK = [
    *(each for each in of_modules(bank_store) if each.name not in PARTS),
    *(Named(f"amending {table.name}", amending(table)) for table in bank_tables.sorted_tables if "due_at" in table.c),
]

"""Every statement on the bank's tables, one file for each noun. Each is made once, and so compiled once."""

from . import consents, customers, events, keys, ledger, looks, orders, reports, settlement, transfers

__all__ = [
    "consents",
    "customers",
    "events",
    "keys",
    "ledger",
    "looks",
    "orders",
    "reports",
    "settlement",
    "transfers",
]

"""Every statement on DES's tables, one file for each noun. Each is made once, so that it is compiled once."""

from . import accounts, consents, dreams, events, launches, listings, principals, purging, transactions, users, webhooks

__all__ = [
    "accounts",
    "consents",
    "dreams",
    "events",
    "launches",
    "listings",
    "principals",
    "purging",
    "transactions",
    "users",
    "webhooks",
]

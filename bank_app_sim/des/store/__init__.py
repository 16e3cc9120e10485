"""Every statement that DES sends to its database, by the room whose tables it is about.

They are written once, at import, so that each is compiled once.
"""

from . import accounts, consents, dreams, events, launches, listings, principals, purging, transactions, users, webhooks
from .listings import Row

__all__ = [
    "Row",
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

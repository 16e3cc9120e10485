"""The bank's customers: how they register, and which of them a request comes from."""

import functools
import hashlib
import re
from datetime import datetime, timedelta

from ..server.database import Connection, Database
from ..server.http.answers import Refused
from ..server.http.request import HTTPRequest
from ..timeline.clock import timestamp
from . import ledger, store

_NAME = re.compile(r"[a-z0-9_.@-]{1,64}")


def customer_name(text: object) -> str:
    """The text, if it is a name; ValueError with a message for the sender otherwise."""
    if not isinstance(text, str) or not _NAME.fullmatch(text):
        raise ValueError("must be a name of 1 to 64 lower-case letters, digits and the signs - _ . @")
    return text


def register(connection: Connection, customer: str, *, opening_balance_cents: int, now: datetime) -> None:
    """Register a customer, with money on the current account. A customer who is registered stays as they are."""
    if not store.customers.exists(connection, customer):
        _register(connection, customer, opening_balance_cents=opening_balance_cents, now=now)


def keep_token(connection: Connection, customer: str, access_token: str, *, lifetime: timedelta, now: datetime) -> None:
    """Accept a token as the customer's until it expires."""
    store.customers.remove_expired_tokens(connection, timestamp(now))
    store.customers.add_token(
        connection, _digest(access_token), customer=customer, expires_at=timestamp(now + lifetime)
    )


def signed_in(connection: Connection, authorization: str, *, now: datetime) -> str | None:
    """The customer whose token is in an `Authorization` header; None if it has no valid token."""
    scheme, _, access_token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return None
    return store.customers.of_token(connection, _digest(access_token.strip()), timestamp(now))


async def customer_of(request: HTTPRequest, database: Database, *, now: datetime) -> str:
    """The customer who sent a request; 401 if it has no valid token."""
    find = functools.partial(signed_in, authorization=request.headers.get("authorization", ""), now=now)
    customer = await database.run(find, reads_only=True)
    if customer is None:
        raise Refused(
            401,
            {"base": ["sign in with POST /sign-in and send the access token as Bearer; it may have expired"]},
            headers={"WWW-Authenticate": "Bearer"},
        )
    return customer


def _register(connection: Connection, customer: str, *, opening_balance_cents: int, now: datetime) -> None:
    store.customers.add(connection, customer, registered_at=timestamp(now))
    current = ledger.current_account(customer)
    ledger.open_account(connection, current, customer=customer, at=now)
    if opening_balance_cents:
        opening = ledger.movement(
            f"opening:{customer}", source=ledger.FUNDING, target=current, amount_cents=opening_balance_cents
        )
        ledger.post(connection, opening, at=now)


def _digest(access_token: str) -> str:
    return hashlib.sha256(access_token.encode()).hexdigest()

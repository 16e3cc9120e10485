"""The bank's HTTP face: for its own app, and for DES, which fetches the keys that ID tokens are verified with."""

import functools
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import attrs
import sqlalchemy as sa
from starlette.datastructures import Headers

from impact_sdk import Clock

from ..database import Database
from ..ids import Ids
from ..service import Answer, Call, Endpoint, Refused, status_line
from . import customers, event_store, ledger, orders, store
from .identity import Identity
from .orders import OrderRequest
from .provisioning import Order

JWKS = "/.well-known/jwks.json"

LONGEST_ID = 100


def sender(_headers: Headers, route: str) -> str:
    """Who is asking, by its name in the trace."""
    return "des" if route == JWKS else "bank_app"


@attrs.frozen(kw_only=True)
class API:
    """What can be asked of the bank.

    Attributes:
        decision_after: How long the bank takes to decide on an order.
        ordered: Called when an order was written down.
    """

    database: Database
    identity: Identity
    clock: Clock
    ids: Ids
    opening_balance_cents: int
    decision_after: timedelta
    ordered: Callable[[], None]

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="POST",
                path="/sign-in",
                respond=self.sign_in,
                label=_named("POST /sign-in"),
                answered=_status,
                is_private=True,
            ),
            Endpoint(method="GET", path=JWKS, respond=self.jwks, label=_named(f"GET {JWKS}"), answered=_status),
            Endpoint(
                method="POST",
                path="/provisioning-orders",
                respond=self.order_account,
                label=_initiate,
                answered=_status,
            ),
            Endpoint(
                method="GET",
                path="/provisioning-orders/{id}",
                respond=self.order,
                label=_named("GET /provisioning-orders/{id}"),
                answered=lambda _sender, status: "done" if status == 200 else status_line(status),
            ),
            Endpoint(
                method="GET", path="/accounts", respond=self.accounts, label=_named("GET /accounts"), answered=_status
            ),
            Endpoint(method="GET", path="/ledger", respond=self.ledger, label=_named("GET /ledger"), answered=_status),
            Endpoint(
                method="GET",
                path="/impact-events",
                respond=self.impact_events,
                label=_named("GET /impact-events"),
                answered=_status,
            ),
        ]

    async def sign_in(self, call: Call) -> Answer:
        """Let a customer in by name. This is where a real bank finds out whether it is them."""
        _refuse_unknown_fields(call.body, {"customer"})
        if "customer" not in call.body:
            raise Refused(400, {"customer": ["is missing"]})
        try:
            customer = customers.customer_name(call.body["customer"])
        except ValueError as error:
            raise Refused(400, {"customer": [str(error)]}) from error
        access_token = self.ids.secret()
        now = self.clock.now()

        def sign_in(connection: sa.Connection) -> None:
            customers.register(connection, customer, opening_balance_cents=self.opening_balance_cents, now=now)
            customers.keep_token(connection, customer, access_token, lifetime=self.identity.lifetime, now=now)

        await self.database.run(sign_in)
        return Answer(
            200,
            {
                "access_token": access_token,
                "id_token": self.identity.id_token(customer, now=now),
                "expires_in": int(self.identity.lifetime.total_seconds()),
            },
            headers={"Cache-Control": "no-store"},
        )

    async def jwks(self, _call: Call) -> Answer:
        return Answer(200, self.identity.jwks())

    async def order_account(self, call: Call) -> Answer:
        """Start opening an account and return at once: that it was opened, the bank will tell DES by itself."""
        customer = await self._customer(call)
        request = _order_request(call.body)
        now = self.clock.now()
        order, is_new = await self.database.run(
            functools.partial(
                orders.take,
                customer=customer,
                request=request,
                order_id=self.ids.uuid(),
                now=now,
                due_at=now + self.decision_after,
            )
        )
        if is_new:
            self.ordered()
        return Answer(202 if is_new else 200, {"order": _order_as_json(order)})

    async def order(self, call: Call) -> Answer:
        """One order of the customer's own: 200 when it is done, 202 while the bank is at it."""
        customer = await self._customer(call)
        order = await self.database.run(
            functools.partial(store.order, order_id=call.parameters["id"], customer=customer), reads_only=True
        )
        if order is None:
            raise Refused(404, {"base": ["there is no such order"]})
        return Answer(200 if order.state.is_final else 202, {"order": _order_as_json(order)})

    async def accounts(self, call: Call) -> Answer:
        customer = await self._customer(call)
        accounts = functools.partial(ledger.accounts_of, customer=customer)
        return Answer(200, await self.database.run(accounts, reads_only=True))

    async def ledger(self, _call: Call) -> Answer:
        """All books, for whoever tests. Without a token, because this is a sandbox; no real bank has such a path."""
        return Answer(200, await self.database.run(ledger.books, reads_only=True))

    async def impact_events(self, _call: Call) -> Answer:
        """What DES has told, and how it came; for whoever tests, as the ledger."""
        return Answer(200, {"events": await self.database.run(event_store.all_kept, reads_only=True)})

    async def _customer(self, call: Call) -> str:
        """Whose request it is."""
        customer = await self.database.run(
            functools.partial(
                customers.signed_in, authorization=call.headers.get("authorization", ""), now=self.clock.now()
            ),
            reads_only=True,
        )
        if customer is None:
            raise Refused(
                401,
                {"base": ["sign in with POST /sign-in and send the access token as Bearer; it may have expired"]},
                headers={"WWW-Authenticate": "Bearer"},
            )
        return customer


def _named(label: str) -> Callable[[str, Mapping[str, Any]], str]:
    return lambda _sender, _body: label


def _initiate(_sender: str, order: Mapping[str, Any]) -> str:
    """The two diagrams of the starting page call it differently."""
    return "Initiate account provisioning" if "user_id" in order else "Initiate (async) account provisioning"


def _status(_sender: str, status: int) -> str:
    return status_line(status)


def _refuse_unknown_fields(body: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(body.keys() - known)
    if unknown:
        raise Refused(400, {field: ["is not known here"] for field in unknown})


def _order_request(body: Mapping[str, Any]) -> OrderRequest:
    fields = [field.name for field in attrs.fields(OrderRequest)]
    _refuse_unknown_fields(body, set(fields))
    wrong = [field for field in fields if not _is_id(body.get(field))]
    if wrong:
        raise Refused(
            400, {field: [f"must be a text of 1 to {LONGEST_ID} characters without NUL, or absent"] for field in wrong}
        )
    return OrderRequest(**{field: body.get(field) for field in fields})


def _is_id(value: object) -> bool:
    # PostgreSQL has no texts with NUL.
    return value is None or (isinstance(value, str) and 0 < len(value) <= LONGEST_ID and "\0" not in value)


def _order_as_json(order: Order) -> dict[str, Any]:
    return attrs.asdict(order, filter=lambda attribute, _value: attribute.name != "n")

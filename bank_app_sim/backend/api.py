"""The HTTP API of the bank: for its own app, and for DES, which fetches the keys that verify ID tokens."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import attrs
import sqlalchemy as sa

from ..server.database import Connection, Database
from ..server.http.answers import Answer, Refused
from ..server.http.fields import Fields
from ..server.http.operation import Handler, Operation
from ..server.http.readers import MOST, Reader, integer, one_of, text
from ..server.http.request import HTTPRequest
from ..server.ids import Ids
from ..timeline.clock import Clock
from . import customers, ledger, reconciliation, store
from .identity import Identity
from .ordering import EarlierUser, OrderBook, OrderRequest
from .orders import Order, OrderState
from .reconciliation import NotPossible
from .store.reports import ReportKind

JWKS = "/.well-known/jwks.json"

CUSTOMER = Reader(customers.customer_name, "")
ID = text(most=100)


def sender(_headers: Mapping[str, str], route: str) -> str:
    """The name of the sender in the trace."""
    return "des" if route == JWKS else "bank_app"


@attrs.frozen(kw_only=True)
class API:
    """The operations of the bank.

    Attributes:
        woken: Called when work was written down.
    """

    database: Database
    identity: Identity
    clock: Clock
    ids: Ids
    opening_balance_cents: int
    order_book: OrderBook
    woken: Callable[[], None]

    def operations(self) -> list[Operation[Handler]]:
        return [
            Operation("POST", "/sign-in", self.sign_in, is_private=True),
            Operation("POST", "/silent-sign-in", self.silent_sign_in, is_private=True),
            Operation("GET", JWKS, self.jwks),
            Operation("POST", "/provisioning-orders", self.order_account, asked=_initiate),
            Operation("GET", "/provisioning-orders/{id}", self.order, answered="done"),
            Operation("GET", "/accounts", self.accounts),
            Operation("GET", "/ledger", self.ledger),
            Operation("POST", "/ledger/movements", self.move),
            Operation("GET", "/impact-events", self.impact_events),
        ]

    async def sign_in(self, request: HTTPRequest) -> Answer:
        """Sign a customer in by name. A real bank checks here who they are."""
        fields = Fields(request.body)
        customer = fields.required("customer", CUSTOMER)
        fields.check()
        access_token, now = self.ids.secret(), self.clock.now()

        def sign_in(connection: Connection) -> None:
            customers.register(connection, customer, opening_balance_cents=self.opening_balance_cents, now=now)
            customers.keep_token(connection, customer, access_token, lifetime=self.identity.lifetime, now=now)

        await self.database.run(sign_in)
        return self._signed_in(customer, access_token)

    async def silent_sign_in(self, request: HTTPRequest) -> Answer:
        """New tokens for a customer who is still signed in, without asking them anything.

        A real bank decides here how long this is allowed (OpenID Connect: `prompt=none`).
        """
        customer = await self._customer(request)
        Fields(request.body).check()
        access_token, now = self.ids.secret(), self.clock.now()
        keep = functools.partial(
            customers.keep_token,
            customer=customer,
            access_token=access_token,
            lifetime=self.identity.lifetime,
            now=now,
        )
        await self.database.run(keep)
        return self._signed_in(customer, access_token)

    def _signed_in(self, customer: str, access_token: str) -> Answer:
        tokens = {
            "access_token": access_token,
            "id_token": self.identity.id_token(customer, now=self.clock.now()),
            "expires_in": int(self.identity.lifetime.total_seconds()),
        }
        return Answer(200, tokens, headers={"Cache-Control": "no-store"})

    async def jwks(self, _request: HTTPRequest) -> Answer:
        return Answer(200, self.identity.jwks())

    async def order_account(self, request: HTTPRequest) -> Answer:
        """Start opening an account and return at once. When it is open, the bank itself tells DES."""
        customer = await self._customer(request)
        take = functools.partial(self.order_book.take, customer=customer, request=_order_request(request.body))
        try:
            order, is_new = await self.database.run(take)
        except EarlierUser as error:
            raise Refused(409, {"user_id": [str(error)]}) from error
        except sa.exc.IntegrityError as error:  # only the request of an order must be unique
            sentence = "was sent for another Dream; each request has one of its own"
            raise Refused(409, {"request_id": [sentence]}) from error
        if is_new:
            self.woken()
        return Answer(202 if is_new else 200, {"order": _order_as_json(order)})

    async def order(self, request: HTTPRequest) -> Answer:
        """One order of the customer: 200 when it has ended; before, 202 with the time after which to look again."""
        customer = await self._customer(request)
        order = await self.database.run(
            functools.partial(store.orders.get, order_id=request.parameters["id"], customer=customer), reads_only=True
        )
        if order is None:
            raise Refused(404, {"base": ["there is no such order"]})
        shown = {"order": _order_as_json(order)}
        if order.state.is_final:
            return Answer(200, shown)
        is_undecided = order.state is OrderState.ORDERED
        later = {"Retry-After": str(self.order_book.seconds_to_decision(order))} if is_undecided else {}
        return Answer(202, shown, headers=later)

    async def accounts(self, request: HTTPRequest) -> Answer:
        customer = await self._customer(request)
        accounts = functools.partial(ledger.accounts_of, customer=customer)
        return Answer(200, await self.database.run(accounts, reads_only=True))

    async def ledger(self, _request: HTTPRequest) -> Answer:
        """All books, for tests. It needs no token, because this is a sandbox; no real bank has such a path."""
        return Answer(200, await self.database.run(ledger.books, reads_only=True))

    async def move(self, request: HTTPRequest) -> Answer:
        """Move money on a savings account without Impact Finance: as at a branch, as interest, or with the market.

        For tests, as the ledger. The same reference moves money once: 201, then 200.
        """
        movement = _movement(request.body)
        move = functools.partial(reconciliation.move, now=self.clock.now(), **movement)
        try:
            is_new = await self.database.run(move)
        except NotPossible as error:
            raise Refused(400, {"base": [str(error)]}) from error
        if is_new:
            self.woken()
        return Answer(201 if is_new else 200, {"movement": movement})

    async def impact_events(self, _request: HTTPRequest) -> Answer:
        """What DES has told, and how it came; for tests, as the ledger."""
        kept = await self.database.run(store.events.all_kept, reads_only=True)
        return Answer(200, {"events": [attrs.asdict(event) for event in kept]})

    async def _customer(self, request: HTTPRequest) -> str:
        return await customers.customer_of(request, self.database, now=self.clock.now())


def _initiate(order: Mapping[str, Any]) -> str:
    """The two diagrams of the starting page name it differently."""
    return "Initiate account provisioning" if "user_id" in order else "Initiate (async) account provisioning"


def _order_request(body: Mapping[str, Any]) -> OrderRequest:
    fields = Fields(body)
    request = OrderRequest(**{field.name: fields.optional(field.name, ID) for field in attrs.fields(OrderRequest)})
    fields.check()
    return request


def _movement(body: Mapping[str, Any]) -> dict[str, Any]:
    fields = Fields(body)
    account, reference = fields.required("account", ID), fields.required("reference", ID)
    amount_cents = fields.required("amount_cents", integer(least=-MOST))
    kind = fields.required("kind", one_of(*ReportKind), ReportKind.OUTSIDE)
    if amount_cents == 0 and fields.are_right:
        fields.refuse("amount_cents", "can't be 0")
    fields.check()
    return {"account": account, "amount_cents": amount_cents, "kind": ReportKind(kind), "reference": reference}


def _order_as_json(order: Order) -> dict[str, Any]:
    return attrs.asdict(order, filter=lambda attribute, _value: attribute.name != "n")

"""Webhook endpoints, and what must still be delivered to them."""

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ...server.database import Connection, Query, columns_of, rows, values
from ..events.deliveries import WAITS
from ..events.endpoints import EndpointRow
from ..tables import events, webhook_endpoints
from .events import EventRow


@attrs.frozen
class HintedEndpoint:
    """An endpoint that wants to know of new transactions.

    Attributes:
        requested_us: The moment of the latest one.
    """

    endpoint: EndpointRow
    requested_us: int


@attrs.frozen
class Waiting:
    """Whether there is something to send to a tenant.

    Attributes:
        free_at: When there may be, if there is nothing now; None for never.
    """

    tenant_id: str
    has_something: bool
    free_at: str | None


_of_tenant = webhook_endpoints.c.tenant_id == given("of_tenant")

_endpoint = sa.select(*columns_of(EndpointRow, webhook_endpoints))

# The endpoint of a tenant.
OF_TENANT = rows(EndpointRow, _endpoint.where(_of_tenant))
# How many events wait.
PENDING: Query[int] = values(
    sa.select(sa.func.count()).where(events.c.tenant_id == given("of_tenant"), events.c.at_us > given("delivered_us"))
)
_SUBSCRIBE = sa.insert(webhook_endpoints)
# The parameters are named after the columns that change.
_CHANGE = sa.update(webhook_endpoints).where(_of_tenant)
UNSUBSCRIBE = sa.delete(webhook_endpoints).where(_of_tenant)

_is_active = webhook_endpoints.c.unsubscribed_at.is_(None)
_undelivered = sa.exists().where(
    events.c.tenant_id == webhook_endpoints.c.tenant_id, events.c.at_us > webhook_endpoints.c.delivered_us
)
_is_claimed = sa.and_(
    sa.func.coalesce(webhook_endpoints.c.claimed_until, "") > given("now", type_=sa.Text),
    sa.func.coalesce(webhook_endpoints.c.claimed_until, "") <= given("stale", type_=sa.Text),
)
# The latest moment for which a batch may have to wait, by the number of its failed attempts.
_far = sa.case(
    *[
        (webhook_endpoints.c.attempts == attempts, given(f"far_{attempts}", type_=sa.Text))
        for attempts in range(len(WAITS) + 1)
    ]
)
_is_due = sa.or_(webhook_endpoints.c.due_at <= given("now"), webhook_endpoints.c.due_at > _far)
# A batch is due and not claimed, or there are events for a new batch.
_is_to_deliver = sa.or_(
    sa.and_(_is_due, sa.not_(_is_claimed)),
    sa.and_(webhook_endpoints.c.batch_id.is_(None), _undelivered),
)
TO_DELIVER = rows(EndpointRow, _endpoint.where(_of_tenant, _is_active, _is_to_deliver))
# The next events of a tenant, the oldest first.
EVENTS = rows(
    EventRow,
    sa.select(*columns_of(EventRow, events))
    .where(
        events.c.tenant_id == given("of_tenant"),
        events.c.at_us > given("after_us"),
        events.c.at_us <= given("until_us", type_=sa.BigInteger),
    )
    .order_by(events.c.at_us)
    .limit(given("limit")),
)
# The endpoint, if this claim of its batch still holds.
CLAIMED = rows(
    EndpointRow,
    _endpoint.where(
        _of_tenant,
        webhook_endpoints.c.batch_id == given("of_batch"),
        webhook_endpoints.c.claims == given("of_claim"),
        webhook_endpoints.c.claimed_until.is_not(None),
    ),
)
RELEASE = sa.update(webhook_endpoints).values(claimed_until=None)

_transactions = sa.func.max(events.c.at_us)
_is_to_hint_at = sa.and_(
    events.c.at_us > webhook_endpoints.c.hinted_us,
    events.c.type.in_(["DepositRequested", "WithdrawalRequested", "InternalTransferRequested"]),
)
_wants_hints = webhook_endpoints.c.transactions_url.is_not(None)
TO_HINT = Query(
    lambda requested_us, *endpoint: HintedEndpoint(EndpointRow(*endpoint), requested_us),
    sa.select(_transactions.label("requested_us"), *columns_of(EndpointRow, webhook_endpoints))
    .join_from(webhook_endpoints, events, events.c.tenant_id == webhook_endpoints.c.tenant_id)
    .where(_of_tenant, _is_active, _wants_hints, _is_to_hint_at)
    .group_by(*webhook_endpoints.c),
)

_free_at = sa.case(
    (sa.and_(_is_due, _is_claimed), webhook_endpoints.c.claimed_until),
    else_=webhook_endpoints.c.due_at,
)
_hints = sa.exists().where(events.c.tenant_id == webhook_endpoints.c.tenant_id, _is_to_hint_at)
# Whether there is anything to send to each tenant, and when there may be. This is asked most often.
LOOK = rows(
    Waiting,
    sa.select(
        webhook_endpoints.c.tenant_id,
        sa.or_(_is_to_deliver, sa.and_(_wants_hints, _hints)).label("has_something"),
        _free_at.label("free_at"),
    )
    .where(_is_active)
    .order_by(webhook_endpoints.c.tenant_id),
)


def subscribe(connection: Connection, endpoint: EndpointRow) -> None:
    connection.execute(_SUBSCRIBE, attrs.asdict(endpoint))


def change(connection: Connection, endpoint: EndpointRow) -> None:
    """Write down an endpoint that was read in this transaction."""
    written = attrs.asdict(endpoint, filter=lambda field, _value: field.name != "tenant_id")
    connection.execute(_CHANGE, {"of_tenant": endpoint.tenant_id, **written})

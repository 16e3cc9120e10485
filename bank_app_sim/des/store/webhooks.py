"""Statements about webhook endpoints, and what is still to be delivered to them."""

import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ..deliveries import WAITS
from ..tables import events, webhook_endpoints

_of_tenant = webhook_endpoints.c.tenant_id == given("of_tenant")

OF_TENANT = sa.select(*webhook_endpoints.c).where(_of_tenant)
PENDING = sa.select(sa.func.count()).where(
    events.c.tenant_id == given("of_tenant"), events.c.at_us > given("delivered_us")
)
SUBSCRIBE = sa.insert(webhook_endpoints).values(claims=0)
# The columns are those of the parameters.
CHANGE = sa.update(webhook_endpoints).where(_of_tenant)
UNSUBSCRIBE = sa.delete(webhook_endpoints).where(_of_tenant)

_is_active = webhook_endpoints.c.unsubscribed_at.is_(None)
_undelivered = sa.exists().where(
    events.c.tenant_id == webhook_endpoints.c.tenant_id, events.c.at_us > webhook_endpoints.c.delivered_us
)
_is_claimed = sa.and_(
    sa.func.coalesce(webhook_endpoints.c.claimed_until, "") > given("now", type_=sa.Text),
    sa.func.coalesce(webhook_endpoints.c.claimed_until, "") <= given("stale", type_=sa.Text),
)
# By the number of failed attempts: how long a batch may have to wait.
_far = sa.case(
    *[
        (webhook_endpoints.c.attempts == attempts, given(f"far_{attempts}", type_=sa.Text))
        for attempts in range(len(WAITS) + 1)
    ]
)
_is_due = sa.or_(webhook_endpoints.c.due_at <= given("now"), webhook_endpoints.c.due_at > _far)
# Endpoints with a batch that is due and in nobody's hands, or with events of which a batch can be made.
_is_to_deliver = sa.or_(
    sa.and_(_is_due, sa.not_(_is_claimed)),
    sa.and_(webhook_endpoints.c.batch_id.is_(None), _undelivered),
)
TO_DELIVER = sa.select(*webhook_endpoints.c).where(_of_tenant, _is_active, _is_to_deliver)
EVENTS = (
    sa.select(*events.c)
    .where(
        events.c.tenant_id == given("of_tenant"),
        events.c.at_us > given("after_us"),
        events.c.at_us <= given("until_us", type_=sa.BigInteger),
    )
    .order_by(events.c.at_us)
    .limit(given("limit"))
)
CLAIM = (
    sa.update(webhook_endpoints)
    .where(_of_tenant)
    .values(
        batch_id=given("id"),
        batch_at=given("at"),
        batch_until_us=given("until_us"),
        due_at=given("due"),
        claimed_until=given("until"),
        claims=webhook_endpoints.c.claims + 1,
    )
)
# Whoever was too slow, so that somebody else has claimed the batch since, writes nothing down.
CONCLUDE = CHANGE.where(
    webhook_endpoints.c.batch_id == given("of_batch"),
    webhook_endpoints.c.claims == given("of_claim"),
    webhook_endpoints.c.claimed_until.is_not(None),
)
RELEASE = sa.update(webhook_endpoints).values(claimed_until=None)

_transactions = sa.func.max(events.c.at_us)
_is_to_hint_at = sa.and_(
    events.c.at_us > webhook_endpoints.c.hinted_us,
    events.c.type.in_(["DepositRequested", "WithdrawalRequested", "InternalTransferRequested"]),
)
_wants_hints = webhook_endpoints.c.transactions_url.is_not(None)
TO_HINT = (
    sa.select(*webhook_endpoints.c, _transactions.label("requested_us"))
    .join_from(webhook_endpoints, events, events.c.tenant_id == webhook_endpoints.c.tenant_id)
    .where(_of_tenant, _is_active, _wants_hints, _is_to_hint_at)
    .group_by(*webhook_endpoints.c)
)

_free_at = sa.case(
    (sa.and_(_is_due, _is_claimed), webhook_endpoints.c.claimed_until),
    else_=webhook_endpoints.c.due_at,
)
_hints = sa.exists().where(events.c.tenant_id == webhook_endpoints.c.tenant_id, _is_to_hint_at)
# What is asked most of all: whether there is anything to send, and when there will be.
LOOK = (
    sa.select(
        webhook_endpoints.c.tenant_id,
        sa.or_(_is_to_deliver, sa.and_(_wants_hints, _hints)).label("has_something"),
        _free_at.label("free_at"),
    )
    .where(_is_active)
    .order_by(webhook_endpoints.c.tenant_id)
)

"""The webhook endpoint of a bank. Only a sandbox has these operations; they take the bank's access token."""

import attrs

from ...server.http.answers import Answer, Refused
from ...server.http.fields import Fields
from ...server.http.readers import TEXT
from ...server.secret_rules import what_is_wrong_with_webhook_secret
from ...timeline.clock import moment, timestamp
from .. import store
from ..readers import ADDRESS
from ..request import Request
from . import deliveries
from .addresses import what_is_wrong_with_url
from .endpoints import EndpointRow


def show_endpoint(request: Request) -> Answer:
    """Show the endpoint, and how the delivery of events goes."""
    endpoint = _endpoint(request)
    if endpoint is None:
        raise _nothing_subscribed()
    is_active = endpoint.unsubscribed_at is None
    shown = {
        "url": endpoint.url,
        "transactionsUrl": endpoint.transactions_url,
        "state": "active" if is_active else "unsubscribed",
        "pendingCount": store.webhooks.PENDING.one(
            request.connection, of_tenant=endpoint.tenant_id, delivered_us=endpoint.delivered_us
        )
        if is_active
        else 0,
        "attempts": endpoint.attempts,
        "lastError": endpoint.last_error,
        "unsubscribedAt": endpoint.unsubscribed_at,
    }
    return Answer(200, {"webhookEndpoint": shown})


def _pending(request: Request, endpoint: EndpointRow) -> int:
    of_tenant, delivered_us = endpoint.tenant_id, endpoint.delivered_us
    return store.webhooks.PENDING.one(request.connection, of_tenant=of_tenant, delivered_us=delivered_us)


def put_endpoint(request: Request) -> Answer:
    """Send events to this address from now on. If there is an endpoint already, send at once what waits.

    A new secret is a rotation: the one before it signs for a while longer, older ones do not. A batch that waits for
    its next attempt is sent at once, also if nothing about the endpoint changes.
    """
    fields = Fields(request.http.body, "webhookEndpoint")
    secret = fields.required("secret", TEXT)
    wanted = EndpointRow(
        tenant_id=request.principal.tenant_id,
        url=_url(fields, "url", fields.required("url", ADDRESS)),
        transactions_url=_optional_url(fields, "transactionsUrl", fields.optional("transactionsUrl", ADDRESS)),
        secret=secret,
    )
    if secret and (wrong := what_is_wrong_with_webhook_secret(secret)):
        fields.refuse("secret", wrong)
    fields.check()

    present = _endpoint(request)
    if present is None:
        store.webhooks.subscribe(request.connection, _from_now_on(request, wanted))
    else:
        store.webhooks.change(request.connection, _changed(request, present, wanted))
    return show_endpoint(request)


def _changed(request: Request, present: EndpointRow, wanted: EndpointRow) -> EndpointRow:
    """The endpoint with the bank's changes."""
    changed = attrs.evolve(present, url=wanted.url, transactions_url=wanted.transactions_url, secret=wanted.secret)
    if wanted.secret != present.secret:
        until = timestamp(moment(request.now) + deliveries.ROTATION)
        changed = attrs.evolve(changed, old_secret=present.secret, old_secret_until=until)
    if present.unsubscribed_at is not None:
        return _from_now_on(request, changed)
    due_at = request.now if present.batch_id is not None else None
    if changed != present:
        return attrs.evolve(changed, attempts=0, due_at=due_at, claimed_until=None, last_error=None)
    batch_waits = present.batch_id is not None and (present.claimed_until or "") <= request.now
    return attrs.evolve(present, attempts=0, due_at=due_at) if batch_waits else present


def delete_endpoint(request: Request) -> Answer:
    """Stop sending. A batch that is on its way may still arrive."""
    of_tenant = {"of_tenant": request.principal.tenant_id}
    if request.connection.execute(store.webhooks.UNSUBSCRIBE, of_tenant).rowcount == 0:
        raise _nothing_subscribed()
    return Answer(204)


def _endpoint(request: Request) -> EndpointRow | None:
    return store.webhooks.OF_TENANT.one_or_none(request.connection, of_tenant=request.principal.tenant_id)


def _nothing_subscribed() -> Refused:
    return Refused(404, {"base": ["there is no webhook endpoint; subscribe with PUT"]})


def _from_now_on(request: Request, endpoint: EndpointRow) -> EndpointRow:
    """The endpoint without a batch: it gets only events that happen from now on."""
    latest_us = store.events.LATEST.one(request.connection, of_tenant=endpoint.tenant_id)
    return attrs.evolve(
        endpoint,
        delivered_us=latest_us,
        hinted_us=latest_us,
        batch_id=None,
        batch_at=None,
        batch_until_us=None,
        attempts=0,
        due_at=None,
        claimed_until=None,
        last_error=None,
        unsubscribed_at=None,
    )


def _optional_url(fields: Fields, name: str, url: str | None) -> str | None:
    return None if url is None else _url(fields, name, url)


def _url(fields: Fields, name: str, url: str) -> str:
    if url and (wrong := what_is_wrong_with_url(url)):
        fields.refuse(name, wrong)
    return url

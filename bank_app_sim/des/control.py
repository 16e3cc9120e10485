"""The control plane: what only a sandbox has, by the bank's own token. Here: where webhooks go."""

from typing import Any

from ..server.answers import Answer, Refused
from ..server.fields import Fields
from ..server.readers import TEXT
from ..server.secret_rules import what_is_wrong_with_webhook_secret
from ..timeline.clock import moment, timestamp
from . import deliveries, store
from .addresses import what_is_wrong_with_url
from .readers import ADDRESS
from .request import Request
from .store import Row


def show_endpoint(request: Request) -> Answer:
    """How the delivery of events is getting on."""
    endpoint = _endpoint(request)
    if endpoint is None:
        raise _nothing_subscribed()
    is_active = endpoint["unsubscribed_at"] is None
    pending = {"of_tenant": endpoint["tenant_id"], "delivered_us": endpoint["delivered_us"]}
    shown = {
        "url": endpoint["url"],
        "transactionsUrl": endpoint["transactions_url"],
        "state": "active" if is_active else "unsubscribed",
        "pendingCount": request.connection.execute(store.webhooks.PENDING, pending).scalar_one() if is_active else 0,
        "attempts": endpoint["attempts"],
        "lastError": endpoint["last_error"],
        "unsubscribedAt": endpoint["unsubscribed_at"],
    }
    return Answer(200, {"webhookEndpoint": shown})


def put_endpoint(request: Request) -> Answer:
    """Send the events from now on to this address; or, where they go to one already, send those that wait.

    Another secret is a rotation: the one before goes on signing for a while, and the one before that no more. A batch
    that waits for its next attempt is sent at once, also when it is the same endpoint again.
    """
    fields = Fields(request.http.body, "webhookEndpoint")
    secret = fields.required("secret", TEXT)
    wanted = {
        "url": _url(fields, "url", fields.required("url", ADDRESS)),
        "transactions_url": _url(fields, "transactionsUrl", fields.optional("transactionsUrl", ADDRESS)),
        "secret": secret,
    }
    if secret and (wrong := what_is_wrong_with_webhook_secret(secret)):
        fields.refuse("secret", wrong)
    fields.check()

    present = _endpoint(request)
    tenant = {"of_tenant": request.principal.tenant_id}
    if present is None:
        row = {"tenant_id": request.principal.tenant_id, **wanted, **_from_now_on(request)}
        request.connection.execute(store.webhooks.SUBSCRIBE, row)
    elif present["unsubscribed_at"] is not None:
        again = {**wanted, **_rotation(request, present, secret), **_from_now_on(request)}
        request.connection.execute(store.webhooks.CHANGE, {**tenant, **again})
    elif any(present[name] != value for name, value in wanted.items()):
        due_at = request.now if present["batch_id"] is not None else None
        at_once = {"attempts": 0, "due_at": due_at, "claimed_until": None, "last_error": None}
        changed = {**wanted, **_rotation(request, present, secret), **at_once}
        request.connection.execute(store.webhooks.CHANGE, {**tenant, **changed})
    elif present["batch_id"] is not None and (present["claimed_until"] or "") <= request.now:  # it waits
        request.connection.execute(store.webhooks.CHANGE, {**tenant, "attempts": 0, "due_at": request.now})
    return show_endpoint(request)


def delete_endpoint(request: Request) -> Answer:
    """Send nothing any more. A batch that is on its way may still arrive."""
    of_tenant = {"of_tenant": request.principal.tenant_id}
    if request.connection.execute(store.webhooks.UNSUBSCRIBE, of_tenant).rowcount == 0:
        raise _nothing_subscribed()
    return Answer(204)


def _endpoint(request: Request) -> Row | None:
    of_tenant = {"of_tenant": request.principal.tenant_id}
    found: Row | None = request.connection.execute(store.webhooks.OF_TENANT, of_tenant).mappings().one_or_none()
    return found


def _nothing_subscribed() -> Refused:
    return Refused(404, {"base": ["there is no webhook endpoint; subscribe with PUT"]})


def _from_now_on(request: Request) -> dict[str, Any]:
    """Nothing is on its way, and nothing that has happened is to be told."""
    of_tenant = {"of_tenant": request.principal.tenant_id}
    latest_us = request.connection.execute(store.events.LATEST, of_tenant).scalar_one()
    nothing = ("batch_id", "batch_at", "batch_until_us", "due_at", "claimed_until", "last_error", "unsubscribed_at")
    return {"delivered_us": latest_us, "hinted_us": latest_us, "attempts": 0, **dict.fromkeys(nothing)}


def _rotation(request: Request, present: Row, secret: str) -> dict[str, str]:
    if secret == present["secret"]:
        return {}
    until = timestamp(moment(request.now) + deliveries.ROTATION)
    return {"old_secret": present["secret"], "old_secret_until": until}


def _url(fields: Fields, name: str, url: str | None) -> str | None:
    if url and (wrong := what_is_wrong_with_url(url)):
        fields.refuse(name, wrong)
    return url

"""A user's session: how long it lasts, what renews it, how it ends.

Renewed by tokens, it ends with the latest ID token that the app has sent. Renewed by activity, it ends when the user
has done nothing for a while. In both cases a bank can set a maximum that nothing renews.
"""

# docs/des.md 5.8; the operations and their fields are ours

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from ...server.http.answers import Answer, Refused
from ...server.http.fields import Fields
from ...server.http.readers import SECRET
from ...server.http.request import HTTPRequest
from ...timeline.clock import moment, timestamp
from .. import store
from ..request import SESSION_COOKIE, Request, User, credential
from ..store.principals import SessionRow
from ..tenant import SessionRenewal, Tenant

RENEWED_BY_TOKEN = "is renewed with a new ID token: PATCH /v1/session"
RENEWED_BY_ACTIVITY = "is renewed by what the user does, or by POST /v1/session/keep-alive"


def as_json(tenant: Tenant, session: SessionRow) -> dict[str, Any]:
    return {
        "expiresAt": session.expires_at,
        "maximumExpiresAt": session.maximum_expires_at,
        "renewal": tenant.session_renewal,
        "currency": tenant.currency,
        "accountSetup": tenant.account_setup,
        "performanceDreams": tenant.performance_dreams,
        "transferConsents": tenant.transfer_consents,
        "locale": session.locale,
        "timezone": session.timezone,
    }


def maximum(tenant: Tenant, *, began_at: datetime) -> str | None:
    """The moment at which a session ends in any case; None if the bank sets no maximum."""
    duration = tenant.session_maximum_duration
    return None if duration is None else timestamp(began_at + duration)


def expiry(tenant: Tenant, *, now: datetime, token_expires_at: datetime, maximum: str | None) -> str:
    """The end of a session that begins, or is renewed, now."""
    by_token = tenant.session_renewal is SessionRenewal.TOKEN
    end = timestamp(token_expires_at if by_token else now + tenant.session_inactivity_timeout)
    return end if maximum is None else min(end, maximum)


def cookie(secret: str, *, http: HTTPRequest, expires_at: str, now: str) -> dict[str, str]:
    """The header that gives the browser, or the SDK, its session, with its lifetime and path."""
    # Max-Age and not Expires: the browser's clock may be wrong.
    lifetime = max(int((moment(expires_at) - moment(now)).total_seconds()), 0)
    text = f"{SESSION_COOKIE}={secret}; Max-Age={lifetime}; Path={http.prefix}/; HttpOnly; SameSite=Lax"
    return {"Set-Cookie": f"{text}; Secure" if http.scheme == "https" else text}


def get(request: Request) -> Answer:
    """Show the session. This does not renew it: a host may watch for its end."""
    return Answer(200, {"session": as_json(request.tenant, request.user.session)})


def keep_alive(request: Request) -> Answer:
    """Note that the user is there, as the bank's app says: that is activity like any other."""
    if request.tenant.session_renewal is SessionRenewal.TOKEN:
        raise Refused(409, {"session": [RENEWED_BY_TOKEN]})
    return get(request)


def renewed_by_activity(request: Request) -> tuple[Request, Mapping[str, str]]:
    """Move the end of a session that activity renews; the request, and the cookie header for the browser."""
    if not isinstance(request.principal, User) or request.tenant.session_renewal is not SessionRenewal.ACTIVITY:
        return request, {}
    session = request.principal.session
    now = moment(request.now)
    expires_at = expiry(request.tenant, now=now, token_expires_at=now, maximum=session.maximum_expires_at)
    _set_end(request, expires_at)
    principal = attrs.evolve(request.principal, session=attrs.evolve(session, expires_at=expires_at))
    return attrs.evolve(request, principal=principal), _cookie_of(request, expires_at)


def id_token_in(http: HTTPRequest) -> str:
    """The ID token in the body, which renews a session."""
    fields = Fields(http.body, "session")
    token = fields.required("idToken", SECRET)
    fields.check()
    return token


def renew(request: Request) -> Answer:
    """Let the session last as long as the new ID token. A wrong token ends the session, as expiry does."""
    if request.tenant.session_renewal is SessionRenewal.ACTIVITY:
        raise Refused(409, {"session": [RENEWED_BY_ACTIVITY]})
    session, identity = request.user.session, request.id_token
    assert identity is not None  # the table of operations says that this one takes a token
    if isinstance(identity, str):
        return _ended(request, identity)
    if identity.external_id != request.user.row.external_id:
        return _ended(request, "is another user's")
    expires_at = expiry(
        request.tenant,
        now=moment(request.now),
        token_expires_at=identity.expires_at,
        maximum=session.maximum_expires_at,
    )
    _set_end(request, expires_at)
    shown = as_json(request.tenant, attrs.evolve(session, expires_at=expires_at))
    return Answer(200, {"session": shown}, headers=_cookie_of(request, expires_at))


def sign_out(request: Request) -> Answer:
    """End the session for good."""
    _forget(request)
    return Answer(204, headers=_cookie_of(request, request.now))


def _ended(request: Request, because: str) -> Answer:
    """The refusal of an ID token. It is an answer and not raised: `Refused` would undo the end of the session."""
    _forget(request)
    sentence = f"{because}; the session is ended, launch again with a new ID token"
    headers = {"WWW-Authenticate": "Bearer", **_cookie_of(request, request.now)}
    return attrs.evolve(Refused(401, {"session.idToken": [sentence]}).answer, headers=headers)


def _forget(request: Request) -> None:
    this = {"of_session": request.user.session.secret_hash}
    request.connection.execute(store.principals.FORGET_SESSION, this)


def _set_end(request: Request, expires_at: str) -> None:
    change = {"of_session": request.user.session.secret_hash, "expires_at": expires_at}
    request.connection.execute(store.principals.RENEW_SESSION, change)


def _cookie_of(request: Request, expires_at: str) -> dict[str, str]:
    """The request's own cookie with a new lifetime; an empty one if it has no time left."""
    secret = credential(request.http).secret if expires_at > request.now else None
    return cookie(secret or "", http=request.http, expires_at=expires_at, now=request.now)

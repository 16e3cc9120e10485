"""Signing in: an ID token of the bank becomes the cookie of a session."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from ...server.database import Connection, Database
from ...server.http.answers import Answer, Refused
from ...server.http.readers import TEXT, any_text
from ...server.http.request import HTTPRequest
from ...server.ids import Ids
from ...timeline.clock import Clock, timestamp
from .. import store
from ..engine import zone
from ..events import events
from ..outbox import Outbox
from ..readers import ADDRESS
from ..request import hashed
from ..savings import users
from ..store.principals import SessionRow
from ..store.users import UserRow
from ..tenant import Tenant
from . import sessions
from .id_tokens import Identity, TokenVerifier, claims_of

START_PAGE = "/"
DEFAULT_LOCALE = "en"

# The fields of a launch. A token is longer than other texts may be, and is looked at by itself.
_FIELDS: Mapping[str, Callable[[object], str]] = {
    "token": any_text,
    "client_id": TEXT,
    "locale": TEXT,
    "location": ADDRESS,
    "theme": TEXT,
    "timezone": TEXT,
}

# A path on this host: one slash, then anything visible. Browsers read "//", "/\" and, after dropping tabs and line
# ends, "/<tab>/" as the beginning of another host.
_PATH_ON_THIS_HOST = re.compile(r"/(?![/\\])[!-\[\]-~]*")


@attrs.frozen(kw_only=True)
class SignIn:
    """`POST /users/verify_token`: what happens when the bank's app launches the SDK or the web app.

    Attributes:
        verifiers: For each tenant, by its id.
        woken: Called when there may be events to send.
    """

    tenants: Sequence[Tenant]
    verifiers: Mapping[str, TokenVerifier]
    database: Database
    clock: Clock
    ids: Ids
    woken: Callable[[], None]

    async def verify_token(self, http: HTTPRequest) -> Answer:
        """Open a session for the user of the token, and create the user at first sight."""
        texts = _texts(http.body)
        if texts["token"] is None:
            raise Refused(422, {"token": ["is missing"]})
        tenant = self._tenant(texts["client_id"], texts["token"])
        identity = await self.verifiers[tenant.id].verify(texts["token"])
        secret = self.ids.secret()
        began_at = self.clock.now()
        now, maximum = timestamp(began_at), sessions.maximum(tenant, began_at=began_at)
        session = SessionRow(
            secret_hash=hashed(secret),
            expires_at=sessions.expiry(tenant, now=began_at, token_expires_at=identity.expires_at, maximum=maximum),
            maximum_expires_at=maximum,
            locale=texts["locale"] or DEFAULT_LOCALE,
            timezone=texts["timezone"],
        )
        location = _place(texts["location"])

        def open_session(connection: Connection) -> UserRow:
            outbox = Outbox(tenant.id)
            user = self._user(connection, tenant, identity, outbox)
            store.principals.keep_session(connection, session, user_id=user.id, theme=texts["theme"])
            page_view = {"path": location, "timestamp": now, "user": users.reference(user.id, user.external_id)}
            outbox.note("PageView", "users", user.id, data=page_view)
            events.write(connection, outbox, now=now, ids=self.ids)
            return user

        user = await self.database.run(open_session)
        self.woken()
        cookie = sessions.cookie(secret, http=http, expires_at=session.expires_at, now=now)
        if _wants_page(http):
            return Answer(303, headers={**cookie, "Location": f"{http.prefix}{location}"})
        answer = {"user": users.as_json(user), "session": sessions.as_json(tenant, session)}
        return Answer(200, answer, headers=cookie)

    def _tenant(self, client_id: str | None, token: str) -> Tenant:
        """The bank of the app, by its client id. Web forms may send none: then by issuer and audience of the token."""
        if client_id is not None:
            found = [tenant for tenant in self.tenants if tenant.client_id == client_id]
        else:
            issuer, audience = claims_of(token)
            audiences = audience if isinstance(audience, list) else [audience]
            found = [each for each in self.tenants if each.issuer == issuer and each.audience in audiences]
            found = found or list(self.tenants[:1])  # its verifier then says what is wrong with the token
        if len(found) != 1:
            sentence = "does not exist" if client_id is not None else "is missing, and several banks have this issuer"
            raise Refused(422, {"client_id": [sentence]})
        return found[0]

    def _user(self, connection: Connection, tenant: Tenant, identity: Identity, outbox: Outbox) -> UserRow:
        wanted = {"tenant_id": tenant.id, "external_id": identity.external_id}
        known = store.users.BY_EXTERNAL_ID.one_or_none(connection, **wanted)
        if known is not None:
            return known
        user = UserRow(
            id=self.ids.uuid(),
            tenant_id=tenant.id,
            external_id=identity.external_id,
            given_name=identity.given_name,
            family_name=identity.family_name,
        )
        store.users.add(connection, user)
        outbox.note("UserCreated", "users", user.id, data=users.as_json(user))
        return user


def _texts(body: Mapping[str, Any]) -> dict[str, str | None]:
    """The fields of a launch. Web forms leave a field empty to say nothing. Fields of later SDKs are ignored."""
    texts: dict[str, str | None] = {}
    for name, read in _FIELDS.items():
        try:
            texts[name] = read(body[name]) if body.get(name) else None
        except ValueError as error:
            raise Refused(422, {name: [str(error)]}) from error
    if texts["timezone"] is not None:
        _check_zone(texts["timezone"])
    return texts


def _check_zone(name: str) -> None:
    """400 for an unknown zone: savehacks follow the calendar of the user's zone.

    Not 422, as for the other fields: that says that the credentials are wrong.
    """
    try:
        zone(name)
    except ValueError:
        raise Refused(400, {"timezone": ["is no IANA time zone, such as Europe/Stockholm"]}) from None


def _wants_page(http: HTTPRequest) -> bool:
    accept = http.headers.get("accept", "")
    return "text/html" in accept and "application/json" not in accept


def _place(location: str | None) -> str:
    """The page of the web app to go to: never on another host, whatever a launch asks for."""
    return location if location is not None and _PATH_ON_THIS_HOST.fullmatch(location) else START_PAGE

"""Sessions: an ID token of the bank becomes a cookie that reaches its own user's data."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs
import sqlalchemy as sa

from ..clock import Clock, timestamp
from ..database import Database
from ..ids import Ids
from ..service import Answer, Call, Refused
from . import store, users
from .fields import what_is_wrong_with_text
from .id_tokens import Identity, TokenVerifier
from .request import SESSION_COOKIE, hashed
from .store import Row
from .tenant import Tenant

START_PAGE = "/"
DEFAULT_LOCALE = "en"

# A path on this host: one slash, then anything visible. Browsers read "//", "/\" and, after dropping tabs and line
# ends, "/<tab>/" as the beginning of another host.
_PATH_ON_THIS_HOST = re.compile(r"/(?![/\\])[!-\[\]-~]*")


@attrs.frozen(kw_only=True)
class Launch:
    """`POST /users/verify_token`: what happens when the bank's app launches the SDK or the web app."""

    tenant: Tenant
    verifier: TokenVerifier
    database: Database
    clock: Clock
    ids: Ids

    async def verify_token(self, call: Call) -> Answer:
        """Open a session for the user whom the token speaks of, who is created at first sight."""
        texts = _texts(call.body)
        if texts["client_id"] not in (None, self.tenant.client_id):
            raise Refused(422, {"client_id": ["does not exist"]})
        if texts["token"] is None:
            raise Refused(422, {"token": ["is missing"]})
        identity = await self.verifier.verify(texts["token"])
        secret = self.ids.secret()

        def open_session(connection: sa.Connection) -> Row:
            user = self._user(connection, identity)
            session = {
                "secret_hash": hashed(secret),
                "user_id": user["id"],
                "expires_at": timestamp(identity.expires_at),
                "locale": texts["locale"] or DEFAULT_LOCALE,
                "theme": texts["theme"],
                "timezone": texts["timezone"],
            }
            connection.execute(store.KEEP_SESSION, session)
            return user

        user = await self.database.run(open_session)
        cookie = {"Set-Cookie": self._cookie(secret, identity.expires_at, is_secure=call.scheme == "https")}
        if _wants_page(call):
            return Answer(303, headers={**cookie, "Location": _place(texts["location"])})
        session = {
            "expiresAt": timestamp(identity.expires_at),
            "currency": self.tenant.currency,
            "accountSetup": self.tenant.account_setup,
            "locale": texts["locale"] or DEFAULT_LOCALE,
        }
        return Answer(200, {"user": users.as_json(user), "session": session}, headers=cookie)

    def _user(self, connection: sa.Connection, identity: Identity) -> Row:
        wanted = {"tenant_id": self.tenant.id, "external_id": identity.external_id}
        known = connection.execute(store.USER_BY_EXTERNAL_ID, wanted).mappings().one_or_none()
        if known is not None:
            return known
        user = users.new_user(
            id=self.ids.uuid(), given_name=identity.given_name, family_name=identity.family_name, **wanted
        )
        connection.execute(store.CREATE_USER, user)
        return user

    def _cookie(self, secret: str, expires_at: datetime, *, is_secure: bool) -> str:
        # How long, not until when: the browser's clock is its own.
        lifetime = int((expires_at - self.clock.now()).total_seconds())
        cookie = f"{SESSION_COOKIE}={secret}; Max-Age={lifetime}; Path=/; HttpOnly; SameSite=Lax"
        return f"{cookie}; Secure" if is_secure else cookie


def _texts(body: Mapping[str, Any]) -> dict[str, str | None]:
    """The fields of a launch; web forms send empty ones for none. Fields of later SDKs are none of our business."""
    texts: dict[str, str | None] = {}
    for name in ("token", "client_id", "locale", "location", "theme", "timezone"):
        value = body.get(name) or None
        # A token is longer than a text may be, and is looked at by itself.
        wrong = what_is_wrong_with_text(value) if name != "token" else None
        if value is not None and (wrong or not isinstance(value, str)):
            raise Refused(422, {name: [wrong or "must be text"]})
        texts[name] = value
    return texts


def _wants_page(call: Call) -> bool:
    accept = call.headers.get("accept", "")
    return "text/html" in accept and "application/json" not in accept


def _place(location: str | None) -> str:
    """Where to go in the web app: never to another host, whatever a launch asks for."""
    return location if location is not None and _PATH_ON_THIS_HOST.fullmatch(location) else START_PAGE

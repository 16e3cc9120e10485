"""One request within its transaction, and the principal who sent it."""

import hashlib

import attrs
from starlette.requests import cookie_parser

from ..server.database import Connection
from ..server.http.answers import Refused
from ..server.http.request import HTTPRequest
from ..server.ids import Ids
from . import store
from .access.id_tokens import Identity
from .outbox import Outbox
from .store.listings import Collection, T, single
from .store.principals import KeptAnswer, SessionRow
from .store.users import UserRow
from .tenant import Tenant

SESSION_COOKIE = "impact_session"


@attrs.frozen
class User:
    """An end user with a session, who reaches their own data.

    Attributes:
        kept: The earlier answer under the idempotency key of this request.
    """

    session: SessionRow
    row: UserRow
    kept: KeptAnswer | None

    @property
    def id(self) -> str:
        return self.row.id

    @property
    def tenant_id(self) -> str:
        return self.row.tenant_id


@attrs.frozen
class Bank:
    """The bank's backend with its access token, which reaches all data of its tenant.

    Attributes:
        kept: The earlier answer under the idempotency key of this request.
    """

    tenant_id: str
    kept: KeptAnswer | None

    @property
    def id(self) -> str:
        return self.tenant_id


Principal = User | Bank


@attrs.frozen(kw_only=True)
class Request:
    """What an operation works with: one transaction. Nothing here waits.

    Attributes:
        now: The moment of this transaction.
        outbox: Takes notes of what happens.
        id_token: The user of the ID token in the body, or what is wrong with it; for an operation that takes one.
    """

    connection: Connection
    http: HTTPRequest
    principal: Principal
    tenant: Tenant
    now: str
    ids: Ids
    outbox: Outbox
    id_token: Identity | str | None = None

    @property
    def reach(self) -> dict[str, str]:
        """The filters of every listing, so that principals see only what is theirs."""
        if isinstance(self.principal, User):
            return {"tenant_id": self.principal.tenant_id, "own_user_id": self.principal.id}
        return {"tenant_id": self.principal.tenant_id}

    @property
    def user(self) -> User:
        """The user who asks, in an operation for users only."""
        assert isinstance(self.principal, User)  # the table of operations says so
        return self.principal

    def find(self, collection: Collection[T], id: str) -> T | None:
        """The row with this id; None if the principal reaches none."""
        return single(collection, frozenset(self.reach)).one_or_none(self.connection, **self.reach, id=id)

    def one(self, collection: Collection[T], id: str, *, field: str = "id") -> T:
        """As `find()`; 404 on `field` if there is none."""
        row = self.find(collection, id)
        if row is None:
            raise Refused(404, {field: ["does not exist"]})
        return row

    def the_one_asked_for(self, collection: Collection[T]) -> T:
        """As `one()`, with the id in the path."""
        return self.one(collection, self.http.parameters["id"])

    def owner(self, user_id: str, *, field: str) -> UserRow:
        """The user who gets something new; 400 on `field` if the tenant has no such user.

        To a user all other users are unknown: 404, as everywhere.
        """
        if isinstance(self.principal, User):
            if user_id != self.principal.id:
                raise Refused(404, {field: ["does not exist"]})
            return self.principal.row
        row = store.users.BY_ID.one_or_none(self.connection, id=user_id, tenant_id=self.principal.tenant_id)
        if row is None:
            raise Refused(400, {field: ["does not exist"]})
        return row


@attrs.frozen
class Credential:
    """The secret of a request, if it has one."""

    secret: str | None = attrs.field(repr=False)
    is_token: bool


def credential(http: HTTPRequest) -> Credential:
    """A bearer token, or else the cookie of a session."""
    authorization = http.headers.get("authorization")
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        return Credential(token.strip() if scheme.lower() == "bearer" else None, is_token=True)
    # Of several sessions the first counts, which has the longest path, such as a world's (RFC 6265, 5.4). The parser
    # takes the last cookie of a name.
    cookies = ";".join(reversed(http.headers.get("cookie", "").split(";")))
    return Credential(cookie_parser(cookies).get(SESSION_COOKIE), is_token=False)


def hashed(secret: str) -> str:
    """The stored form of a secret. A secret has 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def identify(connection: Connection, credential: Credential, *, key: str | None, now: str) -> Principal:
    """The principal of a request; 401 without valid credentials.

    Args:
        key: The idempotency key of the request.
    """
    if credential.secret is None:
        raise unauthorized("send an access token, or the cookie of a session")
    if credential.is_token:
        return _bank(connection, hashed(credential.secret), key, now)
    return _user(connection, hashed(credential.secret), key, now)


def _bank(connection: Connection, token_hash: str, key: str | None, now: str) -> Bank:
    found = store.principals.TOKEN.one_or_none(connection, token_hash=token_hash, key=key)
    if found is None or found[0].expires_at <= now:
        state = "unknown" if found is None else "expired"
        raise unauthorized(f"the access token is {state}; get one at POST /oauth/token", ' error="invalid_token"')
    token, kept = found
    return Bank(token.tenant_id, kept)


def _user(connection: Connection, secret_hash: str, key: str | None, now: str) -> User:
    found = store.principals.SESSION.one_or_none(connection, secret_hash=secret_hash, key=key)
    if found is None or found[0].expires_at <= now:
        state = "unknown, or was ended" if found is None else "expired"
        raise unauthorized(f"the session is {state}; launch again with a new ID token")
    return User(*found)


def unauthorized(sentence: str, more: str = "") -> Refused:
    return Refused(401, {"base": [sentence]}, headers={"WWW-Authenticate": f"Bearer{more}"})

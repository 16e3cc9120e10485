"""A session as one secret text, with which another process takes it up: how it is written and read.

The text gives access to the session: it is a `Secret`, and no message repeats any of it. Checking a text raises no
exception, because an exception would hold the text.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from .. import wire
from ..api.sessions import Sessions
from ..api.users import Users
from ..errors import ConfigurationError, Forbidden, InvalidCredentials, NotFound, SessionClosed, Unauthorized
from ..http.cookies import SessionCookie
from ..http.headers import Proof
from ..http.replies import Reply
from ..http.transport import Auth, Transport
from ..parsing import server_time
from ..parsing.visible import visible
from ..secrets import REDACTED, ConcealedBytes, Secret
from .launch import Begun, Launch

# The number changes when this version cannot read earlier texts, or an earlier version cannot read ours.
KIND = "impact-session-"
FORMAT = f"{KIND}1"

# Cookies have a few hundred characters. The length is checked before anything is read.
LONGEST = 65_536

NEXT = "launch again, with an ID token"


@attrs.frozen(kw_only=True)
class Exported:
    """What another process needs and cannot ask DES for."""

    base_url: str
    launch: Launch
    user_id: str
    cookie: SessionCookie


def written(exported: Exported) -> Secret:
    """The text; `ConfigurationError` if the cookies of DES make it too long."""
    launch = exported.launch
    content = ConcealedBytes(
        wire.dumps(
            {
                "base_url": exported.base_url,
                "client_id": launch.client_id,
                "locale": launch.locale,
                "location": launch.location,
                "theme": launch.theme,
                "timezone": launch.timezone,
                "user_id": exported.user_id,
                "cookie": exported.cookie.values,
            }
        )
    )
    encoded = ConcealedBytes(base64.urlsafe_b64encode(content))
    secret = Secret(f"{FORMAT}.{encoded.decode()}.{_checksum(encoded)}")
    if len(secret.reveal()) > LONGEST:
        raise ConfigurationError(f"the session cannot be exported: its cookies have {len(content)} bytes")
    return secret


def read(secret: Secret, *, base_url: str, client_id: str) -> Exported:
    """Read the text of a session.

    Raises:
        InvalidCredentials: It is no such text, or belongs to another DES or bank. The message repeats none of it.
    """
    content = _content(secret)
    if not isinstance(content, ConcealedBytes):
        raise InvalidCredentials(f"the exported session cannot be taken up: {content}; {NEXT}")
    exported = _exported(content)
    if exported is None:
        raise InvalidCredentials(f"the exported session cannot be taken up: it is incomplete; {NEXT}")
    for name, theirs, ours in (
        ("base_url", exported.base_url, base_url),
        ("client_id", exported.launch.client_id, client_id),
    ):
        if theirs != ours:
            raise InvalidCredentials(
                f"the exported session cannot be taken up: it is of {name} {visible(theirs)!r}, and this SDK has "
                f"{ours!r}; {NEXT}"
            )
    return exported


async def taken_up(exported: Exported, transport: Transport) -> Begun:
    """The session as DES has it now.

    Args:
        transport: In nobody's name: the cookie says who the user is.

    Raises:
        SessionClosed: It has ended at DES.
        InvalidCredentials: DES does not know its user.
    """
    auth = _TakenUp(exported.cookie)
    own = attrs.evolve(transport, auth=auth)
    try:
        user = await Users(own).get(exported.user_id)
        settings = await Sessions(own).get()
    except Unauthorized as error:
        raise SessionClosed(f"the exported session has ended at DES ({error}); {NEXT}") from error
    except (Forbidden, NotFound) as error:
        raise InvalidCredentials(f"the exported session is not of the user that it says ({error}); {NEXT}") from error
    ends_at = server_time.later(settings.expires_at, server_time.ahead(*auth.heard))
    return Begun(user=user, settings=settings, cookie=auth.cookie, expires_at=ends_at)


@attrs.define(eq=False)
class _TakenUp(Auth):
    """The cookie of a session that is taken up, and the newest answer of DES. A 401 is final: no other proof exists."""

    cookie: SessionCookie
    heard: tuple[Mapping[str, str], datetime] = attrs.field(init=False, repr=False)

    async def headers(self, asking: Transport) -> Proof:
        return self.cookie.headers

    def answered(self, reply: Reply) -> None:
        self.heard = reply.headers, reply.received_at
        self.cookie = self.cookie.renewed(reply) or self.cookie


def _checksum(encoded: bytes) -> str:
    """Finds damaged texts. It proves nothing: anybody can write a text with the right checksum."""
    return hashlib.sha256(encoded).hexdigest()[:16]


def _content(secret: Secret) -> ConcealedBytes | str:
    """The content of the text, or a sentence about the error in it."""
    if not isinstance(secret.reveal(), str) or not secret.reveal():
        return "it is empty, or not a text"
    if secret.reveal() == REDACTED:
        return "it is how a secret is printed; store what its reveal() returns"
    if len(secret.reveal()) > LONGEST:
        return f"it has {len(secret.reveal())} characters; {LONGEST} is the most"
    kind, _, rest = secret.reveal().partition(".")
    if not kind.startswith(KIND):
        return "it does not come from session.export()"
    if kind != FORMAT:
        return "it is of another version of the SDK, or damaged"
    encoded, _, checksum = rest.partition(".")
    if not rest.isascii() or checksum != _checksum(encoded.encode()):
        return "it is damaged, or a part of it is missing"
    try:
        return ConcealedBytes(base64.b64decode(encoded, altchars=b"-_", validate=True))
    except binascii.Error:
        return "it is damaged, or a part of it is missing"


def _exported(content: bytes) -> Exported | None:
    try:
        held = wire.loads(content)
        texts = {name: held[name] for name in ("base_url", "client_id", "locale", "user_id")}
        perhaps = {name: held[name] for name in ("location", "theme", "timezone")}
        cookie: Any = held["cookie"]
        are_texts = all(isinstance(each, str) and each for each in [*texts.values(), *cookie, *cookie.values()])
        if not are_texts or not all(each is None or isinstance(each, str) for each in perhaps.values()):
            return None
    except (wire.Unreadable, LookupError, TypeError, AttributeError):
        return None
    launch = Launch(client_id=texts["client_id"], locale=texts["locale"], **perhaps)
    return Exported(base_url=texts["base_url"], launch=launch, user_id=texts["user_id"], cookie=SessionCookie(cookie))

"""A session as one text, with which another process takes it up: what is in it, and how it is read again.

The text is as good as the session: it is a `Secret`, and no message has any of it. What is wrong with one is found
without an exception, which would hold what it was read from.
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

# Another number where a text can no longer be read by this version, or this one's by an earlier one.
KIND = "impact-session-"
FORMAT = f"{KIND}1"

# Cookies have some hundred characters. It is looked at before anything is read.
LONGEST = 65_536

NEXT = "launch again, with an ID token"


@attrs.frozen(kw_only=True)
class Exported:
    """All that another process cannot ask DES for."""

    base_url: str
    launch: Launch
    user_id: str
    cookie: SessionCookie


def written(exported: Exported) -> Secret:
    """The text; `ConfigurationError` where DES has set cookies of such a length that nothing could keep it."""
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
    """The session that a text is of.

    Raises:
        InvalidCredentials: It is none, or of another DES or bank; the message has nothing of it.
    """
    content = _content(secret)
    if not isinstance(content, ConcealedBytes):
        raise InvalidCredentials(f"the exported session cannot be taken up: {content}; {NEXT}")
    exported = _exported(content)
    if exported is None:
        raise InvalidCredentials(f"the exported session cannot be taken up: it lacks what every one has; {NEXT}")
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
        transport: Nobody's; the cookie says who it is.

    Raises:
        SessionClosed: It has ended there.
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
    """A session's cookie, and what DES says as it is looked at. A 401 is the answer: there is no other proof."""

    cookie: SessionCookie
    heard: tuple[Mapping[str, str], datetime] = attrs.field(init=False, repr=False)

    async def headers(self, asking: Transport) -> Proof:
        return self.cookie.headers

    def answered(self, reply: Reply) -> None:
        self.heard = reply.headers, reply.received_at
        self.cookie = self.cookie.renewed(reply) or self.cookie


def _checksum(encoded: bytes) -> str:
    """Finds slips. It proves nothing: whoever has written the text may have written anything."""
    return hashlib.sha256(encoded).hexdigest()[:16]


def _content(secret: Secret) -> ConcealedBytes | str:
    """What the text holds, or what is wrong with it."""
    if not isinstance(secret.reveal(), str) or not secret.reveal():
        return "it is empty, or no text"
    if secret.reveal() == REDACTED:
        return "it is what a secret looks like when it is printed; keep what its reveal() gives"
    if len(secret.reveal()) > LONGEST:
        return f"it has {len(secret.reveal())} characters, and none has more than {LONGEST}"
    kind, _, rest = secret.reveal().partition(".")
    if not kind.startswith(KIND):
        return "it is nothing that session.export() gives"
    if kind != FORMAT:
        return "it is of another version of the SDK, or damaged"
    encoded, _, checksum = rest.partition(".")
    if not rest.isascii() or checksum != _checksum(encoded.encode()):
        return "it is not whole"
    try:
        return ConcealedBytes(base64.b64decode(encoded, altchars=b"-_", validate=True))
    except binascii.Error:
        return "it is not whole"


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

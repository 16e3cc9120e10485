"""A session's cookie: read from answers, sent with requests, never shown."""

from collections.abc import Mapping
from datetime import timedelta
from http.cookies import CookieError, Morsel, SimpleCookie

import attrs

from . import wire
from .errors import UnexpectedResponse
from .replies import Reply, unexpected


@attrs.frozen
class SessionCookie:
    """What keeps a user signed in at DES.

    Attributes:
        lifetime: How long it lasts from when it was sent (`Max-Age`); None where DES does not say.
    """

    _values: Mapping[str, str] = attrs.field(repr=False)
    lifetime: timedelta | None = None

    @classmethod
    def of(cls, reply: Reply) -> "SessionCookie":
        """The cookies that an answer sets; `UnexpectedResponse` where it sets none."""
        jar = _jar(reply)
        if not jar:
            raise UnexpectedResponse("DES began a session and set no cookie", status=reply.status)
        return cls({name: morsel.coded_value for name, morsel in jar.items()}, _lifetime(jar))

    def renewed(self, reply: Reply) -> "SessionCookie | None":
        """The same cookie as an answer sets it anew; None where it does not. Other cookies are not the session's."""
        if not reply.set_cookies:
            return None
        jar = {name: morsel for name, morsel in _jar(reply).items() if name in self._values}
        values = {name: morsel.coded_value for name, morsel in jar.items()}
        return SessionCookie({**self._values, **values}, _lifetime(jar)) if jar else None

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self._values.items())}


def _jar(reply: Reply) -> SimpleCookie:
    jar: SimpleCookie = SimpleCookie()
    for text in reply.set_cookies:
        try:
            jar.load(text)
        except CookieError as error:
            raise unexpected(reply, wire.Unreadable(["a cookie that is none"])) from error
    return jar


def _lifetime(jar: Mapping[str, Morsel[str]]) -> timedelta | None:
    ages = [morsel["max-age"] for morsel in jar.values()]
    seconds = [int(age) for age in ages if age.isascii() and age.isdigit()]
    return timedelta(seconds=min(seconds)) if seconds else None

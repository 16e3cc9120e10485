"""A session's cookie. It is read from answers, sent with requests, and never shown."""

from collections.abc import Mapping
from datetime import timedelta

import attrs

from ..parsing import server_time
from ..parsing.set_cookie import ENDED, SetCookie, parsed
from ..secrets import Secret
from .replies import Reply, unexpected

# The sandbox's name for it. The vendor documents none.
SESSION = "impact_session"


@attrs.frozen
class SessionCookie:
    """The cookie that keeps a user signed in at DES, and others that came with it, for example from a load balancer.

    Attributes:
        lifetime: How long the session's own cookie lasts after it was sent; None if DES does not say, or sent several
            cookies and none has the known name.
    """

    values: Mapping[str, str] = attrs.field(repr=False)
    lifetime: timedelta | None = None

    @classmethod
    def of(cls, reply: Reply) -> "SessionCookie":
        """The cookies that an answer sets; `UnexpectedResponse` if it sets none."""
        present = {name: cookie for name, cookie in _cookies(reply).items() if cookie.lifetime != ENDED}
        if not present:
            problem = "it begins a session and sets no cookie"
            raise unexpected(reply, problem, is_repeatable=True, may_hold_secret=True)
        return cls({name: cookie.value for name, cookie in present.items()}, _lifetime(present, present))

    def renewed(self, reply: Reply) -> "SessionCookie | None":
        """The same cookies with the new values of an answer; None if it has none. Other cookies are ignored."""
        if not reply.set_cookies:
            return None
        anew = {name: cookie for name, cookie in _cookies(reply).items() if name in self.values}
        if not anew:
            return None
        values = {name: value for name, value in self.values.items() if name not in anew}
        values |= {name: cookie.value for name, cookie in anew.items() if cookie.lifetime != ENDED}
        return SessionCookie(values, _lifetime(anew, self.values))

    @property
    def headers(self) -> Mapping[str, str | Secret]:
        return {"Cookie": Secret("; ".join(f"{name}={value}" for name, value in self.values.items()))}


def _cookies(reply: Reply) -> Mapping[str, SetCookie]:
    sent_at = reply.received_at - server_time.ahead(reply.headers, reply.received_at)
    cookies = (parsed(text, sent_at) for text in reply.set_cookies)
    return {cookie.name: cookie for cookie in cookies if cookie is not None}


def _lifetime(cookies: Mapping[str, SetCookie], of_session: Mapping[str, object]) -> timedelta | None:
    """How long the session's own cookie lasts, if it is among these."""
    own = [SESSION] if SESSION in of_session else list(of_session)
    return cookies[own[0]].lifetime if len(own) == 1 and own[0] in cookies else None

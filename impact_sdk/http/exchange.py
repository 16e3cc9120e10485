"""One attempt at a request: bytes to DES, and back."""

import functools
import logging
import re
import sys
import time
import uuid
from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

import attrs

from .. import logs
from ..addresses import host
from ..clock import Clock
from ..errors import ConfigurationError, ImpactError
from ..reports import without_frames
from ..secrets import Secret
from ..tasks.handed_over import Source
from ..tasks.home import Home
from .carriers import evidence
from .carriers.bodies import Unusable
from .carriers.seam import Carrier, Incoming, Outgoing, Sending
from .carriers.time_limits import Limits
from .deprecations import Deprecations
from .policy import Policy
from .replies import Reply
from .routes import told

logger = logging.getLogger("impact_sdk")

ADDRESSES_AT_HAND = 256
# Many servers and proxies accept no longer address.
LONGEST_ADDRESS = 8_000
METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})

# DES sends this header with every answer if it keeps the first answer to a key (ours; docs/des.md 6).
HONOURS_KEYS = "idempotency-key-lifetime"

# RFC 9110, 5.5: what a header may hold.
FIELD_VALUE = re.compile(rb"[^\x00\r\n]*")


@attrs.define(eq=False, repr=False, kw_only=True)
class HTTP:
    """A connection to one DES, and all else that the requests of several users share. Nothing here is one user's.

    Args:
        source: Idempotency keys and jitter come from it; a simulation passes a seeded one.
        headers: Sent with every request.
        policy: How its calls ask, unless they say otherwise.

    Attributes:
        honours_keys: DES has said that it keeps the first answer to an idempotency key.
    """

    base_url: str
    carrier: Carrier
    clock: Clock
    source: Source
    headers: Mapping[str, str | Secret]
    policy: Policy
    honours_keys: bool = attrs.field(default=False, init=False)
    is_closed: bool = attrs.field(default=False, init=False)
    _has_closed: bool = attrs.field(default=False, init=False)
    deprecations: Deprecations = attrs.field(factory=Deprecations, init=False)
    _own_headers: list[tuple[bytes, bytes]] = attrs.field(init=False)
    _home: Home = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._home = Home("this client", is_bound_to_loop=self.carrier.is_bound_to_loop)
        netloc = urlsplit(self.base_url).netloc.encode()
        self._own_headers = [
            (b"Host", netloc),
            *((name.encode(), text.encode()) for name, text in self.headers.items()),
        ]

    def require_same_loop(self) -> None:
        """`ConfigurationError` in another process or event loop than that of the first call: connections stay there."""
        self._home.settle()

    def address(self, path: str, query: Mapping[str, object] | None = None) -> str:
        given = tuple((name, _as_text(value)) for name, value in (query or {}).items() if value is not None)
        url = f"{self.base_url}{path}" + (f"?{_query(given)}" if given else "")
        if len(url) > LONGEST_ADDRESS:
            name, text = max(given, key=lambda pair: len(pair[1]), default=("the path", path))
            raise ConfigurationError(f"{name} has {len(text)} characters, which is too long for an address")
        return url

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str | Secret],
        content: bytes | None,
        limits: Limits | None = None,
        sending: Sending | None = None,
    ) -> Reply:
        """One attempt. Raises `NotSent` or `OutcomeUnknown` if there is no answer.

        Args:
            sending: Takes what becomes known on the way.
        """
        outgoing, sending = self._outgoing(method, url, headers, content, limits or Limits()), sending or Sending()
        sending.began, handled = time.monotonic(), sys.exc_info()[1]
        try:
            incoming = await self.carrier.exchange(outgoing, sending)
        except ImpactError:  # the host's transport did not give a response
            raise
        except Exception as error:
            without_frames(error, handled=handled)
            to = f"{host(url)} through {self.carrier.through}" if self.carrier.through else host(url)
            raise evidence.without_answer(error, outgoing, sending, to=to) from error
        except BaseException as error:  # cancelled
            without_frames(error, handled=handled)
            raise
        if logger.isEnabledFor(logging.DEBUG):
            path, status, seconds = outgoing.path, incoming.status, time.monotonic() - sending.began
            extra = logs.fields("request.answered", method=method, path=path, status=status, seconds=seconds)
            logger.debug("%s %s answered %s", method, told(url), status, extra=extra)
        return self._reply(outgoing, incoming)

    def _outgoing(
        self, method: str, url: str, headers: Mapping[str, str | Secret], content: bytes | None, limits: Limits
    ) -> Outgoing:
        path = url.removeprefix(self.base_url).partition("?")[0]
        if self.is_closed:
            raise ConfigurationError(f"{method} {path} was not sent: this client is closed; make another one")
        body = content or b""
        fields = [*self._own_headers, *((name.encode(), text.encode("latin-1")) for name, text in headers.items())]
        if content is not None or method in METHODS_WITH_BODY:
            fields.append((b"Content-Length", str(len(body)).encode()))
        for name, value in fields:
            if not FIELD_VALUE.fullmatch(value):
                raise ConfigurationError(f"{method} {path} was not sent: its {name.decode()} is not a valid header")
        return Outgoing(
            method=method, url=url, path=path, target=_target(url), headers=fields, content=body, limits=limits
        )

    def _reply(self, outgoing: Outgoing, incoming: Incoming) -> Reply:
        if HONOURS_KEYS in incoming.headers:
            self.honours_keys = True
        unusable = incoming.body if isinstance(incoming.body, Unusable) else None
        return Reply(
            method=outgoing.method,
            path=outgoing.path,
            status=incoming.status,
            headers=incoming.headers,
            content=incoming.body if isinstance(incoming.body, bytes) else b"",
            received_at=self.clock.now(),
            set_cookies=incoming.headers.all(b"set-cookie"),
            unusable=None if unusable is None else str(unusable),
        )

    def new_key(self) -> str:
        """An idempotency key: a random UUID."""
        return str(uuid.UUID(int=self.source.getrandbits(128), version=4))

    async def prepare(self, limits: Limits | None = None) -> None:
        """Have a connection ready: asks for the headers of the address, whatever they are. Raises as `send()` does."""
        self.require_same_loop()
        await self.send("HEAD", self.address("/"), {}, None, limits)

    async def aclose(self) -> None:
        if self._has_closed:
            return
        self._home.require()
        self.is_closed = True
        await self.carrier.aclose()
        self._has_closed = True  # only now: if this call was cancelled, the next one goes on


# A caller that polls asks for the same address again and again.
_query = functools.lru_cache(ADDRESSES_AT_HAND)(urlencode)


@functools.lru_cache(ADDRESSES_AT_HAND)
def _target(url: str) -> bytes:
    """Path and query, as the first line of a request has them."""
    parts = urlsplit(url)
    # A quoted character stays quoted; what is not quoted in a base_url is quoted here.
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~") or "/"
    return (f"{path}?{parts.query}" if parts.query else path).encode()


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

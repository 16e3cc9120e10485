"""One attempt at a request: bytes to DES, and back. The only room that knows httpx, httpcore and aiohttp."""

import functools
import logging
import random
import re
import sys
import time
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack
from urllib.parse import quote, urlencode, urlsplit

import attrs

from .. import logs
from ..addresses import checked_base_url, goes_in_the_clear, host
from ..clock import Clock, SystemClock
from ..clock import of as clock_of
from ..errors import ConfigurationError, ImpactError
from ..reports import without_frames
from ..secrets import Secret
from ..tasks.handed_over import Source, source_of
from ..tasks.home import Home
from .carriers import evidence
from .carriers.bodies import Unusable
from .carriers.choice import carrier_of
from .carriers.host_transport import HostTransport
from .carriers.seam import Carrier, Outgoing, Sending
from .carriers.settings import ConnectionOptions
from .carriers.time_limits import Limits
from .deprecations import Deprecations
from .identity import user_agent
from .replies import Reply
from .routes import told

if TYPE_CHECKING:
    from .policy import Policy

__all__ = ["HTTP", "Limits", "Sending", "of"]

logger = logging.getLogger("impact_sdk")

ADDRESSES_AT_HAND = 256
# Of servers and proxies many take no more.
LONGEST_ADDRESS = 8_000
METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})

# DES sends it with every answer when it keeps the first answer to a key (ours; docs/des.md 6).
HONOURS_KEYS = "idempotency-key-lifetime"

# RFC 9110, 5.5: what a header may hold.
FIELD_VALUE = re.compile(rb"[^\x00\r\n]*")


def of(
    base_url: str,
    *,
    clock: Clock | None = None,
    source: random.Random | None = None,
    headers: Mapping[str, str | Secret] | None = None,
    **connection: Unpack[ConnectionOptions],
) -> "HTTP":
    """The connection that a caller wants; `ConfigurationError` where an argument cannot work.

    Args:
        headers: What is sent with every request.
    """
    address = checked_base_url(base_url)
    made = HTTP(
        base_url=address,
        clock=clock_of(clock),
        source=source_of(source),
        carrier=carrier_of(address, **connection),
        headers={**OWN_HEADERS, **(headers or {})},
    )
    # Of a transport of the host's nobody knows how it gets there.
    if goes_in_the_clear(address) and not isinstance(made.carrier, HostTransport):
        logger.warning(
            "secrets and tokens go to %s unencrypted, as it is no https address; give one as base_url",
            host(address),
            extra=logs.fields("connection.unencrypted", address=host(address)),
        )
    return made


OWN_HEADERS: Mapping[str, str | Secret] = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": user_agent(),
}


@attrs.define(eq=False, repr=False)
class HTTP:
    """A connection to one DES, and all that the requests of several users may share: nothing of theirs.

    Args:
        source: Where idempotency keys and jitter come from; a simulation passes a seeded one.
        headers: What is sent with every request.

    Attributes:
        policy: How its client asks; None for the usual way.
    """

    base_url: str
    carrier: Carrier
    clock: Clock = attrs.field(factory=SystemClock)
    source: Source = attrs.field(factory=random.SystemRandom)
    headers: Mapping[str, str | Secret] = attrs.field(factory=lambda: OWN_HEADERS)
    honours_keys: bool = attrs.field(default=False, init=False)
    is_closed: bool = attrs.field(default=False, init=False)
    _has_closed: bool = attrs.field(default=False, init=False)
    deprecations: Deprecations = attrs.field(factory=Deprecations, init=False)
    policy: "Policy | None" = attrs.field(default=None, init=False)
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
        """`ConfigurationError` in another process or event loop than the first call was in: connections are there."""
        self._home.settle()

    def address(self, path: str, query: Mapping[str, Any] | None = None) -> str:
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
        """One attempt. Raises `NotSent` or `OutcomeUnknown` where there is no answer.

        Args:
            sending: Takes what becomes known on the way.
        """
        path, target = url.removeprefix(self.base_url).partition("?")[0], _target(url)
        if self.is_closed:
            raise ConfigurationError(f"{method} {path} was not sent: this client is closed; make another one")
        body = content or b""
        fields = [*self._own_headers, *((name.encode(), text.encode("latin-1")) for name, text in headers.items())]
        if content is not None or method in METHODS_WITH_BODY:
            fields.append((b"Content-Length", str(len(body)).encode()))
        for name, value in fields:
            if not FIELD_VALUE.fullmatch(value):
                raise ConfigurationError(f"{method} {path} was not sent: its {name.decode()} is no header")
        outgoing = Outgoing(
            method=method, url=url, path=path, target=target, headers=fields, content=body, limits=limits or Limits()
        )
        sending, began, handled = sending or Sending(), time.monotonic(), sys.exc_info()[1]
        try:
            incoming = await self.carrier.exchange(outgoing, sending)
        except ImpactError:  # the host's transport gave what is no answer
            raise
        except Exception as error:
            without_frames(error, handled=handled)
            to = f"{host(url)} through {self.carrier.through}" if self.carrier.through else host(url)
            raise evidence.without_answer(error, outgoing, sending, to=to, seconds=time.monotonic() - began) from error
        except BaseException as error:  # cancelled
            without_frames(error, handled=handled)
            raise
        if logger.isEnabledFor(logging.DEBUG):
            about = logs.fields(
                "request.answered", method=method, path=path, status=incoming.status, seconds=time.monotonic() - began
            )
            logger.debug("%s %s answered %s", method, told(url), incoming.status, extra=about)
        if HONOURS_KEYS in incoming.headers:
            self.honours_keys = True
        return Reply(
            method=method,
            path=path,
            status=incoming.status,
            headers=incoming.headers,
            content=b"" if isinstance(incoming.body, Unusable) else incoming.body,
            received_at=self.clock.now(),
            set_cookies=incoming.headers.all(b"set-cookie"),
            unusable=str(incoming.body) if isinstance(incoming.body, Unusable) else None,
        )

    def new_key(self) -> str:
        """An idempotency key: a random UUID."""
        return str(uuid.UUID(int=self.source.getrandbits(128), version=4))

    async def prepare(self, limits: Limits | None = None) -> None:
        """Have a connection ready: asks for the address's headers, whatever these are. Raises as `send()` does."""
        self.require_same_loop()
        await self.send("HEAD", self.address("/"), {}, None, limits)

    async def aclose(self) -> None:
        if self._has_closed:
            return
        self._home.require()
        self.is_closed = True
        await self.carrier.aclose()
        self._has_closed = True  # not before: where this one was cancelled, the next one goes on


# Whoever looks for news asks the same again and again.
_query = functools.lru_cache(ADDRESSES_AT_HAND)(urlencode)


@functools.lru_cache(ADDRESSES_AT_HAND)
def _target(url: str) -> bytes:
    """Path and query, as the first line of a request has them."""
    parts = urlsplit(url)
    # What is quoted stays so; what of a base_url is not, is now.
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~") or "/"
    return (f"{path}?{parts.query}" if parts.query else path).encode()


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

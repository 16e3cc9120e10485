"""The interface to the network: one request, its answer, and what is known if there is no answer."""

import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Protocol

import attrs

from .bodies import Unusable
from .time_limits import Limits

HeaderFields = Sequence[tuple[bytes, bytes]]

# A free connection is kept so long. Many servers, uvicorn and Node among them, close a connection five seconds after
# their last answer; a POST that is sent at that moment is lost.
KEPT_SECONDS = 4.0


@attrs.frozen(kw_only=True)
class Outgoing:
    """One request, as it is sent.

    Attributes:
        path: Below the address of DES, without the query, for messages.
        target: Path and query, as the first line has them.
        headers: All headers, with `Host` and `Content-Length`. Bytes, since a cookie is sent back unchanged.
    """

    method: str
    url: str
    path: str
    target: bytes
    headers: HeaderFields = attrs.field(repr=False)
    content: bytes = attrs.field(repr=False)
    limits: Limits


@attrs.define(repr=False)
class Body:
    """A request's body, in one piece. Not a generator: a cancelled call would leave it open, and trio warns of that."""

    content: bytes
    _is_taken: bool = attrs.field(default=False, init=False)

    def __iter__(self) -> Iterator[bytes]:
        return iter((self.content,))

    def __aiter__(self) -> AsyncIterator[bytes]:
        return Body(self.content)

    async def __anext__(self) -> bytes:
        if self._is_taken:
            raise StopAsyncIteration
        self._is_taken = True
        return self.content


class Headers(Mapping[str, str]):
    """An answer's headers. Names are looked up in any case; the values of one name are joined with commas.

    Attributes:
        raw: The headers as they came.
    """

    __slots__ = ("_by_name", "raw")

    def __init__(self, raw: HeaderFields) -> None:
        self.raw = raw
        self._by_name: dict[str, str] | None = None

    def _texts(self) -> dict[str, str]:
        if self._by_name is None:
            self._by_name = {}
            for name, value in self.raw:
                key, text = name.decode("latin-1").lower(), value.decode("latin-1")
                self._by_name[key] = f"{self._by_name[key]}, {text}" if key in self._by_name else text
        return self._by_name

    def __getitem__(self, name: str) -> str:
        return self._texts()[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._texts()

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts())

    def __len__(self) -> int:
        return len(self._texts())

    def __repr__(self) -> str:
        # Only names: the values include cookies.
        return f"<Headers {', '.join(self)}>"

    def __reduce__(self) -> tuple[object, ...]:
        return Headers, (self.raw,)

    def all(self, name: bytes) -> tuple[str, ...]:
        """The values of one name, one by one.

        Args:
            name: In lower case.
        """
        return tuple(value.decode("latin-1") for each, value in self.raw if each.lower() == name)


@attrs.frozen
class Incoming:
    """One whole answer. The body is `Unusable` if it cannot be used."""

    status: int
    headers: Headers
    body: bytes | Unusable = attrs.field(repr=False)


@attrs.define
class Sending:
    """How far one request has got: the evidence that its carrier writes down.

    Attributes:
        tells: The carrier writes down when sending begins. If it has not begun, the class of an error is evidence.
        tells_all: `trace` hears of each step, so after the first step it misses none.
        is_watched: The start of sending cannot be missed. If it has not begun, nothing was sent, whatever failed.
        has_begun: A part of the request may have been given to a connection.
        no_connection: The error when a connection could not be made for it.
        waited_seconds: How long it waited for a place among the calls under way.
        began: When it was given to the carrier, by the machine's steady clock.
    """

    tells: bool = False
    tells_all: bool = False
    is_watched: bool = False
    has_begun: bool = False
    no_connection: BaseException | None = None
    waited_seconds: float = 0.0
    began: float = attrs.field(factory=time.monotonic)

    async def trace(self, event: str, info: Mapping[str, object]) -> None:
        """Called at each step by httpcore, and by transports like it (the extension `trace`)."""
        self.is_watched = self.is_watched or self.tells_all
        given = info if isinstance(info, Mapping) else {}
        if event.endswith(".send_request_headers.started"):
            # A CONNECT asks a proxy for a tunnel. It is not a request to DES.
            self.has_begun = self.has_begun or getattr(given.get("request"), "method", None) != b"CONNECT"
        elif event.startswith("connection.") and event.endswith(".failed"):
            failure = given.get("exception")
            self.no_connection = failure if isinstance(failure, BaseException) else None


class Carrier(Protocol):
    """What carries requests to DES and answers back.

    Attributes:
        is_bound_to_loop: It works only in the event loop of its first exchange.
        product: The library and its version, for the `User-Agent`: `httpcore/1.0.9`; empty if not known.
        through: The proxy that it uses, for a message; empty if there is none, or none is known.
    """

    @property
    def is_bound_to_loop(self) -> bool: ...

    @property
    def product(self) -> str: ...

    @property
    def through(self) -> str: ...

    async def exchange(self, outgoing: Outgoing, sending: Sending) -> Incoming:
        """Send one request, and return its answer. If there is none, it raises; `sending` says how far it got."""
        ...

    async def aclose(self) -> None:
        """Close all connections. A second call does nothing."""
        ...

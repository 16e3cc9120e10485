"""The seam to the network: what one exchange is given, what it gives, and what is known when it gives nothing."""

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
    """One request, as it goes out.

    Attributes:
        path: Below the address of DES, without its query, as messages name it.
        target: Path and query, as the first line has them.
        headers: All of them, `Host` and `Content-Length` too. Octets and not texts: a cookie goes back as it came.
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
    """A request's body, in one piece. No generator: a call that is cancelled leaves one behind, and trio says so."""

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
    """An answer's headers: looked up in any case; of several of one name, all, with commas between them.

    Attributes:
        raw: As they came.
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
        # Names alone: among the values there are cookies.
        return f"<Headers {', '.join(self)}>"

    def __reduce__(self) -> tuple[object, ...]:
        return Headers, (self.raw,)

    def all(self, name: bytes) -> tuple[str, ...]:
        """The values of one name, each for itself.

        Args:
            name: In small letters.
        """
        return tuple(value.decode("latin-1") for each, value in self.raw if each.lower() == name)


@attrs.frozen
class Incoming:
    """One answer, whole; or why its body cannot be used."""

    status: int
    headers: Headers
    body: bytes | Unusable = attrs.field(repr=False)


@attrs.define
class Sending:
    """How far one request has got: evidence, which whoever carries it writes down.

    Attributes:
        tells: Whether the carrier writes down each beginning: where it has not begun, an error's type may be believed.
        tells_all: Whether `trace` hears of each step, of whatever carries it: once it has heard of one, none is missed.
        is_watched: Whether no beginning can be missed: where it has not begun, nothing was sent, whatever failed.
        has_begun: Some of it may have been handed to a connection.
        no_connection: What failed when a connection was to be made for it.
        waited_seconds: For a place among the calls under way.
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
        """What httpcore, and what is made like it, calls at each step (its `trace` extension)."""
        self.is_watched = self.is_watched or self.tells_all
        given = info if isinstance(info, Mapping) else {}
        if event.endswith(".send_request_headers.started"):
            # One that asks a proxy for a way through is no request to DES.
            self.has_begun = self.has_begun or getattr(given.get("request"), "method", None) != b"CONNECT"
        elif event.startswith("connection.") and event.endswith(".failed"):
            failure = given.get("exception")
            self.no_connection = failure if isinstance(failure, BaseException) else None


class Carrier(Protocol):
    """What carries requests to DES and answers back.

    Attributes:
        is_bound_to_loop: Whether it is of use in the event loop of its first exchange only.
        product: The library that carries them, for the `User-Agent`: `httpcore/1.0.9`; empty if that is not known.
        through: The proxy that it sends through, as a message has it; empty where there is none, or none is known of.
    """

    @property
    def is_bound_to_loop(self) -> bool: ...

    @property
    def product(self) -> str: ...

    @property
    def through(self) -> str: ...

    async def exchange(self, outgoing: Outgoing, sending: Sending) -> Incoming:
        """One request, and its answer. Any exception means that there is none; `sending` says how far it got."""
        ...

    async def aclose(self) -> None:
        """Close all connections. A second call does nothing."""
        ...

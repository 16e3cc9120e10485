"""The error for a request without an answer. Evidence of what was sent decides, never the class of an error alone.

Libraries use one class for a refused connection and for one that was closed after the request. So a class can only make
the answer more careful. No I/O.
"""

import time
from collections.abc import Iterator

from ...errors import NotSent, OutcomeUnknown, TransportError
from ...mistakes.shown import lasting, told
from .places import NoPlace
from .seam import Outgoing, Sending
from .time_limits import TooLate

LONGEST_CHAIN = 20

# By name, since httpcore, httpx, their successors and aiohttp each have their own classes.
BEFORE_SENDING = frozenset(
    {
        "ClientConnectorError",
        "ClientHttpProxyError",
        "ConnectError",
        "ConnectTimeout",
        "ConnectionTimeoutError",
        "PoolTimeout",
        "ProxyError",
        "UnsupportedProtocol",
    }
)


def is_known_not_sent(error: Exception, sending: Sending) -> bool:
    """Whether it is known that no part of the request was given to a connection."""
    if sending.has_begun:
        return False
    if sending.is_watched or isinstance(error, (NoPlace, TooLate)):
        return True
    names = {kind.__name__ for kind in type(error).__mro__}
    if sending.tells and not names.isdisjoint(BEFORE_SENDING):
        return True
    # A failed connection proves nothing if something else was tried after it, unseen, and failed too.
    return sending.no_connection is not None and any(each is sending.no_connection for each in _origins(error))


def _origins(error: BaseException | None) -> Iterator[BaseException]:
    """An error and its causes."""
    for _ in range(LONGEST_CHAIN):
        if error is None:
            return
        yield error
        error = error.__cause__


def without_answer(error: Exception, outgoing: Outgoing, sending: Sending, *, to: str) -> TransportError:
    """The error for a request without an answer.

    Args:
        to: The address of DES, and the proxy on the way there, for the message.
    """
    took = lasting(time.monotonic() - sending.began)
    called, reason = f"{outgoing.method} {outgoing.path}", f"{told(error)}, after {took}"
    if is_known_not_sent(error, sending):
        return NotSent(f"{called} was not sent to {to} ({reason})")
    return OutcomeUnknown(f"{called} got no answer from {to} ({reason})")

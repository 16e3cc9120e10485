"""Rules for headers that a host adds to requests. No I/O."""

import re
from collections.abc import Collection, Mapping

from ..errors import ConfigurationError
from ..mistakes.shown import shown
from ..mistakes.wrong import wrong
from ..secrets import Secret

# RFC 9110, 5.6.2 and 5.5. ASCII only: servers differ in how they read the rest.
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}")
_VALUE = re.compile(r"([!-~]([ -~\t]*[!-~])?)?")
LONGEST_VALUE = 8_000

# Headers that prove in whose name a request is sent.
Proof = Mapping[str, str | Secret]

# Headers that the SDK sets itself, or that frame a request.
OURS = frozenset(
    {
        *("accept", "accept-encoding", "authorization", "connection", "content-encoding", "content-length"),
        *("content-type", "cookie", "expect", "host", "idempotency-key", "keep-alive", "proxy-authorization"),
        *("proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "user-agent"),
    }
)


def added(name: str, given: object, taken: Collection[str] = ()) -> dict[str, Secret]:
    """The headers that a host wants to add, as secrets, since they may be.

    `ConfigurationError` if one cannot be sent, or is one of the SDK's own.

    Args:
        name: The argument's name.
        taken: More names that are not free, in lower case.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise wrong(name, type(given).__name__, "a mapping of names to texts")
    found: dict[str, Secret] = {}
    for header, value in given.items():
        if not isinstance(header, str) or not _NAME.fullmatch(header):
            raise ConfigurationError(f"{name} has {shown(header)}, which is not the name of a header")
        if header.lower() in OURS or header.lower() in taken:
            instead = "; give app_info for it" if header.lower() == "user-agent" else ""
            raise ConfigurationError(f"{name} has {header}, which the SDK sets itself{instead}")
        secret = Secret(value)
        del value  # a report of an error shows what a frame holds
        if not _is_value(secret.reveal()):
            raise ConfigurationError(f"{name} has a value for {header} that is not visible ASCII text")
        if header.lower() in (each.lower() for each in found):
            raise ConfigurationError(f"{name} has {header} twice")
        found[header] = secret
    return found


def _is_value(text: object) -> bool:
    return isinstance(text, str) and len(text) <= LONGEST_VALUE and _VALUE.fullmatch(text) is not None

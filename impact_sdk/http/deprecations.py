"""Warns if DES will remove an operation: the headers `Deprecation` (RFC 9745 and drafts) and `Sunset` (RFC 8594)."""

import logging
import re
import sys
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime

import attrs

from ..logs import fields
from ..parsing.server_time import http_date
from ..parsing.visible import visible
from .replies import Reply
from .routes import route

logger = logging.getLogger("impact_sdk")

LONGEST_ADDRESS = 300
# For one client. A server may name another moment in each answer.
MOST_TOLD = 100

# The relations of links to pages for people.
RELATIONS = ("deprecation", "sunset", "successor-version")

# Each reads any header in linear time: no two of its parts match the same character.
_STRUCTURED_DATE = re.compile(r"@(-?\d{1,11})(?!\d)")
_LINK = re.compile(r"""<([^<>]*)>((?:[^"<,]|"[^"]*")*)""")
_RELATION = re.compile(r"""\brel\s*=\s*"?([a-z -]*)""")


class DeprecatedOperation(DeprecationWarning):
    """DES says that it will remove an operation that was used. Look for a newer version of this SDK.

    Each client warns once for each operation, and logs it too. If warnings are errors, it is only logged, so that the
    answer of DES is not lost.
    """


@attrs.define(eq=False)
class Deprecations:
    """The deprecations that one client has reported."""

    _told: set[tuple[str, ...]] = attrs.field(factory=set, init=False, repr=False)

    def heard(self, reply: Reply) -> None:
        """Report what an answer says, once."""
        if "deprecation" not in reply.headers and "sunset" not in reply.headers:
            return
        operation = f"{reply.method} {route(reply.path)}"
        said = (operation, reply.headers.get("deprecation", ""), reply.headers.get("sunset", ""))
        told = what_is_said(operation, reply.headers)
        if told is None or said in self._told or len(self._told) == MOST_TOLD:
            return
        self._told.add(said)
        told = visible(reply.redaction.of(told))
        logger.warning("%s", told, extra=fields("operation.deprecated", operation=operation))
        try:
            warnings.warn(told, DeprecatedOperation, stacklevel=_level_of_the_host())
        except Exception as error:  # warnings are errors here, or the host's own display failed
            logger.debug("the warning was not shown: %s", type(error).__name__, extra=fields("warning.not_shown"))


def what_is_said(operation: str, headers: Mapping[str, str]) -> str | None:
    """A sentence; None if the headers say nothing that can be read.

    Args:
        headers: By lower-case names.
    """
    deprecation = headers.get("deprecation", "").strip()
    is_deprecated = deprecation.lower() not in ("", "false", "?0")
    since, ends_at = _moment(deprecation), _moment(headers.get("sunset", ""))
    if not is_deprecated and ends_at is None:
        return None
    address = _address(headers.get("link", ""))
    details = [
        *([f"from {since:%Y-%m-%d %H:%M} UTC on"] if since else []),
        *([f"gone after {ends_at:%Y-%m-%d %H:%M} UTC"] if ends_at else []),
        *([f"see {address}"] if address else []),
    ]
    beside = f" ({'; '.join(details)})" if details else ""
    return (
        f"DES {'deprecates' if is_deprecated else 'ends'} {operation}{beside}; look for a newer version of impact-sdk"
    )


def _moment(text: str) -> datetime | None:
    found = _STRUCTURED_DATE.match(text)
    try:
        moment = datetime.fromtimestamp(int(found[1]), UTC) if found else http_date(text)
        return moment and moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _address(links: str) -> str | None:
    """The address of a page that says more."""
    for address, parameters in _LINK.findall(links):
        relation = _RELATION.search(parameters.lower())
        if relation is not None and any(each in RELATIONS for each in relation[1].split()):
            return str(address)[:LONGEST_ADDRESS]
    return None


def _level_of_the_host() -> int:
    """How many frames up the host's code is: the warning names its line."""
    level, frame = 1, sys._getframe(1)
    while (
        frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == __name__.partition(".")[0]
    ):
        level, frame = level + 1, frame.f_back
    return level

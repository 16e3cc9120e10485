"""The `User-Agent`: tells DES which SDK, Python and program ask."""

import re
import sys
from types import ModuleType

import attrs

from ..mistakes.named import made_by_name
from ..mistakes.wrong import wrong
from ..version import __version__

# RFC 9110, 5.6.2 and 10.1.5.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
# A comment, without the characters that would end it.
_VERSION = re.compile(r"[\w.+-]{1,50}")
_COMMENT = re.compile(r"[!-'*-\[\]-~]{1,200}")


@made_by_name
@attrs.frozen(kw_only=True)
class AppInfo:
    """The program that uses the SDK. The vendor's support finds it in the logs.

    Args:
        name: Such as `example-bank-app`: letters, digits, and characters such as `-`, `.` and `_`.
        version: Such as `1.4.2`, with the same characters.
        url: A page about it.

    Raises:
        ConfigurationError: A header cannot hold it.
    """

    name: str
    version: str | None = None
    url: str | None = None

    def __attrs_post_init__(self) -> None:
        for name, value in (("name", self.name), ("version", self.version)):
            is_left_out = value is None and name == "version"
            if not is_left_out and (not isinstance(value, str) or not _TOKEN.fullmatch(value)):
                raise wrong(f"app_info.{name}", value, "1 to 100 letters, digits, or signs of -._~!#$%&'*+^`|")
        if self.url is not None and (not isinstance(self.url, str) or not _COMMENT.fullmatch(self.url)):
            raise wrong("app_info.url", self.url, "an address of at most 200 characters, without blanks or brackets")

    def __str__(self) -> str:
        product = self.name if self.version is None else f"{self.name}/{self.version}"
        return product if self.url is None else f"{product} ({self.url})"


def user_agent(app: AppInfo | None = None, carrier: str | None = None) -> str:
    """The value of the header.

    Args:
        carrier: The library that carries the requests, such as `httpcore/1.0.9`.
    """
    python = f"python/{sys.version_info.major}.{sys.version_info.minor}"
    return " ".join(map(str, filter(None, [f"impact-sdk/{__version__}", python, carrier, app])))


def product(library: ModuleType) -> str:
    """A library and its version, for the `User-Agent`: `httpcore/1.0.9`; empty if it has none."""
    version = getattr(library, "__version__", None)
    return f"{library.__name__}/{version}" if isinstance(version, str) and _VERSION.fullmatch(version) else ""

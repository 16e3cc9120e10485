"""Addresses of DES: which ones can work, and how an id becomes part of one."""

import re
from urllib.parse import SplitResult, quote, urlsplit

from .arguments import checked
from .errors import ConfigurationError
from .mistakes.shown import shown

LONGEST_BASE_URL = 2_000
LONGEST_LABEL = 63
VERSION = "/v1"
# Names below it count too (RFC 6761, 6.3).
LOCALHOST = "localhost"


def checked_base_url(text: str) -> str:
    """`text` in the form that all HTTP libraries read alike; `ConfigurationError` if it is not an HTTP address.

    Trailing slashes are removed, the scheme is in lower case, and a name with non-ASCII letters is written as in DNS.
    An address that ends in `/v1` is refused: access tokens are not below it, and all else would be at `/v1/v1`.
    """
    example = "such as https://bank.impactfinance.example"
    if not text or not isinstance(text, str):
        raise ConfigurationError(f"base_url is {shown(text)}; give the address of DES, {example}")
    if not text.isprintable() or " " in text or len(text) > LONGEST_BASE_URL:
        raise ConfigurationError(f"base_url {shown(_without_password(text))} is not an address; give one {example}")
    try:
        parts = urlsplit(text)
        if parts.port == 0:
            raise ValueError("nothing listens at port 0")
    except ValueError as error:
        raise ConfigurationError(
            f"base_url {_without_password(text)!r} is not an address ({error}); give one {example}"
        ) from error
    if parts.scheme not in ("http", "https") or not _is_name(parts.hostname or ""):
        raise ConfigurationError(
            f"base_url {_without_password(text)!r} is not an http or https address; give one {example}"
        )
    if "?" in text or "#" in text or "@" in parts.netloc:
        raise ConfigurationError(
            f"base_url {_without_password(text)!r} has more than a host and a path; leave the rest out"
        )
    if parts.path.rstrip("/").endswith(VERSION):
        raise ConfigurationError(
            f"base_url {text!r} ends in {VERSION}, which the SDK adds by itself where it belongs; leave {VERSION} out"
        )
    return f"{parts.scheme}://{_netloc(parts)}{text.partition('://')[2][len(parts.netloc) :]}".rstrip("/")


def _netloc(parts: SplitResult) -> str:
    """Name and port in ASCII. Libraries differ in how they convert a name, and older ones give another name."""
    name, port = parts.hostname or "", "" if parts.port is None else f":{parts.port}"
    if name.isascii():
        return parts.netloc.removesuffix(":")
    import idna  # takes long to load

    try:
        return idna.encode(name, uts46=True).decode() + port
    except idna.IDNAError as error:
        raise ConfigurationError(f"base_url has {name!r}, which is not a host name ({error})") from error


def _is_name(host: str) -> bool:
    """Whether it may be a host name or an IP address: no part of it is empty, or too long for DNS."""
    return all(0 < len(label) <= LONGEST_LABEL for label in host.removesuffix(".").split("."))


def _without_password(text: str) -> str:
    return re.sub(r"//[^/@]*@", "//…@", text)


def segment(name: str, text: str) -> str:
    """An id as one quoted segment of a path.

    Args:
        name: The argument that holds the id, for messages.
    """
    if not isinstance(text, str) or not text or text in (".", ".."):
        raise ConfigurationError(f"{name} is {shown(text)}, which is not an id; pass the id that DES gave, a text")
    return quote(checked(name, text), safe="")


def goes_in_the_clear(base_url: str) -> bool:
    """Whether others can read what is sent there: it leaves this machine and is not encrypted."""
    parts = urlsplit(base_url)
    name = (parts.hostname or "").removesuffix(".")
    if parts.scheme != "http" or name == LOCALHOST or name.endswith(f".{LOCALHOST}"):
        return False
    import ipaddress  # takes long to load

    try:
        return not ipaddress.ip_address(name).is_loopback
    except ValueError:
        return True


def host(url: str) -> str:
    """Scheme, name and port: the part of an address that a message may show."""
    parts = urlsplit(url)
    name = parts.hostname or ""
    return f"{parts.scheme}://{f'[{name}]' if ':' in name else name}{f':{parts.port}' if parts.port else ''}"

"""Decides to which addresses DES sends webhooks, of those that banks give it."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

# RFC 1035, 2.3.4.
LONGEST_NAME = 253

# Letters, digits, hyphens, and the underscore, which is in use (RFC 1123, 2.1). A host that ends in a number is an
# address or wrong: some resolvers and browsers accept 127.1 and 0x7f000001
# (https://url.spec.whatwg.org/#ends-in-a-number-checker).
_LABEL = "(?!-)[A-Za-z0-9_-]{1,63}(?<!-)"
_NAME = re.compile(rf"(?:{_LABEL}\.)*(?!(?:[0-9]+|0[xX][0-9A-Fa-f]*)\.?$){_LABEL}\.?")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# IPv6 addresses with an IPv4 address inside, to which a gateway forwards (RFC 6052).
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")

# The public addresses (https://www.iana.org/assignments/ipv6-address-space).
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")

# The last 64 bits of an ISATAP address begin so; an address within the own network follows (RFC 5214, 6.1).
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)


def what_is_wrong_with(address: Address) -> str | None:
    """The sentence for an address that is neither public nor loopback, or None.

    Loopback is fine, because this is a sandbox: the bank under development runs on the same machine.
    """
    # A mapped address is another spelling of the IPv4 address: the machine connects to that one.
    reached = (isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped) or address
    if reached.is_loopback:
        return None
    behind = ipaddress.IPv4Address(int(reached) & 0xFFFF_FFFF) if reached in _TRANSLATED else reached
    purpose = _purpose(behind)
    if purpose is None:
        return None
    stands_for = "" if behind == address else f", which stands for {behind}"
    return f"leads to {address}{stands_for}, {purpose}; only public ones and loopback are reached"


def _purpose(address: Address) -> str | None:
    """The purpose of an address that is not public, or None. No bank takes webhooks at an address with a purpose.

    From IANA's registries as `ssrfguard` carries them: Python's own tables are as old as the interpreter.
    """
    from ssrfguard import DEFAULT_DENIED  # here for start-up time: few servers ever need it

    block = DEFAULT_DENIED.match(address)
    if block is not None:
        return f"an address set apart for {block.name} ({block.rfc})"
    if isinstance(address, ipaddress.IPv6Address):
        if int(address) >> 32 & 0xFFFF_FFFF in _ISATAP:
            return "an ISATAP address, which is of one network only (RFC 5214)"
        if address not in _GLOBAL_UNICAST:
            return "an address that is given out to nobody"
    return None


def what_is_wrong_with_url(url: str) -> str | None:
    """The sentence for a URL that DES does not send to, or None. It looks no name up."""
    parts = _parts(url)
    if parts is None or parts.fragment:
        return "must be an http or https address, such as https://bank.example/webhooks/events"
    if parts.username is not None or parts.password is not None:
        return "can't hold a user or a password: the signature says whom it is from"
    host = parts.hostname or ""
    if not _can_be_asked_for(url, host):
        return f"names {host[:LONGEST_NAME]!r}, which is no name of a host"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:  # a name; the sender checks its addresses with every webhook
        return None
    return what_is_wrong_with(address)


def can_be_asked_for(url: str) -> bool:
    """Whether it is an HTTP URL with a possible host name, wherever that leads."""
    parts = _parts(url)
    return parts is not None and _can_be_asked_for(url, parts.hostname or "")


def _parts(url: str) -> SplitResult | None:
    """The parts of an HTTP URL; None for anything else."""
    try:
        parts = urlsplit(url)
        is_url = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_url and url.isascii() and url.isprintable() and " " not in url else None


def _is_address(host: str) -> bool:
    """Whether it is an IP address in its usual form, without an interface of ours such as in `fe80::1%eth0`."""
    try:
        return "%" not in host and ipaddress.ip_address(host) is not None
    except ValueError:
        return False


def _can_be_asked_for(url: str, host: str) -> bool:
    """Whether resolvers and HTTP clients accept the name: `xn--` begins no name, and `a..b` has an empty part."""
    import httpx  # here for start-up time: a server listens first

    if not (_NAME.fullmatch(host) or _is_address(host)):
        return False
    try:
        host.encode("idna")
        return len(host) <= LONGEST_NAME and bool(httpx.URL(url).host)
    except (httpx.InvalidURL, UnicodeError):
        return False

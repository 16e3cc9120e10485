"""The proxy on the way to DES: the one that the caller gives, else the one of the environment."""

import ipaddress
from typing import Literal
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import attrs

from ...errors import ConfigurationError
from ...mistakes.shown import shown
from .extras import require

OPTION = "proxy"
SCHEMES = ("http", "https", "socks5", "socks5h")
PORTS = {"http": 80, "https": 443}
SOCKS_PORT = 1080


@attrs.frozen(kw_only=True)
class Proxy:
    """A proxy, and our credentials for it.

    Attributes:
        name: The option, or the environment variable, that named it.
    """

    name: str
    url: str
    username: str = ""
    password: str = attrs.field(default="", repr=False)

    @property
    def speaks_socks(self) -> bool:
        return self.url.startswith("socks")

    def __str__(self) -> str:
        """For a message, without our credentials."""
        return f"the proxy {self.url}" + ("" if self.name == OPTION else f" of {self.name}")


def proxy_of(base_url: str, given: str | Literal[False] | None) -> Proxy | None:
    """The proxy on the way to an address; `ConfigurationError` if its address cannot work."""
    if given is False:
        return None
    if given is not None:
        return _proxy(OPTION, given)
    parts = urlsplit(base_url)
    found = getproxies()
    name = next((name for name in (parts.scheme, "all") if found.get(name)), None)
    if name is None or proxy_bypass(parts.netloc) or _goes_past(base_url, found.get("no", "")):
        return None
    address = found[name]
    return _proxy(f"{name.upper()}_PROXY", address if "://" in address else f"http://{address}")


def _goes_past(base_url: str, no_proxy: str) -> bool:
    """Whether `NO_PROXY` names the address, or its network, in a form that the standard library does not read."""
    try:
        address = ipaddress.ip_address(urlsplit(base_url).hostname or "")
    except ValueError:
        return False
    for each in no_proxy.split(","):
        try:
            if address in ipaddress.ip_network(each.strip().strip("[]"), strict=False):
                return True
        except ValueError:
            continue  # a name
    return False


def _proxy(name: str, address: object) -> Proxy:
    wanted = "the address of a proxy, such as http://proxy.bank.example:3128; http, https and socks5 are known"
    try:
        if not isinstance(address, str):
            raise ValueError
        parts = urlsplit(address)
        if parts.scheme not in SCHEMES or not parts.hostname:
            raise ValueError
        port = parts.port or PORTS.get(parts.scheme, SOCKS_PORT)
    except ValueError:
        # Without its password.
        said = shown(address.rpartition("@")[2]) if isinstance(address, str) else shown(address)
        raise ConfigurationError(f"{name} is {said}; give {wanted}") from None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return Proxy(
        name=name,
        url=f"{parts.scheme}://{host}:{port}",
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def require_socks(proxy: Proxy | None) -> None:
    """`ConfigurationError` if a proxy speaks SOCKS, and httpcore's package for it is not installed."""
    if proxy is not None and proxy.speaks_socks:
        require("socksio", f"{proxy} speaks SOCKS, which", "httpcore[socks]")

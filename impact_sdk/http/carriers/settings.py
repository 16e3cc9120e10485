"""How connections are made: certificates, proxy, how many. As the caller says, else as the environment has it."""

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, TypedDict
from urllib.parse import unquote, urlsplit

import attrs

from ...arguments import whole_number
from ...errors import ConfigurationError
from ...mistakes.shown import shown
from ...mistakes.wrong import wrong
from ...secrets import Secret
from .host_transport import HTTPTransport
from .places import CALLS_AT_ONCE

if TYPE_CHECKING:
    import ssl

# A client's certificate: one file, or certificate, key and the key's password.
Cert = str | tuple[str, str] | tuple[str, str, str | Secret]
OPTION = "proxy"
PEM = "-----BEGIN"
PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")


class ConnectionOptions(TypedDict, total=False):
    """How a client travels to DES: keyword arguments of `ImpactSDK` and `ImpactAPI`.

    Attributes:
        transport: What carries the requests. Left out: the SDK's own pool of connections, on httpcore. `"httpx2"`: the
            same pool on httpx2's httpcore2. `"aiohttp"`: aiohttp, the fastest under asyncio. Each of these needs the
            extra of its name. Or an object of the host's, such as `httpx.ASGITransport(app)`: see `HTTPTransport`.
        verify: Which certificates of DES are good: True, those of certifi or of `SSL_CERT_FILE` and `SSL_CERT_DIR`;
            the path of a file or folder of your own authorities; an `ssl.SSLContext`; False, any, which a test may
            want.
        cert: The client's own certificate, where DES asks for one (mutual TLS): a file, or certificate, key and
            password, which may be a `Secret`.
        proxy: The address of a proxy, `http`, `https` or `socks5`. Left out: as `HTTPS_PROXY`, `HTTP_PROXY`,
            `ALL_PROXY` and `NO_PROXY` have it. False: none, whatever they have.
        max_connections: How many calls may be under way at once, 100 when left out; the others wait, for as long as
            their `timeout`.
        http2: Whether HTTP/2 may be spoken, where DES does; needs the extra of that name. All calls then share one
            connection.

    With a transport of the host's the last five are its own: they are refused here.
    """

    transport: HTTPTransport | Literal["aiohttp", "httpx2"] | None
    verify: "ssl.SSLContext | str | bool"
    cert: Cert | None
    proxy: str | Literal[False] | None
    max_connections: int
    http2: bool


@attrs.frozen(kw_only=True)
class Proxy:
    """A proxy, and what it wants to know of us.

    Attributes:
        name: Where it comes from: the option, or a variable of the environment.
    """

    name: str
    url: str
    username: str = ""
    password: str = attrs.field(default="", repr=False)

    def __str__(self) -> str:
        """As a message has it: without who we are to it."""
        return f"the proxy {self.url}" + ("" if self.name == OPTION else f" of {self.name}")


@attrs.frozen(kw_only=True)
class Settings:
    """All that connections to one DES are made by."""

    max_connections: int = CALLS_AT_ONCE
    http2: bool = False
    proxy: Proxy | None = None
    tls: "ssl.SSLContext | None" = attrs.field(default=None, repr=False)

    @property
    def through(self) -> str:
        """The proxy as a message has it; empty where there is none."""
        return "" if self.proxy is None else str(self.proxy)


def settings(
    base_url: str,
    *,
    verify: "ssl.SSLContext | str | bool" = True,
    cert: Cert | None = None,
    proxy: str | Literal[False] | None = None,
    max_connections: int = CALLS_AT_ONCE,
    http2: bool = False,
) -> Settings:
    """What a caller wants; `ConfigurationError` where it cannot be."""
    if not isinstance(http2, bool):
        raise wrong("http2", http2, "True or False")
    if whole_number(max_connections) or max_connections < 1:
        raise wrong("max_connections", max_connections, "1 or more")
    wanted = proxy_of(base_url, proxy)
    needs_tls = base_url.startswith("https:") or (wanted is not None and wanted.url.startswith("https:"))
    return Settings(
        max_connections=max_connections,
        http2=http2,
        proxy=wanted,
        # Also where none is needed: a path that leads nowhere is a slip all the same.
        tls=tls(verify, cert, http2) if needs_tls or verify is not True or cert is not None else None,
    )


def proxy_of(base_url: str, given: str | Literal[False] | None) -> Proxy | None:
    """The proxy on the way to an address."""
    if given is False:
        return None
    if given is not None:
        return _proxy(OPTION, given)
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(base_url)
    found = getproxies()
    name = next((name for name in (parts.scheme, "all") if found.get(name)), None)
    if name is None or proxy_bypass(parts.netloc) or _goes_past(base_url, found.get("no", "")):
        return None
    address = found[name]
    return _proxy(f"{name.upper()}_PROXY", address if "://" in address else f"http://{address}")


def _goes_past(base_url: str, no_proxy: str) -> bool:
    """Whether `NO_PROXY` names an address or a network that the standard library does not find there."""
    import ipaddress

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
        if parts.scheme not in PROXY_SCHEMES or not parts.hostname:
            raise ValueError
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 1080)
    except ValueError:
        # Its password is not shown.
        said = shown(address.rpartition("@")[2]) if isinstance(address, str) else shown(address)
        raise ConfigurationError(f"{name} is {said}; give {wanted}") from None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return Proxy(
        name=name,
        url=f"{parts.scheme}://{host}:{port}",
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _require(module: str, what: str, package: str) -> None:
    import importlib.util

    if importlib.util.find_spec(module) is None:
        raise ConfigurationError(f'{what} needs a package that is not installed: pip install "{package}"')


def require_socks(proxy: Proxy | None) -> None:
    """`ConfigurationError` where a proxy speaks SOCKS, and httpcore's package for that is not installed."""
    if proxy is not None and proxy.url.startswith("socks"):
        _require("socksio", f"{proxy} speaks SOCKS, which", "httpcore[socks]")


def require_extra(module: str, what: str, extra: str) -> None:
    """`ConfigurationError` where a package of one of our extras is not installed."""
    _require(module, what, f"impact-sdk[{extra}]")


def tls(verify: "ssl.SSLContext | str | bool", cert: Cert | None, http2: bool) -> "ssl.SSLContext":
    """The certificates that are good, and our own."""
    import ssl

    if isinstance(verify, ssl.SSLContext):
        if cert is not None:
            raise ConfigurationError("cert is given beside an ssl.SSLContext; load it there, with load_cert_chain()")
        return verify
    # An empty text would be the authorities of the machine, to the library.
    if not isinstance(verify, (bool, str)) or verify == "":
        raise wrong("verify", verify, "True, False, the path of your authorities, or an ssl.SSLContext")
    if cert is not None and not (
        isinstance(cert, str)
        or (
            isinstance(cert, tuple)
            and len(cert) in (2, 3)
            and all(isinstance(each, str) for each in (*cert[:2], *(Secret(each).reveal() for each in cert[2:])))
        )
    ):
        raise ConfigurationError("cert is no certificate; give a path, or a tuple of certificate, key and password")
    return _context(verify, cert, http2, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@contextmanager
def _reading(name: str, *paths: str) -> Iterator[None]:
    """`ConfigurationError`, which names the option or variable and the path, where a certificate cannot be read."""
    if any(PEM in path for path in paths):
        raise ConfigurationError(
            f"{name} is the text of a certificate or key, which is not shown; give the path of one"
        )
    try:
        yield
    except (OSError, ValueError) as error:
        what, why = " with the key ".join(map(repr, paths)), f"{type(error).__name__}: {error}"
        raise ConfigurationError(
            f"{name} is {what}, which cannot be read ({why}); give certificates in the form PEM"
        ) from error


# By what it depends on, also by what will be said in the handshake. To read certificates takes longer than many calls.
@functools.cache
def _context(
    verify: str | bool, cert: Cert | None, _http2: bool, file: str | None, folder: str | None
) -> "ssl.SSLContext":
    import ssl

    if verify is False:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif isinstance(verify, str):
        is_folder = os.path.isdir(verify)
        with _reading("verify", verify):
            context = ssl.create_default_context(
                cafile=None if is_folder else verify, capath=verify if is_folder else None
            )
    elif file:
        with _reading("SSL_CERT_FILE", file):
            context = ssl.create_default_context(cafile=file)
    elif folder:
        with _reading("SSL_CERT_DIR", folder):
            if not any(map(os.path.isdir, folder.split(os.pathsep))):  # OpenSSL would trust nobody, without a word
                raise NotADirectoryError("there is no such folder")
            context = ssl.create_default_context(capath=folder)
    else:
        import certifi

        context = ssl.create_default_context(cafile=certifi.where())
    if cert is not None:
        certificate, key = (cert, None) if isinstance(cert, str) else cert[:2]
        paths = [path for path in (certificate, key) if path is not None]
        password = Secret(cert[2]) if not isinstance(cert, str) and len(cert) == 3 else None
        for path in paths:  # of two, OpenSSL does not say which one it did not find
            with _reading("cert", path), open(path, "rb"):
                pass
        with _reading("cert", *paths):
            context.load_cert_chain(certificate, key, None if password is None else password.reveal)
    return context

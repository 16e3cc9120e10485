"""Addresses of DES: whatever carries requests understands them alike."""

import re
import ssl
from typing import Any
from urllib.parse import urlsplit

import anyio
import anyio.abc
import httpx
import pytest

from impact_sdk import ConfigurationError
from impact_sdk.addresses import checked_base_url
from impact_sdk.http.carriers.proxies import proxy_of
from impact_sdk.http.carriers.settings import settings
from impact_sdk.http.clients import of


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("HTTPS://Bank.example/Impact/", "https://Bank.example/Impact"),
        ("Http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("https://bank.example:443", "https://bank.example:443"),
        ("https://bank.example:/x", "https://bank.example/x"),
        ("https://bücher.example:8443/bü//", "https://xn--bcher-kva.example:8443/bü"),
        ("https://faß.de", "https://xn--fa-hia.de"),
        ("https://STRASSE.example", "https://STRASSE.example"),
        ("https://bank。example", "https://bank.example"),
    ],
)
def test_an_address_has_one_form(given: str, meant: str) -> None:
    assert checked_base_url(given) == meant
    assert checked_base_url(meant) == meant


@pytest.mark.parametrize("given", ["http://x:0", "https://xn--ü.example", "https://ü_.example", "http://x:65536"])
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(ConfigurationError, match="base_url"):
        checked_base_url(given)


@pytest.mark.parametrize("given", ["https://bank.example/v1", "https://bank.example/v1/", "http://[::1]:80/des/v1//"])
def test_the_version_belongs_to_no_base_url(given: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{re.escape(repr(given))} ends in /v1, .*; leave /v1 out"):
        checked_base_url(given)


@pytest.mark.parametrize("given", ["https://bank.example/v1/des", "https://bank.example/dev1", "https://v1"])
def test_another_path_is_kept(given: str) -> None:
    assert checked_base_url(given) == given


@pytest.mark.parametrize(
    ("base_url", "is_in_the_clear"),
    [
        ("http://bank.example", True),
        ("http://10.1.2.3:8700/des", True),
        ("http://localhost.bank.example", True),
        ("http://127.0.0.1.bank.example", True),
        ("HTTP://[fd00::7]", True),
        ("http://localhost:8700", False),
        ("http://LOCALHOST", False),
        ("http://des.localhost.", False),
        ("http://127.0.0.1:8700", False),
        ("http://127.1.2.3", False),
        ("http://[::1]:8700/des", False),
        ("https://bank.example", False),
    ],
)
@pytest.mark.parametrize("transport", [None, "httpx2", "aiohttp"])
def test_a_client_that_sends_secrets_in_the_clear_says_so_once(
    base_url: str, is_in_the_clear: bool, transport: Any, caplog: pytest.LogCaptureFixture
) -> None:
    of(base_url, transport=transport)
    of(base_url, transport=httpx.MockTransport(lambda _: httpx.Response(204)))

    said: list[dict[str, Any]] = [record.__dict__ for record in caplog.records]
    assert [(each["levelname"], each["impact_event"]) for each in said] == (
        [("WARNING", "connection.unencrypted")] if is_in_the_clear else []
    )
    assert [each["impact_address"] for each in said if each["impact_address"] not in base_url.lower()] == []


@pytest.mark.parametrize("transport", [None, "httpx2", "aiohttp"])
@pytest.mark.parametrize("name", ["faß.de", "bücher.example"])
def test_the_name_that_is_asked_for_is_the_one_that_is_said(name: str, transport: Any) -> None:
    http = of(f"https://{name}", transport=transport)

    host = dict(http._own_headers)[b"Host"].decode()
    assert host == httpx.URL(f"https://{name}").raw_host.decode() == urlsplit(http.base_url).hostname


@pytest.mark.parametrize("scheme", ["https", "HTTPS", "Https"])
def test_certificates_hold_however_https_is_written(scheme: str) -> None:
    carrier: Any = of(f"{scheme}://bank.example").carrier

    assert isinstance(carrier.carrier.settings.tls, ssl.SSLContext)
    assert settings("http://bank.example").tls is None


GOES_PAST = [
    ("https://10.1.2.3:8443", "10.0.0.0/8"),
    ("https://10.1.2.3", "bank.example, 10.1.2.0/24"),
    ("https://10.1.2.3", "10.1.2.3"),
    ("https://[::1]:8443", "::1"),
    ("https://[::1]", "[::1]"),
    ("https://[fd00::7]", "fd00::/8"),
    ("https://a.bank.example", ".bank.example"),
    ("https://a.bank.example", "bank.example"),
    ("https://a.bank.example:8443", "a.bank.example:8443"),
    ("https://a.bank.example", "*"),
]
GOES_THROUGH = [
    ("https://11.1.2.3", "10.0.0.0/8"),
    ("https://10.1.2.3", "fd00::/8,10.1.2.3.4,10,/8,"),
    ("https://[fd00::7]", "10.0.0.0/8"),
    ("https://abank.example", "bank.example"),
    ("https://a.bank.example:8444", "a.bank.example:8443"),
    ("https://10.bank.example", "10.0.0.0/8"),
]


@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
@pytest.mark.parametrize(
    ("base_url", "no_proxy", "goes_past"),
    [(*each, True) for each in GOES_PAST] + [(*each, False) for each in GOES_THROUGH],
)
def test_no_proxy_names_hosts_addresses_and_networks(
    base_url: str, no_proxy: str, goes_past: bool, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv(variable, no_proxy)

    assert (proxy_of(base_url, None) is None) == goes_past


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("cookie", ["a=\xe9", "a=\xff\xfe"])
async def test_a_cookie_that_aiohttp_cannot_write_is_said_and_nothing_is_sent(cookie: str) -> None:
    opened: list[object] = []

    async def serve(stream: anyio.abc.SocketStream) -> None:
        opened.append(stream)
        await stream.aclose()

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, serve)
        http = of(f"http://127.0.0.1:{listener.extra(anyio.abc.SocketAttribute.local_port)}", transport="aiohttp")
        with pytest.raises(ConfigurationError, match="its Cookie is not; leave"):
            await http.send("POST", http.address("/v1/dreams"), {"Cookie": cookie}, b"{}")
        await http.aclose()
        tasks.cancel_scope.cancel()

    assert not opened

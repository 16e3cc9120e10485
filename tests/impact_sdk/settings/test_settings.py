"""Certificates, proxies and limits of a client: they hold with each carrier; what cannot be is said."""

import contextlib
import os
import re
import ssl
from pathlib import Path
from typing import Any

import anyio
import anyio.abc
import anyio.streams.tls
import httpx
import pytest

from impact_sdk import ClientCredentials, ConfigurationError, ImpactAPI, NotSent
from impact_sdk.http.carriers.connection_options import ConnectionOptions
from impact_sdk.http.clients import of

from ..fault_server import AUTHORITY, CERTIFICATE, GONE, Arrived, continues, serving
from .posting import by_each_of_ours, listening, posted

PRIVATE = "-----BEGIN PRIVATE KEY-----\ns3cret" + "s3cret" * 20 + "\n-----END PRIVATE KEY-----\n"


@by_each_of_ours
async def test_an_authority_of_the_hosts_is_trusted(options: dict[str, Any], authority: str) -> None:
    arrived = Arrived()

    async with serving(continues, arrived, tls=True) as port:
        reply = await posted(f"https://127.0.0.1:{port}", verify=authority, **options)
        with pytest.raises(NotSent):
            await posted(f"https://127.0.0.1:{port}", **options)

    assert (reply.status, arrived.requests) == (200, 1)


@by_each_of_ours
async def test_no_certificate_is_looked_at_where_the_host_says_so(options: dict[str, Any]) -> None:
    async with serving(continues, Arrived(), tls=True) as port:
        assert (await posted(f"https://127.0.0.1:{port}", verify=False, **options)).status == 200


@by_each_of_ours
async def test_a_client_shows_its_own_certificate(options: dict[str, Any], authority: str, tmp_path: Path) -> None:
    own = tmp_path / "own.pem"
    CERTIFICATE.private_key_and_cert_chain_pem.write_to_path(str(own))
    shown: list[Any] = []

    async def looks(stream: anyio.abc.SocketStream) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        CERTIFICATE.configure_cert(context)
        AUTHORITY.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
        async with stream:
            with contextlib.suppress(*GONE):
                tls = await anyio.streams.tls.TLSStream.wrap(stream, server_side=True, ssl_context=context)
                shown.append(tls.extra(anyio.streams.tls.TLSAttribute.peer_certificate))
                await tls.receive()
                await tls.send(b"HTTP/1.1 204 None\r\n\r\n")

    async with listening(looks) as port:
        reply = await posted(f"https://127.0.0.1:{port}", verify=authority, cert=str(own), **options)

    assert reply.status == 204
    assert shown[0]["issuer"]


def test_the_page_has_every_option_and_no_other() -> None:
    page = (Path(__file__).parents[3] / "bank_app_sim" / "docs" / "network.md").read_text()
    table = page.split("## Certificates, proxies, limits")[1].split("##")[0]

    assert {*re.findall(r"^\| `(\w+)`", table, flags=re.MULTILINE), "transport"} == {*ConnectionOptions.__annotations__}


def made(base_url: str = "https://des.example", **options: Any) -> ImpactAPI:
    return ImpactAPI(base_url, auth=ClientCredentials("demo-bank", "a-secret-of-16-c"), **options)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"verify": "/nowhere.pem"}, r"verify is '/nowhere.pem', which cannot be read \(FileNotFoundError"),
        ({"verify": __file__}, rf"verify is '{__file__}', which cannot be read"),
        ({"verify": ""}, "verify is ''"),
        ({"verify": 1}, "verify is 1"),
        ({"verify": b"/x"}, "verify is b'/x'"),
        ({"cert": "/nowhere.pem"}, "cert is '/nowhere.pem', which cannot be read"),
        ({"cert": (__file__, "/nowhere.key")}, "cert is '/nowhere.key', which cannot be read"),
        ({"cert": ("/nowhere.pem", __file__, "s3cret")}, "cert is '/nowhere.pem', which cannot be read"),
        ({"cert": (__file__, __file__, "s3cret")}, "cert is '.*' with the key '.*', which cannot be read"),
        ({"cert": ("a",)}, "cert is not a certificate"),
        ({"cert": ("a", "b", "c", "d")}, "cert is not a certificate"),
        ({"verify": ssl.create_default_context(), "cert": "a"}, "load_cert_chain"),
        ({"proxy": "ftp://x"}, "proxy is 'ftp://x'"),
        ({"proxy": "proxy.example:3128"}, "proxy is"),
        ({"proxy": "http://"}, "proxy is"),
        ({"proxy": "http://x:port"}, "proxy is"),
        ({"proxy": "http://ada:s3cret@:1"}, "proxy is"),
        ({"proxy": 3}, "proxy is 3"),
        ({"proxy": "socks5://x"}, r"pip install \"httpcore\[socks\]\""),
        ({"proxy": "socks5://ada:s3cret@x"}, "the proxy socks5://x:1080 speaks SOCKS"),
        ({"proxy": "socks5://x", "transport": "aiohttp"}, "speaks SOCKS, and aiohttp does not; leave transport"),
        ({"http2": 1}, "http2 is 1"),
        ({"http2": True, "transport": "aiohttp"}, "speaks HTTP/1.1 only"),
        ({"max_connections": 0}, "max_connections is 0"),
        ({"max_connections": True}, "max_connections is True"),
        ({"max_connections": 1.5}, "max_connections is 1.5"),
        ({"transport": "aiohtp"}, "transport is 'aiohtp'"),
        ({"transport": httpx.AsyncClient}, "transport is"),
        ({"transport": httpx.MockTransport, "verify": False}, "verify is given beside a transport"),
        ({"transport": httpx.AsyncHTTPTransport(), "max_connections": 5}, "max_connections is given beside"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_what_cannot_be_is_said_when_the_client_is_made(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as caught:
        made(**options)

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", "ftp://x"),
        ("HTTPS_PROXY", "http://ada:s3cret@:x"),
        ("HTTPS_PROXY", "gopher://x"),
        ("HTTPS_PROXY", "socks5://ada:s3cret@x"),
        ("SSL_CERT_FILE", "/nowhere"),
        ("SSL_CERT_DIR", "/nowhere"),
        ("SSL_CERT_DIR", os.pathsep.join(["/nowhere", __file__])),
    ],
)
def test_what_the_environment_has_wrong_is_said_when_the_client_is_made(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)  # it goes before the folders
    monkeypatch.setenv(name, value)

    with pytest.raises(ConfigurationError, match=name) as caught:
        made()

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [{"cert": PRIVATE}, {"cert": (__file__, PRIVATE)}, {"verify": PRIVATE}],
    ids=["certificate", "key", "authority"],
)
def test_a_key_in_the_place_of_its_path_is_not_shown(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=r"the text of a certificate or key, .*; give the path") as caught:
        made(**options)

    assert "s3cret" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_a_long_path_is_shown_whole() -> None:
    path = f"/nowhere/{'long/' * 30}authority.pem"

    with pytest.raises(ConfigurationError, match=f"verify is '{path}', which"):
        made(verify=path)


def test_of_several_folders_of_the_environment_one_is_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", os.pathsep.join(["/nowhere", str(tmp_path)]))

    made()


async def test_no_more_calls_are_under_way_than_the_host_wants() -> None:
    under_way: list[int] = [0]
    most: list[int] = [0]

    async def serve(stream: anyio.abc.SocketStream) -> None:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        async with stream:
            with contextlib.suppress(*GONE):
                while True:
                    await stream.receive()
                    await anyio.wait_all_tasks_blocked()
                    await stream.send(b"HTTP/1.1 204 None\r\n\r\n")
        under_way[0] -= 1

    async with listening(serve) as port:
        http = of(f"http://127.0.0.1:{port}", max_connections=3)
        async with anyio.create_task_group() as tasks:
            for _ in range(12):
                tasks.start_soon(http.send, "GET", http.address("/"), {}, None)
        await http.aclose()

    assert most[0] == 3

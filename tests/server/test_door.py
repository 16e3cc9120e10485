"""A server is called by its own names only, and what only a sandbox has is for no other server's web pages."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bank_app_sim import ServedSimulation, Simulation
from bank_app_sim.des import Tenant
from bank_app_sim.server.http.door import Door
from bank_app_sim.server.http.hosts import LOOPBACK, is_from_page_of_another, name_in, names_in

ONCE = pytest.mark.parametrize("anyio_backend", ["asyncio"])


async def answers(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"in"})


async def nothing() -> Any:
    return {"type": "http.disconnect"}


async def asked(*hosts: str, names: tuple[str, ...] = ()) -> httpx.Response:
    """What the door says to a request with these `Host` headers."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"accept", b"*/*"), *((b"host", host.encode()) for host in hosts)]
    scope = {"type": "http", "method": "GET", "raw_path": b"/", "query_string": b"", "headers": headers}
    await Door(answers, names)(scope, nothing, send)
    return httpx.Response(sent[0]["status"], headers=sent[0]["headers"], content=sent[1]["body"])


def errors(answer: httpx.Response) -> dict[str, list[str]]:
    return {error["field"]: error["errors"] for error in answer.json()["errors"]}


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8700", "localhost:1", "LocalHost", "localhost.:80", "[::1]", "[::1]:8701"]
)
@ONCE
async def test_a_server_on_loopback_is_called_as_loopback_is(host: str) -> None:
    assert (await asked(host)).content == b"in"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8700",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "127.0.0.1.nip.io:8700",
        "127.0.0.2",
        "127.1",
        "2130706433",
        "0.0.0.0",
        "[::]",
        "[::ffff:127.0.0.1]",
    ],
)
@ONCE
async def test_a_name_that_somebody_leads_here_is_refused_with_the_way_out(host: str) -> None:
    answer = await asked(host)

    [sentence] = errors(answer)["Host"]
    assert answer.status_code == 421
    assert "127.0.0.1 or localhost or [::1]" in sentence
    assert f"serve --host {name_in(host)}" in sentence


@ONCE
async def test_names_that_were_given_are_its_own() -> None:
    assert (await asked("Sandbox.test:80", names=("sandbox.test",))).status_code == 200
    assert (await asked("a.sandbox.test", names=("sandbox.test",))).status_code == 421


@pytest.mark.parametrize(
    "hosts",
    [
        (),
        ("",),
        ("localhost", "localhost"),
        ("localhost", "evil.example"),
        ("a b",),
        ("u@localhost",),
        ("localhost:port",),
        ("localhost:123456",),
        ("localhost/",),
        ("::1",),
        ("[::1",),
        ("lo\u00e4",),
    ],
)
@ONCE
async def test_a_request_says_once_and_plainly_whom_it_is_for(hosts: tuple[str, ...]) -> None:
    answer = await asked(*hosts)

    assert (answer.status_code, list(errors(answer))) == (400, ["Host"])


@ONCE
async def test_a_name_of_any_length_gets_a_short_answer() -> None:
    assert len((await asked("e" * 60_000)).content) < 1_000


@pytest.mark.parametrize(
    ("origin", "host", "is_of_another"),
    [
        ("http://127.0.0.1:3000", "127.0.0.1:8700", False),
        ("http://localhost:5173", None, False),
        ("https://sandbox.test", "sandbox.test:443", False),
        ("http://evil.example", "127.0.0.1:8700", True),
        ("http://127.0.0.1.evil.example", "127.0.0.1:8700", True),
        ("http://localhost@evil.example", "localhost", True),
        ("null", "127.0.0.1:8700", True),
        ("", "127.0.0.1:8700", True),
        ("file://", "127.0.0.1:8700", True),
        ("chrome-extension://localhost", "localhost", True),
        ("http://[", "localhost", True),
        ("null", "", True),
    ],
)
def test_whose_page_it_is_that_asks(origin: str, host: str | None, is_of_another: bool) -> None:
    assert is_from_page_of_another(origin, host) is is_of_another


def test_names_are_read_from_addresses() -> None:
    urls = ["https://Bank.example/realms/a", "http://10.0.0.1:9000/jwks", "my bank", "http://[", "https://"]

    assert names_in(urls) == {"bank.example", "10.0.0.1"}


@pytest.fixture
async def world() -> AsyncIterator[Simulation]:
    async with Simulation() as world:
        yield world


@pytest.mark.parametrize(
    ("receiver", "method", "path"),
    [
        ("bank_backend", "POST", "/sign-in"),
        ("bank_backend", "POST", "/silent-sign-in"),
        ("bank_backend", "GET", "/ledger"),
        ("bank_backend", "POST", "/ledger/movements"),
        ("bank_backend", "GET", "/impact-events"),
        ("bank_backend", "POST", "/webhooks/events"),
        ("des", "POST", "/sandbox/feed"),
        ("des", "PUT", "/sandbox/webhook-endpoint"),
    ],
)
@ONCE
async def test_what_only_a_sandbox_has_is_for_no_strange_page(
    receiver: str, method: str, path: str, world: Simulation
) -> None:
    http = httpx.AsyncClient(transport=world.way("bank_app", receiver), base_url="http://simulation")

    for origin in ("http://evil.example", "null"):
        answer = await http.request(method, path, json={"customer": "ada"}, headers={"Origin": origin})

        assert (answer.status_code, list(errors(answer))) == (403, ["Origin"])
    at_home = await http.request(method, path, json={}, headers={"Origin": "http://localhost:5173"})
    assert at_home.status_code != 403


@ONCE
async def test_what_a_real_des_has_is_for_the_pages_of_banks(world: Simulation) -> None:
    http = httpx.AsyncClient(transport=world.way("sdk", "des"), base_url="http://simulation")

    answer = await http.post(
        "/users/verify_token",
        data={"token": world.id_token("ada")},
        headers={"Origin": "https://bank.example", "Accept": "text/html"},
    )

    assert answer.status_code == 303


@pytest.mark.thorough
@ONCE
async def test_both_ports_have_a_door(tmp_path: Any) -> None:
    tenant = Tenant(
        id="other",
        client_id="other",
        client_secret="a secret that is long enough",
        issuer="https://issuer.example",
        audience="impact-finance",
        jwks_url="https://keys.example/jwks.json",
    )
    async with (
        ServedSimulation(data=tmp_path, hosts=("proxy.test",), tenants=(tenant,)) as world,
        httpx.AsyncClient() as http,
    ):
        for url in (f"{world.des_url}/docs", f"{world.backend_url}/ledger"):
            found = {
                host: (await http.get(url, headers={"Host": host})).status_code
                for host in (*LOOPBACK, "evil.example", "proxy.test", "issuer.example", "keys.example")
            }

            assert found.pop("evil.example") == 421
            assert set(found.values()) == {200}

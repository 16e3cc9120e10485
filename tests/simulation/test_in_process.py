"""An application that is called within the process sees what it would see of httpx's own way, and is heard as well."""

from typing import Any

import httpx
import pytest

from bank_app_sim.simulation.in_process import InProcess

pytestmark = pytest.mark.anyio


class App:
    """Answers everything the same, and keeps what it was asked."""

    def __init__(self) -> None:
        self.scope: dict[str, Any] = {}
        self.body = b""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope = scope
        more = True
        while more:
            message = await receive()
            self.body += message["body"]
            more = message["more_body"]
        headers = [(b"content-type", b"application/json"), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"a":', "more_body": True})
        await send({"type": "http.response.body", "body": b"1}"})


def client(transport: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=transport, base_url="http://des.simulation")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/dreams?page=2&name=a%20b%26c&empty=", None),
        ("GET", "/v1/dreams/a%2Fb%20%C3%A9", None),
        ("POST", "/v1/dreams", b'{"dream": {}}'),
        ("DELETE", "/", None),
    ],
)
async def test_an_application_is_asked_as_by_httpx_itself(method: str, path: str, body: bytes | None) -> None:
    seen = []
    for transport in (httpx.ASGITransport, lambda app: InProcess(lambda: app)):
        app = App()
        answer = await client(transport(app)).request(method, path, content=body, headers={"X-Request-Id": "r-1"})
        shown = {name: value for name, value in app.scope.items() if name not in ("server", "client")}
        seen.append((shown, app.body, answer.status_code, answer.json(), answer.headers.get_list("set-cookie")))

    assert seen[0] == seen[1]


async def test_what_the_application_raises_is_raised_to_whoever_asked() -> None:
    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        raise RuntimeError("died")

    with pytest.raises(RuntimeError, match="died"):
        await client(InProcess(lambda: app)).get("/")

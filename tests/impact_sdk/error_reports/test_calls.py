"""No report of a failed call of the backend shows a secret."""

from typing import Any

import anyio
import anyio.abc
import httpx
import pytest

from impact_sdk import (
    ClientCredentials,
    ConfigurationError,
    ImpactAPI,
    ImpactError,
    TransportError,
    UnknownArgument,
)

from ..reports import what_is_told
from .bad_des import (
    CLIENT_SECRET,
    CREDENTIALS,
    DES,
    ID_TOKEN,
    WEBHOOK_SECRET,
    Handler,
    in_each_bad_way,
    nothing,
    raised,
    require_no_secret,
    serving,
)


@in_each_bad_way
@pytest.mark.parametrize("path", ["/oauth/token", "/v1/dreams/d1"])
async def test_a_call_of_the_backend(bad: Handler, path: str, connection: dict[str, Any]) -> None:
    async with serving(DES({path: bad})) as url, ImpactAPI(url, auth=CREDENTIALS, **connection) as api:
        error = await raised(lambda: api.dreams.get("d1", timeout=0.1, attempts=1))

    require_no_secret(error, ImpactError)


@pytest.mark.thorough
@in_each_bad_way
async def test_a_listing(bad: Handler) -> None:
    async with serving(DES({"/v1/dreams": bad})) as url, ImpactAPI(url, auth=CREDENTIALS) as api:
        error = await raised(lambda: anext(aiter(api.dreams.list(timeout=0.1, attempts=1))))

    require_no_secret(error, ImpactError)


@in_each_bad_way
async def test_a_secret_that_is_told_to_des(bad: Handler) -> None:
    async with serving(DES({"/sandbox": bad})) as url, ImpactAPI(url, auth=CREDENTIALS) as api:
        error = await raised(
            lambda: api.sandbox.set_webhook_endpoint(url="http://a", secret=WEBHOOK_SECRET, timeout=0.1, attempts=1)
        )

    require_no_secret(error, ImpactError)


async def test_an_address_where_nobody_listens(connection: dict[str, Any]) -> None:
    async with ImpactAPI("http://127.0.0.1:1", auth=CREDENTIALS, **connection) as api:
        error = await raised(lambda: api.dreams.get("d1", attempts=1))

    require_no_secret(error, TransportError)


async def test_a_call_that_is_cancelled_by_a_deadline(connection: dict[str, Any]) -> None:
    for path in ("/oauth/token", "/v1/dreams/d1"):
        async with serving(DES({path: nothing})) as url, ImpactAPI(url, auth=CREDENTIALS, **connection) as api:

            async def within(api: ImpactAPI = api) -> None:
                with anyio.fail_after(0.1):
                    await api.dreams.get("d1")

            error = await raised(within)

        require_no_secret(error, TimeoutError)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_call_that_is_cancelled_by_asyncio(connection: dict[str, Any]) -> None:
    import asyncio

    async with serving(DES({"/v1/dreams/d1": nothing})) as url, ImpactAPI(url, auth=CREDENTIALS, **connection) as api:
        error = await raised(lambda: asyncio.wait_for(api.dreams.get("d1"), 0.1))

    require_no_secret(error, TimeoutError)


async def test_a_transport_of_the_hosts_that_fails() -> None:
    """Its own frames are the host's; those of ours beside them hold nothing."""

    class Broken(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            raise self.error

        error: Exception = RuntimeError("a mistake of the host's")

    for problem in (RuntimeError("a mistake"), httpx.ConnectError("refused"), httpx.ReadError("gone")):
        transport = Broken()
        transport.error = problem
        async with ImpactAPI("http://des", auth=CREDENTIALS, transport=transport) as api:
            require_no_secret(await raised(lambda api=api: api.dreams.get("d1", attempts=1)), Exception)  # type: ignore[misc]


class Rude(httpx.ReadError):
    """It says nothing of itself."""

    def __str__(self) -> str:
        raise RuntimeError("no")

    __repr__ = __str__


async def test_an_error_that_cannot_be_shown_is_no_other_failure() -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise Rude("x")

    async with ImpactAPI("http://des", auth=CREDENTIALS, transport=httpx.MockTransport(answer)) as api:
        with pytest.raises(TransportError, match="Rude: it does not say why"):
            await api.dreams.get("d1", attempts=1)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"secrett": WEBHOOK_SECRET, "url": "http://a"}, UnknownArgument),
        ({"secret": WEBHOOK_SECRET, "url": None}, ConfigurationError),
        ({"secret": WEBHOOK_SECRET, "url": "http://a", "attempts": 0}, ConfigurationError),
        ({"secret": f"{WEBHOOK_SECRET}\ud800", "url": "http://a"}, ConfigurationError),
        ({"secret": WEBHOOK_SECRET.encode(), "url": "http://a"}, ConfigurationError),
    ],
)
async def test_a_secret_that_cannot_be_told_to_des(given: dict[str, Any], kind: type[Exception]) -> None:
    async with ImpactAPI("http://127.0.0.1:1", auth=CREDENTIALS) as api:
        error = await raised(lambda: api.sandbox.set_webhook_endpoint(**given))

    require_no_secret(error, kind)


async def test_what_the_host_was_dealing_with_keeps_its_frames() -> None:
    """It asks DES while it handles an error of its own, which Python then holds for the origin of all others."""
    own = ValueError("the host's")
    async with ImpactAPI("http://127.0.0.1:1", auth=CREDENTIALS) as api:
        try:
            raise own
        except ValueError:
            with pytest.raises(TransportError):
                await api.dreams.get("d1", attempts=1)
            with pytest.raises(ConfigurationError):
                ClientCredentials("", CLIENT_SECRET)
            await cancelled_at_once()

    assert own.__traceback__ is not None


async def cancelled_at_once() -> None:
    async with serving(DES({"/oauth/token": nothing})) as url, ImpactAPI(url, auth=CREDENTIALS) as api:
        with anyio.move_on_after(0.05) as scope:
            await api.dreams.get("d1")
        assert scope.cancelled_caught


async def test_the_walk_sees_what_a_frame_holds() -> None:
    """Else it would find nothing anywhere."""
    space: dict[str, Any] = {}
    code = compile(
        "def fails(token):\n    held = [{'a': token.encode()}]\n    raise ValueError('x')", "elsewhere.py", "exec"
    )
    exec(code, space)

    with pytest.raises(ValueError, match="x") as caught:
        space["fails"](ID_TOKEN)

    assert what_is_told(caught.value, {"ID token": ID_TOKEN}) == [
        "ID token in ValueError, elsewhere.py:3 fails, held",
        "ID token in ValueError, elsewhere.py:3 fails, token",
    ]

"""What a client is told once, for all its calls: options, the environment, who asks."""

import re
import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

import impact_sdk
from impact_sdk import (
    AppInfo,
    ClientCredentials,
    ClientOptions,
    ConfigurationError,
    Forbidden,
    ImpactAPI,
    ImpactSDK,
    NotSent,
    UnknownArgument,
)

from .answers import DREAM
from .conftest import BASE
from .fixed_clock import FixedClock

CREDENTIALS = ClientCredentials("demo-bank", "s3cret&=")
BACKEND = {"IMPACT_BASE_URL": BASE, "IMPACT_CLIENT_ID": "demo-bank", "IMPACT_CLIENT_SECRET": "s3cret&="}

MAKERS: dict[str, Callable[..., Any]] = {
    "ImpactAPI": lambda **options: ImpactAPI(BASE, auth=CREDENTIALS, **options),
    "ImpactSDK": lambda **options: ImpactSDK(BASE, client_id="demo-bank", **options),
}


@pytest.fixture(params=MAKERS)
def make(request: pytest.FixtureRequest) -> Callable[..., Any]:
    return MAKERS[request.param]


@pytest.fixture
def one(des: respx.MockRouter) -> respx.Route:
    return des.get("/v1/dreams/d1").respond(200, json={"dream": DREAM})


def test_the_version_is_the_packages() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]

    assert impact_sdk.__version__ == project["version"]


async def test_a_client_has_limits_for_calls_that_say_nothing(des: respx.MockRouter, one: respx.Route) -> None:
    async with ImpactAPI(BASE, auth=CREDENTIALS, timeout=timedelta(seconds=7), attempts=1) as api:
        await api.dreams.get("d1")
        await api.dreams.get("d1", timeout=2)
        await api.dreams.get("d1", timeout=None)
        one.mock(side_effect=httpx.ConnectError("refused"))
        with pytest.raises(NotSent) as caught:
            await api.dreams.get("d1", attempts=None)

    assert [call.request.extensions["timeout"]["read"] for call in one.calls] == [7, 2, 7, 7]
    assert caught.value.attempts == 1


async def test_a_call_may_try_more_often_than_its_client(des: respx.MockRouter, one: respx.Route) -> None:
    one.mock(side_effect=httpx.ConnectError("refused"))

    async with ImpactAPI(BASE, auth=CREDENTIALS, attempts=1, clock=FixedClock()) as api:
        with pytest.raises(NotSent):
            await api.dreams.get("d1", attempts=4)

    assert one.call_count == 4


async def test_a_view_has_other_options_and_the_same_token(des: respx.MockRouter, one: respx.Route) -> None:
    async with ImpactAPI(BASE, auth=CREDENTIALS, timeout=7, attempts=2, clock=FixedClock()) as api:
        async with api.with_options(timeout=3) as quick, quick.with_options(attempts=1) as once:
            await quick.dreams.get("d1")
            await once.dreams.get("d1")
        await api.dreams.get("d1")
        one.mock(side_effect=httpx.ConnectError("refused"))
        for client in (api, quick, once):
            with pytest.raises(NotSent):
                await client.dreams.get("d1")

    timeouts = [call.request.extensions["timeout"]["read"] for call in one.calls]
    assert timeouts == [3, 3, 7, 7, 7, 3, 3, 3]
    assert len(des.routes) == 2
    assert des.routes[0].call_count == 1


async def test_a_client_hears_the_replies_to_its_views_as_well(api: ImpactAPI, one: respx.Route) -> None:
    with api.replies() as replies:
        await api.with_options(timeout=3).dreams.get("d1")

    assert [reply.status for reply in replies] == [200]


async def test_a_view_ends_with_its_client(api: ImpactAPI, one: respx.Route) -> None:
    view = api.with_options(timeout=3)
    await api.aclose()

    with pytest.raises(ConfigurationError, match="closed"):
        await view.dreams.get("d1", attempts=1)


WRONG: dict[str, tuple[Any, str]] = {
    "timeout": (0, "timeout is 0; give a timedelta or seconds"),
    "attempts": (0, "attempts is 0; give 1 or more"),
    "deadline": (0, "deadline is 0; give a timedelta or seconds"),
    "retry_budget": (5, r"retry_budget is 5; give RetryBudget\("),
    "hooks": (["not a function"], "hooks is 'not a function'; give functions of one argument"),
    "app_info": ("app/1.0", r"app_info is 'app/1.0'; give AppInfo\(name="),
    "default_headers": ({"X-A": "b\r\nX-C: d"}, "default_headers has a value for X-A that is no visible ASCII text"),
    "verify": ("/nowhere", "verify is '/nowhere', which cannot be read"),
    "cert": (5, "cert is no certificate"),
    "proxy": ("ftp://x", "proxy is 'ftp://x'"),
    "max_connections": (0, "max_connections is 0; give 1 or more"),
    "http2": ("yes", "http2 is 'yes'; give True or False"),
    "transport": (object(), "transport is"),
    "clock": (object(), "clock is"),
    "source": (object(), "source is"),
}


@pytest.mark.parametrize("option", ClientOptions.__annotations__)
def test_an_option_that_cannot_work_is_refused_when_the_client_is_made(make: Callable[..., Any], option: str) -> None:
    value, said = WRONG[option]

    with pytest.raises(ConfigurationError, match=said):
        make(**{option: value})


@pytest.mark.parametrize("option", ClientOptions.__annotations__)
def test_an_option_that_is_none_is_as_if_left_out(make: Callable[..., Any], option: str) -> None:
    make(**{option: None})


def test_an_option_that_there_is_not_is_told_with_the_nearest(make: Callable[..., Any]) -> None:
    with pytest.raises(UnknownArgument, match=r"\(\) has no argument 'tiemout'; did you mean timeout\?"):
        make(tiemout=3)


def test_a_view_has_no_options_that_are_a_clients() -> None:
    api = MAKERS["ImpactAPI"]()

    with pytest.raises(UnknownArgument, match=r"with_options\(\) has no argument 'clock'"):
        api.with_options(clock=None)


# Who asks


async def user_agents(des: respx.MockRouter, **options: Any) -> list[list[str]]:
    async with MAKERS["ImpactAPI"](**options) as api:
        await api.dreams.get("d1")
    return [call.request.headers.get_list("user-agent") for call in des.calls]


async def test_every_request_says_who_asks(des: respx.MockRouter, one: respx.Route) -> None:
    [for_token], [for_dream] = await user_agents(des)

    assert for_token == for_dream
    assert re.fullmatch(rf"impact-sdk/{impact_sdk.__version__} python/3\.\d+( [\w.]+/[\w.]+)*", for_dream)


async def test_the_program_that_uses_the_sdk_stands_last(des: respx.MockRouter, one: respx.Route) -> None:
    app = AppInfo(name="example-bank", version="1.4.2", url="https://bank.example")

    [_], [said] = await user_agents(des, app_info=app)

    assert said.endswith(" example-bank/1.4.2 (https://bank.example)")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "a b"},
        {"name": "a/b"},
        {"name": "å"},
        {"name": "a\r\nX: y"},
        {"name": 5},
        {"name": "a" * 101},
        {"name": "a", "version": ""},
        {"name": "a", "version": "1 0"},
        {"name": "a", "url": "a)b"},
        {"name": "a", "url": "a b"},
        {"name": "a", "url": ""},
    ],
)
def test_a_program_whose_name_is_no_header_is_refused(wrong: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"app_info\.(name|version|url) is"):
        AppInfo(**wrong)


async def test_default_headers_go_with_every_request(des: respx.MockRouter, one: respx.Route) -> None:
    async with MAKERS["ImpactAPI"](default_headers={"X-Gateway-Key": "k 1", "X-Empty": ""}) as api:
        await api.dreams.get("d1")

    assert [call.request.headers["x-gateway-key"] for call in des.calls] == ["k 1", "k 1"]


async def test_a_default_header_that_des_repeats_is_not_passed_on(des: respx.MockRouter, one: respx.Route) -> None:
    """It may be a gateway's key; what is as short as a word may be one."""
    one.respond(403, json={"errors": [{"field": "base", "errors": ["g4teway-key is unknown, region north"]}]})

    async with MAKERS["ImpactAPI"](default_headers={"X-Gateway-Key": "g4teway-key", "X-Region": "north"}) as api:
        with pytest.raises(Forbidden, match=r"\[redacted\] is unknown, region north"):
            await api.dreams.get("d1")


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"authorization": "Bearer x"}, "authorization, which the SDK sets itself"),
        ({"COOKIE": "a=b"}, "COOKIE, which the SDK sets itself"),
        ({"Host": "elsewhere"}, "Host, which the SDK sets itself"),
        ({"Content-Length": "0"}, "Content-Length, which the SDK sets itself"),
        ({"Transfer-Encoding": "chunked"}, "Transfer-Encoding, which the SDK sets itself"),
        ({"Idempotency-Key": "k"}, "Idempotency-Key, which the SDK sets itself"),
        ({"User-Agent": "me"}, "User-Agent, which the SDK sets itself; give app_info for it"),
        ({"X A": "b"}, "'X A', which is no name of a header"),
        ({"": "b"}, "'', which is no name of a header"),
        ({5: "b"}, "5, which is no name of a header"),
        ({"X-A": "å"}, "a value for X-A"),
        ({"X-A": " b"}, "a value for X-A"),
        ({"X-A": 5}, "a value for X-A"),
        ({"X-A": "b" * 8_001}, "a value for X-A"),
        ({"X-A": "b", "x-a": "c"}, "x-a twice"),
        ([("X-A", "b")], "default_headers is 'list'; give a mapping"),
    ],
)
def test_a_default_header_that_cannot_be_is_refused(make: Callable[..., Any], headers: Any, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as caught:
        make(default_headers=headers)

    assert "Bearer x" not in str(caught.value)


# From the environment


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in BACKEND.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


async def test_a_backends_client_comes_from_the_environment(
    environment: pytest.MonkeyPatch, des: respx.MockRouter, one: respx.Route
) -> None:
    environment.setenv("IMPACT_TIMEOUT", "4.5")
    environment.setenv("IMPACT_ATTEMPTS", "1")

    async with ImpactAPI.from_env() as api:
        await api.dreams.get("d1")
        one.mock(side_effect=httpx.ConnectError("refused"))
        with pytest.raises(NotSent) as caught:
            await api.dreams.get("d1")

    assert one.calls[0].request.extensions["timeout"]["read"] == 4.5
    assert caught.value.attempts == 1


async def test_what_is_given_wins_over_the_environment(
    environment: pytest.MonkeyPatch, des: respx.MockRouter, one: respx.Route
) -> None:
    for name in BACKEND:
        environment.setenv(name, "")
    environment.setenv("IMPACT_TIMEOUT", "not read")

    async with ImpactAPI.from_env(base_url=BASE, auth=CREDENTIALS, timeout=3) as api:
        await api.dreams.get("d1")

    assert one.calls[0].request.extensions["timeout"]["read"] == 3


def test_an_apps_sdk_comes_from_the_environment(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("IMPACT_CLIENT_SECRET")

    assert repr(ImpactSDK.from_env()) == f"<ImpactSDK {BASE} client_id='demo-bank'>"
    assert "client_id='other'" in repr(ImpactSDK.from_env(client_id="other"))


@pytest.mark.parametrize("value", [None, "", "  "])
@pytest.mark.parametrize(
    ("make", "variable"),
    [
        *((ImpactAPI.from_env, variable) for variable in BACKEND),
        *((ImpactSDK.from_env, variable) for variable in BACKEND if variable != "IMPACT_CLIENT_SECRET"),
    ],
)
def test_a_variable_that_is_missing_is_named(
    environment: pytest.MonkeyPatch, make: Callable[[], Any], variable: str, value: str | None
) -> None:
    environment.delenv(variable)
    if value is not None:
        environment.setenv(variable, value)

    with pytest.raises(ConfigurationError, match=rf"from_env\(\) finds no {variable} in the environment") as caught:
        make()

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("IMPACT_TIMEOUT", "soon", "IMPACT_TIMEOUT is 'soon'; give a number"),
        ("IMPACT_ATTEMPTS", "1.5", "IMPACT_ATTEMPTS is '1.5'; give a number"),
        ("IMPACT_DEADLINE", "-1", "deadline is -1.0; give a timedelta or seconds"),
        ("IMPACT_TIMEOUT", "-1", "timeout is -1.0; give a timedelta or seconds"),
        ("IMPACT_ATTEMPTS", "0", "attempts is 0; give 1 or more"),
    ],
)
def test_a_variable_that_cannot_be_is_named(
    environment: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    environment.setenv(variable, value)

    for make in (ImpactAPI.from_env, ImpactSDK.from_env):
        with pytest.raises(ConfigurationError, match=re.escape(said)):
            make()


def test_a_resource_is_the_same_each_time_and_another_one_for_other_options() -> None:
    api = ImpactAPI("https://des.example", auth=ClientCredentials("demo-bank", "a-secret-of-16-c"))
    names = ("users", "accounts", "dreams", "savehacks", "savehack_launches", "transactions", "events", "sandbox")

    first = [getattr(api, name) for name in names]
    view = api.with_options(timeout=1)

    assert all(getattr(api, name) is resource for name, resource in zip(names, first, strict=True))
    assert all(getattr(view, name) is not resource for name, resource in zip(names, first, strict=True))
    assert view.users._transport.policy.timeout_seconds == 1
    assert {*names} <= {*dir(ImpactAPI)}

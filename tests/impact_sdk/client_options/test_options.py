"""What a client is told once, for all its calls: options, the environment, who asks."""

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
    ClientCredentials,
    ClientOptions,
    ConfigurationError,
    ImpactAPI,
    NotSent,
    UnknownArgument,
)

from ..conftest import BASE
from ..fixed_clock import FixedClock
from .makers import CREDENTIALS, MAKERS


def test_the_version_is_the_packages() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]

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
    "default_headers": ({"X-A": "b\r\nX-C: d"}, "default_headers has a value for X-A that is not visible ASCII text"),
    "verify": ("/nowhere", "verify is '/nowhere', which cannot be read"),
    "cert": (5, "cert is not a certificate"),
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


def test_a_resource_is_the_same_each_time_and_another_one_for_other_options() -> None:
    api = ImpactAPI("https://des.example", auth=ClientCredentials("demo-bank", "a-secret-of-16-c"))
    names = ("users", "accounts", "dreams", "savehacks", "savehack_launches", "transactions", "events", "sandbox")

    first = [getattr(api, name) for name in names]
    view = api.with_options(timeout=1)

    assert all(getattr(api, name) is resource for name, resource in zip(names, first, strict=True))
    assert all(getattr(view, name) is not resource for name, resource in zip(names, first, strict=True))
    assert view.users._transport.policy.timeout_seconds == 1
    assert {*names} <= {*dir(ImpactAPI)}

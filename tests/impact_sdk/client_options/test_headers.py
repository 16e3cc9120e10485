"""The headers that a client sends with every request."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import respx

import impact_sdk
from impact_sdk import (
    AppInfo,
    ConfigurationError,
    Forbidden,
)

from .makers import MAKERS


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
        ({"X A": "b"}, "'X A', which is not the name of a header"),
        ({"": "b"}, "'', which is not the name of a header"),
        ({5: "b"}, "5, which is not the name of a header"),
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

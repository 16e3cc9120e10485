"""Clients with options from environment variables."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import respx

from impact_sdk import (
    ConfigurationError,
    ImpactAPI,
    ImpactSDK,
    NotSent,
)

from ..conftest import BASE
from .makers import CREDENTIALS

BACKEND = {"IMPACT_BASE_URL": BASE, "IMPACT_CLIENT_ID": "demo-bank", "IMPACT_CLIENT_SECRET": "s3cret&="}


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

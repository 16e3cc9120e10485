"""Where requests go, which inputs are taken, and which secrets are never shown."""

import re
from pathlib import Path

import httpx
import pytest
import yaml

from bank_app_sim.invocation import command
from bank_app_sim.journeys.arazzo import DocumentError, WrongInput, run_document
from bank_app_sim.journeys.results import Outcome

from .parts import CREATE
from .shop import ADDRESS, OPENAPI, Runner, Shop, document, step


async def test_secrets_are_in_no_message_and_no_failure(runner: Runner) -> None:
    """Inputs that are called secret, what stands under a secret's name, tokens and cookies; sent, or only heard."""
    heard = {"access_token": "t0k3n-of-bank", "secret": "h3ard-in-passing"}
    secrets = ("t0k3n-of-bank", "h3ard-in-passing", "c00kie-of-ada", "1nput-of-test", "pl4nted-secret", "b3arer-token")
    said = {"errors": [f"{' '.join(secrets)} are wrong"]}
    shop = Shop([(200, heard, {"Set-Cookie": "s=c00kie-of-ada; Path=/"}), (400, said)])
    inputs = {"properties": {"key": {"type": "string", "format": "password", "default": "1nput-of-test"}}}
    first = {
        **CREATE,
        "requestBody": {"payload": {"client_secret": "pl4nted-secret", "note": "key {$inputs.key}"}},
        "outputs": {"cookie": "$response.header.Set-Cookie"},
    }
    second = step(parameters=[{"name": "Authorization", "in": "header", "value": "Bearer b3arer-token"}])

    result = await runner.one(shop, document(first, second, inputs=inputs))

    shown = repr(result)
    assert result.outcome is Outcome.FAILED
    assert shop.asked[1].headers["authorization"] == "Bearer b3arer-token"
    assert [secret for secret in secrets if secret in shown] == []
    assert f"{' '.join(['(concealed)'] * len(secrets))} are wrong" in shown


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"pge": "1"}, "the document has no input 'pge'; did you mean 'page'?"),
        ({"page": "one"}, "input 'page' must be of type integer, written as JSON, and is 'one'"),
        ({"page": "1.5"}, "input 'page' must be of type integer, and is float"),
        ({"page": "3"}, "input 'page' must be one of 1, 2"),
        ({}, "input 'page' of workflow 'buy' has no value; give --input page=VALUE"),
    ],
)
async def test_a_wrong_input_is_said_before_anything_is_sent(
    runner: Runner, typed: dict[str, str], sentence: str
) -> None:
    shop = Shop()
    inputs = {"required": ["page"], "properties": {"page": {"type": "integer", "enum": [1, 2]}}}

    with pytest.raises(WrongInput) as caught:
        await runner.one(shop, document(step(), inputs=inputs), typed=typed)

    assert sentence in str(caught.value)
    assert shop.asked == []


async def test_another_address_can_be_given(runner: Runner) -> None:
    shop = Shop()

    result = await runner.one(shop, document(step()), against="http://localhost:8701/")

    assert str(shop.asked[0].url) == "http://localhost:8701/items"
    assert result.world == "http://localhost:8701"


async def test_the_openapi_document_can_be_a_file_beside_the_document(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(yaml.safe_dump({**OPENAPI, "servers": [{"url": ADDRESS}]}))
    sources = [{"name": "shop", "url": "shop.yaml", "type": "openapi"}]

    result = await runner.one(Shop(), document(step(), root={"sourceDescriptions": sources}))

    assert result.outcome is Outcome.PASSED


@pytest.mark.parametrize("server", ["https://shop.example/v1", "//shop.example", "http://127.0.0.1.shop.example"])
async def test_an_api_that_is_elsewhere_is_refused_though_its_document_is_here(runner: Runner, server: str) -> None:
    shop = Shop(openapi={**OPENAPI, "servers": [{"url": server}]})

    with pytest.raises(DocumentError, match=r"shop\.example.* is not an address on this machine"):
        await runner.one(shop, document(step()))

    assert shop.asked == []


async def test_nobody_there_is_said_with_what_to_do(tmp_path: Path, runner: Runner) -> None:
    """Port 9 of loopback: over TCP, so the error is a real one."""
    file = tmp_path / "shop.arazzo.yaml"
    await runner.one(Shop(), document(step()))
    with pytest.raises(
        DocumentError, match=rf"cannot be fetched .* is it served\? Try `{re.escape(command('serve'))}`"
    ):
        await run_document(file)


async def test_an_answer_that_does_not_come_fails_its_step(runner: Runner) -> None:
    class Silent(Shop):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            if request.url.path == "/openapi.json":
                return super().__call__(request)
            raise httpx.ReadTimeout("")

    result = await runner.one(Silent(), document(step(timeout=50)))

    assert result.steps[0].failure is not None
    assert result.steps[0].failure.found == f"none from {ADDRESS}: ReadTimeout"
    assert len(result.messages) == 1


async def test_a_redirect_is_an_answer_and_is_not_followed(runner: Runner) -> None:
    """It could lead to another host."""
    shop = Shop([(302, None, {"Location": "http://shop.example/items"})])

    result = await runner.one(shop, document(step(successCriteria=[{"condition": "$statusCode == 302"}])))

    assert result.outcome is Outcome.PASSED
    assert len(shop.asked) == 1


async def test_the_command_repeats_the_run_and_shows_no_secret(runner: Runner) -> None:
    properties = {"key": {"type": "string", "format": "password"}, "note": {"type": "string"}}
    typed = {"key": "pl4nted", "note": "a b"}

    result = await runner.one(
        Shop(), document(step(), inputs={"properties": properties}), typed=typed, against="http://127.0.0.1:8701"
    )

    assert result.command == (
        f"bank-app-sim run {result.file} --against http://127.0.0.1:8701 --input 'key=…' --input 'note=a b'"
    )

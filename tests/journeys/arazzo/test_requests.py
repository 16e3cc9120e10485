"""How values are written where a request takes them, and which values cannot stand there."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bank_app_sim.journeys.arazzo.document import Document, Part
from bank_app_sim.journeys.arazzo.errors import DocumentError
from bank_app_sim.journeys.arazzo.lookup import Known
from bank_app_sim.journeys.arazzo.operations import DocumentOperation
from bank_app_sim.journeys.arazzo.parameters import Style
from bank_app_sim.journeys.arazzo.reading import Source
from bank_app_sim.journeys.arazzo.requests import CannotBeSent, Prepared, prepare
from bank_app_sim.journeys.results import Outcome

from .shop import ADDRESS, OPENAPI, Runner, Shop, document, step


def prepared(place: str, value: Any, **described: Any) -> Prepared:
    """The request of a step with one parameter `p`, as its OpenAPI document describes it."""
    operation = DocumentOperation(
        id="op",
        method="GET",
        path="/items/{p}/show" if place == "path" else "/items",
        server=ADDRESS,
        parameters={(place, "p"): Style.of({"in": place, "name": "p", **described})},
        content_types=(),
    )
    parameter = {"name": "p", "in": place, "value": value}
    source = Source(file="", value={}, places={}, keys={})
    return prepare(Document(source), Part({}, ()), Part({"parameters": [parameter]}, ()), operation, Known(inputs={}))


LIST, OBJECT = ["1", "a,b", 3], {"x": 1, "y z": "ä"}


@pytest.mark.parametrize(
    ("place", "value", "described", "target"),
    [
        ("query", LIST, {}, "/items?p=1&p=a%2Cb&p=3"),
        ("query", LIST, {"explode": False}, "/items?p=1,a%2Cb,3"),
        ("query", LIST, {"content": {"application/json": {}}}, "/items?p=%5B%221%22%2C%22a%2Cb%22%2C3%5D"),
        ("query", OBJECT, {}, "/items?x=1&y+z=%C3%A4"),
        ("query", OBJECT, {"explode": False}, "/items?p=x,1,y+z,%C3%A4"),
        ("query", [], {}, "/items"),
        ("query", {}, {"explode": False}, "/items"),
        ("query", None, {}, "/items"),
        ("query", "", {}, "/items?p="),
        ("query", True, {}, "/items?p=true"),
        ("query", "a&b=c#d", {}, "/items?p=a%26b%3Dc%23d"),
        ("querystring", "p=1#2", {}, "/items?p=1%232"),
        ("querystring", {"p": ["1", "2"]}, {}, "/items?p=1&p=2"),
        ("path", LIST, {}, "/items/1,a%2Cb,3/show"),
        ("path", OBJECT, {}, "/items/x,1,y%20z,%C3%A4/show"),
        ("path", OBJECT, {"explode": True}, "/items/x=1,y%20z=%C3%A4/show"),
        ("path", "...", {}, "/items/.../show"),
        ("path", "a/b?c#d", {}, "/items/a%2Fb%3Fc%23d/show"),
        ("path", "%2e%2e", {}, "/items/%252e%252e/show"),
    ],
)
def test_a_parameter_is_written_as_openapi_says(place: str, value: Any, described: dict[str, Any], target: str) -> None:
    assert prepared(place, value, **described).target == target


def test_a_list_in_a_header_or_a_cookie_has_commas() -> None:
    assert prepared("header", [1, 2]).headers["p"] == "1,2"
    assert prepared("cookie", [1, 2]).headers["Cookie"] == "p=1,2"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("path", ".."),
        ("path", "."),
        ("path", ""),
        ("path", None),
        ("path", []),
        ("path", {}),
        ("path", [".."]),
        ("header", "a\nb"),
        ("header", "a\r\nX: b"),
        ("header", "\x00"),
        ("header", "€"),
        ("header", "\x7f"),
        ("cookie", "a; b=c"),
        ("cookie", "a\nb"),
    ],
)
def test_a_value_that_would_make_it_another_request_is_refused(place: str, value: Any) -> None:
    with pytest.raises(CannotBeSent):
        prepared(place, value)


# What begins with a dollar or has one in braces is no text, but an expression.
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="$"), max_size=8))
@settings(max_examples=200)
def test_any_text_in_a_path_stays_in_its_place(text: str) -> None:
    import httpx

    try:
        url = httpx.URL(prepared("path", text).url)
    except CannotBeSent:
        return
    before, _, after = url.raw_path.decode().removeprefix("/items/").partition("/")
    assert (url.host, after) == ("127.0.0.1", "show")
    assert url.path == f"/items/{text}/show"
    assert before


async def test_a_step_whose_request_would_be_another_one_fails_and_sends_nothing(runner: Runner) -> None:
    shop = Shop()
    show = {"stepId": "show", "operationId": "getItem", "parameters": [{"name": "id", "in": "path", "value": ".."}]}

    result = await runner.one(shop, document(show))

    assert result.steps[0].failure is not None
    assert result.steps[0].failure.found == "/items/{id} would be another path where {id} is '..'"
    assert shop.asked == []


async def test_a_style_that_cannot_be_sent_is_refused_with_the_one_that_can(runner: Runner) -> None:
    page = {"name": "page", "in": "query", "style": "deepObject"}
    openapi = {**OPENAPI, "components": {"parameters": {"Page": page}}}
    uses = step(parameters=[{"name": "page", "in": "query", "value": 1}])

    with pytest.raises(DocumentError, match="'page' is of style 'deepObject', which cannot be sent; of a query"):
        await runner.one(Shop(openapi=openapi), document(uses))


@pytest.mark.parametrize("path", ["@shop.example/", "items", "", "/a\x1b[2J", "/a\nb"])
async def test_a_path_that_is_none_is_refused(runner: Runner, path: str) -> None:
    """Behind `http://127.0.0.1:9`, `@shop.example/` would lead to another host."""
    openapi = {**OPENAPI, "paths": {**OPENAPI["paths"], path: {"get": {"operationId": "elsewhere"}}}}

    with pytest.raises(DocumentError, match="is not a path: a path begins with / and has only printable characters"):
        await runner.one(Shop(openapi=openapi), document(step()))


async def body_sent(runner: Runner, media_type: str, payload: Any) -> tuple[str, bytes]:
    shop = Shop()
    create = {"stepId": "create", "operationId": "createItem"}
    result = await runner.one(
        shop, document({**create, "requestBody": {"contentType": media_type, "payload": payload}})
    )
    assert result.outcome is Outcome.PASSED, result.steps[0].failure
    return shop.asked[0].headers["content-type"], shop.asked[0].content


async def test_a_multipart_form_has_a_part_for_each_value(runner: Runner) -> None:
    media_type, content = await body_sent(runner, "multipart/form-data", {"a": "ä", "b": [1, "2"], "c": {"d": 1}})

    boundary = media_type.removeprefix("multipart/form-data; boundary=").encode()
    parts = [part.strip(b"\r\n-") for part in content.split(boundary) if part.strip(b"\r\n-")]
    assert parts == [
        'Content-Disposition: form-data; name="a"\r\n\r\nä'.encode(),
        b'Content-Disposition: form-data; name="b"\r\n\r\n1',
        b'Content-Disposition: form-data; name="b"\r\n\r\n2',
        b'Content-Disposition: form-data; name="c"\r\nContent-Type: application/json\r\n\r\n{"d":1}',
    ]


@pytest.mark.parametrize(
    ("media_type", "payload", "content"),
    [
        ("application/json", {"a": [1, None]}, b'{"a":[1,null]}'),
        ("application/merge-patch+json; charset=utf-8", {"a": 1}, b'{"a":1}'),
        ("application/json", '{"a": 1}', b'{"a": 1}'),
        ("text/plain", 5, b"5"),
        ("application/xml", "<a/>", b"<a/>"),
        ("application/x-www-form-urlencoded", {"a": {"b": 1}}, b"a=%7B%22b%22%3A1%7D"),
    ],
)
async def test_a_body_is_written_as_its_media_type(
    runner: Runner, media_type: str, payload: Any, content: bytes
) -> None:
    assert await body_sent(runner, media_type, payload) == (media_type, content)


@pytest.mark.parametrize("media_type", ["application/xml", "text/plain", "image/png"])
async def test_a_body_that_cannot_be_written_so_is_refused(runner: Runner, media_type: str) -> None:
    with pytest.raises(AssertionError, match=f"a payload that is not a text cannot be written as {media_type}"):
        await body_sent(runner, media_type, {"a": 1})

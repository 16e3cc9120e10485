"""Runtime expressions: what is one, what it says, and what is said of one that is none."""

import contextlib
import json
import string
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim.journeys.arazzo.errors import ExpressionError, NoSuchValue
from bank_app_sim.journeys.arazzo.expressions import Expression, is_expression, parse, pieces
from bank_app_sim.journeys.arazzo.lookup import Exchange, Known, as_text
from bank_app_sim.journeys.arazzo.selection import at_path, at_pointer

names = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=8)
tokens = st.text(st.characters(exclude_characters="{}", exclude_categories=["Cs"]), max_size=6)
pointers = st.lists(tokens).map(
    lambda parts: "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)
)


@given(names, names, st.none() | pointers)
def test_an_output_of_a_step_is_read_as_it_is_written(step: str, name: str, pointer: str | None) -> None:
    text = f"$steps.{step}.outputs.{name}" + ("" if pointer is None else f"#{pointer}")

    found = parse(text)

    assert (found.root, found.of, found.part, found.name, found.pointer) == ("steps", step, "outputs", name, pointer)
    assert str(found) == text


@given(st.text())
def test_a_text_is_an_expression_an_error_or_neither_and_nothing_else_happens(text: str) -> None:
    if not is_expression(text):
        return
    with contextlib.suppress(ExpressionError):
        assert str(parse(text)) == text


@given(st.lists(st.text(st.characters(exclude_characters="{}$")) | names.map(lambda name: parse(f"$inputs.{name}"))))
def test_embedded_expressions_are_found_and_the_text_between_them_is_kept(parts: list[str | Expression]) -> None:
    text = "".join(part if isinstance(part, str) else f"{{{part}}}" for part in parts)

    found = list(pieces(text))

    assert "".join(each if isinstance(each, str) else f"{{{each}}}" for each in found) == text
    assert [each for each in found if isinstance(each, Expression)] == [
        each for each in parts if isinstance(each, Expression)
    ]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(tokens, inner, max_size=3),
    max_leaves=8,
)


def parts_of(value: object, pointer: str = "") -> Iterator[tuple[str, object]]:
    yield pointer, value
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield from parts_of(member, f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}")


@given(json_values)
def test_a_pointer_leads_to_every_part_of_a_value(value: object) -> None:
    for pointer, part in parts_of(value):
        assert at_pointer(value, pointer, of="it") == part


@pytest.mark.parametrize(
    "position", ["00", "01", "+0", "-1", " 0", "0_0", "\u0660", "\u00b2", "1e0", "", "-", "9" * 5_000]
)
def test_a_position_of_a_pointer_is_ascii_without_zeros_before_it(position: str) -> None:
    with pytest.raises(NoSuchValue):
        at_pointer(["first", "second"], f"/{position}", of="it")


@given(json_values)
def test_the_root_of_any_value_is_selected(value: object) -> None:
    assert at_path(value, "$") == [value]


@pytest.mark.parametrize("value", [1, "[1]", "a", True, None])
@pytest.mark.parametrize("path", ["$.a", "$[0]", "$..*", "$[?@ == 1]"])
def test_a_single_value_has_no_parts(value: object, path: str) -> None:
    assert at_path(value, path) == []


@pytest.mark.parametrize("text", ["$5", "$", "", "5 $", "$bill", "a $inputs.b", "{$inputs.b}"])
def test_what_only_looks_like_one_is_a_text(text: str) -> None:
    assert not is_expression(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("$step.a.outputs.b", r"\$step is not known; did you mean '\$steps'\?"),
        ("$steps.a.output.b", r"\$steps is written as \$steps.STEP.outputs.NAME"),
        ("$response.body/dream/id", r"\$response is written as \$response.body or"),
        ("$response.body#dream/id", "behind # a JSON pointer is expected, which begins with /"),
        ("$statusCode.x", r"nothing can follow \$statusCode, but '.x' does"),
        ("$message.payload", "AsyncAPI"),
        ("inputs.a", r"write \$ first"),
    ],
)
def test_what_is_wrong_with_one_is_said(text: str, sentence: str) -> None:
    with pytest.raises(ExpressionError, match=sentence):
        parse(text)


@pytest.fixture
def known() -> Known:
    exchange = Exchange(
        method="POST",
        url="http://127.0.0.1:8700/v1/dreams",
        request_headers={"accept": "application/json"},
        query={"page": "1"},
        path={"id": "d1"},
        request_body={"dream": {"name": "Bike"}},
        status=201,
        response_headers={"set-cookie": "session=s"},
        response_body={"dream": {"id": "d1", "tags": ["a", "b"]}},
    )
    return Known(
        inputs={"customer": {"name": "Ada"}, "a.b": 1},
        steps={"first": {"list": [{"id": "x"}]}},
        workflows={"other": {"inputs": {"n": 2}, "outputs": {"m": 3}}},
        sources={"impact": {"url": "http://127.0.0.1:8700/openapi.json"}},
        exchange=exchange,
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$method", "POST"),
        ("$url", "http://127.0.0.1:8700/v1/dreams"),
        ("$statusCode", 201),
        ("$request.header.Accept", "application/json"),
        ("$request.query.page", "1"),
        ("$request.path.id", "d1"),
        ("$request.body#/dream/name", "Bike"),
        ("$response.header.Set-Cookie", "session=s"),
        ("$response.body", {"dream": {"id": "d1", "tags": ["a", "b"]}}),
        ("$response.body#/dream/tags/1", "b"),
        ("$inputs.customer.name", "Ada"),
        ("$inputs.a.b", 1),
        ("$steps.first.outputs.list#/0/id", "x"),
        ("$workflows.other.inputs.n", 2),
        ("$workflows.other.outputs.m", 3),
        ("$sourceDescriptions.impact.url", "http://127.0.0.1:8700/openapi.json"),
    ],
)
def test_each_kind_of_expression_has_its_value(known: Known, text: str, value: object) -> None:
    assert known.look_up(parse(text)) == value


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("$inputs.custmer", "there is no 'custmer'; did you mean 'customer'?"),
        ("$steps.second.outputs.x", "step 'second' has not succeeded before"),
        ("$response.body#/dream/nme", "there is no 'nme'"),
        ("$response.body#/dream/tags/2", "there is no element 2; the list has 2"),
        ("$response.header.Location", "there is no 'location'"),
        ("$self", "the document has no $self"),
        ("$outputs.x", "there is no 'x'"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(known: Known, text: str, sentence: str) -> None:
    with pytest.raises(NoSuchValue) as caught:
        known.look_up(parse(text))

    assert sentence in str(caught.value)


def test_a_whole_expression_keeps_its_type_and_an_embedded_one_becomes_text(known: Known) -> None:
    filled = known.fill(
        {"n": "$statusCode", "s": "{$statusCode}!", "o": "{$inputs.customer}", "l": ["$method", 1, None]}
    )

    assert filled == {"n": 201, "s": "201!", "o": '{"name":"Ada"}', "l": ["POST", 1, None]}


@given(json_values)
def test_the_text_of_a_value_that_is_no_text_is_json(value: object) -> None:
    assert value == (as_text(value) if isinstance(value, str) else json.loads(as_text(value)))

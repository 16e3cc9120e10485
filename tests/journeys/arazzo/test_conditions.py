"""Simple conditions, and the other kinds of criteria."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim.journeys.arazzo import conditions
from bank_app_sim.journeys.arazzo.criteria import what_is_wrong
from bank_app_sim.journeys.arazzo.errors import ExpressionError, NoSuchValue
from bank_app_sim.journeys.arazzo.expressions import Expression
from bank_app_sim.journeys.arazzo.lookup import Exchange, Known

VALUES: dict[str, Any] = {
    "$statusCode": 200,
    "$response.body": {"pets": [{"name": "Rex", "age": 3}], "none": None, "open": True},
    "$inputs.wanted": "REX",
    "$inputs.number": "3",
}


def look_up(expression: Expression) -> Any:
    if str(expression) not in VALUES:
        raise NoSuchValue(str(expression))
    return VALUES[str(expression)]


@pytest.mark.parametrize(
    "text",
    [
        "$statusCode == 200",
        "$statusCode != 404",
        "$statusCode >= 200 && $statusCode < 300",
        "$statusCode == '200'",
        "$statusCode == 404 || $statusCode == 200",
        "false || true && true",
        "!($statusCode == 404)",
        "!false",
        "$response.body.pets[0].name == 'rex'",
        "$response.body.pets[0].name == $inputs.wanted",
        "$response.body.pets[0].age == $inputs.number",
        "$response.body.pets[0].age > 2.5",
        "$response.body.pets[1] == null",
        "$response.body.none == null",
        "$response.body.pets != null",
        "$response.body.open == true",
        "$response.body.open",
        "$inputs.missing == null",
        "'it''s' == 'IT''S'",
        "'a' < 'B'",
    ],
)
def test_a_condition_that_holds(text: str) -> None:
    assert conditions.holds(conditions.parse(text), look_up)


@pytest.mark.parametrize(
    "text",
    [
        "$statusCode == 201",
        "$statusCode > null",
        "null < 1",
        "$statusCode == null",
        "$response.body.none",
        "$inputs.missing == 1",
        "$inputs.missing",
        "true && false",
        "$response.body.pets < 3",
        "true < 2",
        "$response.body.open == 1",
        "$inputs.wanted == 'Max'",
    ],
)
def test_a_condition_that_does_not_hold(text: str) -> None:
    assert not conditions.holds(conditions.parse(text), look_up)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "a value is expected at the end"),
        ("$statusCode ==", "a value is expected at the end"),
        ("== 200", "a value is expected where '==' is"),
        ("$statusCode == 200 200", "'200' is not expected there"),
        ("($statusCode == 200", "a bracket is not closed"),
        ('$statusCode == "200"', "texts stand in single quotes"),
        ("$statusCode == OK", "texts stand in single quotes"),
        ("$statusCode = 200", "cannot be read as a condition"),
        ("$statusKode == 200", r"did you mean '\$statusCode'"),
    ],
)
def test_what_is_wrong_with_one_is_said(text: str, sentence: str) -> None:
    with pytest.raises(ExpressionError, match=sentence):
        conditions.parse(text)


@given(st.text(alphabet="$statusCode=!<>&|()[]'\" 0123.#/nul"))
def test_any_text_is_a_condition_or_an_error(text: str) -> None:
    try:
        condition = conditions.parse(text)
    except ExpressionError:
        return
    assert conditions.holds(condition, look_up) in (True, False)


numbers = st.integers(-1000, 1000) | st.floats(-1000, 1000)


@given(numbers, numbers)
def test_numbers_compare_as_numbers_however_they_are_written(left: float, right: float) -> None:
    for operator, expected in (("<", left < right), ("==", left == right), (">=", left >= right)):
        assert conditions.compare(operator, left, right) is expected
        assert conditions.compare(operator, str(left), right) is expected


@given(st.sampled_from(["<", "<=", ">", ">=", "=="]), st.none() | st.booleans() | numbers | st.text())
def test_null_equals_nothing_but_null(operator: str, other: object) -> None:
    assert conditions.compare(operator, None, other) is (operator == "==" and other is None)


@pytest.mark.parametrize(
    "text", ["Infinity", "inf", "nan", "1_000", "\u0663", "\uff13", " 3", "3 ", "+3", "03", "3.", ".3", "0x3"]
)
def test_a_text_is_a_number_only_as_json_writes_it(text: str) -> None:
    for other in (3, 1000, 0.3, float("inf")):
        assert not conditions.compare("==", text, other)
        assert not conditions.compare("<", text, other)
        assert not conditions.compare(">=", text, other)


@pytest.mark.parametrize("text", ["3", "3.0", "30e-1", "0.3E1"])
def test_a_text_may_write_a_number_in_each_of_jsons_ways(text: str) -> None:
    assert conditions.compare("==", text, 3)
    assert conditions.holds(conditions.parse(f"3 == {text}"), look_up)


integers = st.integers(-(2**63), 2**64 - 1)


@given(integers, st.integers(-2, 2))
def test_integers_of_64_bits_compare_as_they_are(left: int, more: int) -> None:
    right = min(max(left + more, -(2**63)), 2**64 - 1)

    for written in (right, str(right)):
        assert conditions.compare("==", left, written) is (left == right)
        assert conditions.compare("<", left, written) is (left < right)
    assert conditions.holds(conditions.parse(f"{left} == {right}"), look_up) is (left == right)


def known(body: Any) -> Known:
    exchange = Exchange(
        method="GET",
        url="",
        request_headers={},
        query={},
        path={},
        request_body=None,
        status=200,
        response_headers={},
        response_body=body,
    )
    return Known(inputs={"state": "settled", "pattern": "2.."}, exchange=exchange)


@pytest.mark.parametrize(
    ("criterion", "wrong"),
    [
        ({"context": "$statusCode", "condition": "^2\\d\\d$", "type": "regex"}, None),
        ({"context": "$statusCode", "condition": "^({$inputs.pattern})$", "type": "regex"}, None),
        ({"context": "$statusCode", "condition": "^4", "type": "regex"}, "$statusCode is 200"),
        ({"context": "$response.body#/none", "condition": ".*", "type": "regex"}, "$response.body#/none is null"),
        (
            {
                "context": "$response.body",
                "condition": "$.list[?@.state == '{$inputs.state}']",
                "type": {"type": "jsonpath", "version": "rfc9535"},
            },
            None,
        ),
        (
            {"context": "$response.body", "condition": "$.list[?@.state == 'failed']", "type": "jsonpath"},
            '$response.body is {"list":[{"state":"settled"}],"none":null}',
        ),
        ({"context": "$response.body#/x", "condition": "$[*]", "type": "jsonpath"}, "there is no 'x'"),
        ({"condition": "$statusCode == 201"}, "$statusCode is 200"),
        ({"condition": "$response.body#/x == 1", "type": "simple"}, "there is no 'x'"),
        ({"condition": "false"}, "it never holds"),
    ],
)
def test_each_kind_of_criterion_holds_or_says_what_was_there(criterion: dict[str, Any], wrong: str | None) -> None:
    found = what_is_wrong(criterion, known({"list": [{"state": "settled"}], "none": None}))

    assert found == wrong if wrong is None else wrong in (found or "")

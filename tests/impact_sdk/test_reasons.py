"""What servers, and whatever stands before them, say is wrong: each of the usual forms is passed on."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact_sdk import FieldError
from impact_sdk.http.reasons import reasons


def base(*texts: str) -> FieldError:
    return FieldError("base", texts)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        # DES.
        ({"errors": [{"field": "a", "errors": ["is b", "is c"]}]}, [FieldError("a", ("is b", "is c"))]),
        ({"errors": [{"field": "a", "errors": "is b"}]}, [FieldError("a", ("is b",))]),
        # Texts, and fields, alone.
        ({"errors": ["is b", "is c"]}, [base("is b", "is c")]),
        ({"errors": "is b"}, [base("is b")]),
        ({"errors": {"name": ["is b"], "age": "is c"}}, [FieldError("name", ("is b",)), FieldError("age", ("is c",))]),
        ({"errors": {"dream": {"name": ["is b"]}}}, [FieldError("dream.name", ("is b",))]),
        # RFC 6749, 5.2.
        ({"error": "invalid_client", "error_description": "who?"}, [base("invalid_client", "who?")]),
        # RFC 9457.
        (
            {"type": "https://a/b", "title": "No credit", "detail": "You have 30", "status": 403},
            [base("No credit", "You have 30")],
        ),
        ({"type": "https://a/no-credit", "status": 403}, [base("https://a/no-credit")]),
        ({"type": "about:blank", "status": 403}, []),
        (
            {"title": "Not valid", "errors": [{"detail": "must be positive", "pointer": "#/dream/age"}]},
            [FieldError("dream.age", ("must be positive",)), base("Not valid")],
        ),
        (
            {"title": "Not valid", "invalid-params": [{"name": "age", "reason": "must be positive"}]},
            [FieldError("age", ("must be positive",)), base("Not valid")],
        ),
        # JSON:API, FastAPI, Google and Stripe, NestJS, AWS.
        (
            {"errors": [{"title": "Bad", "detail": "is b", "source": {"pointer": "/data/attributes/name"}}]},
            [FieldError("data.attributes.name", ("Bad", "is b"))],
        ),
        (
            {"detail": [{"loc": ["body", "items", 0, "name"], "msg": "Field required", "type": "missing"}]},
            [FieldError("body.items.0.name", ("Field required",))],
        ),
        ({"detail": "Not authenticated"}, [base("Not authenticated")]),
        ({"error": {"code": 401, "message": "Who?", "status": "UNAUTHENTICATED"}}, [base("Who?")]),
        ({"error": {"code": "no_such_price", "type": "x"}}, [base("no_such_price")]),
        (
            {"statusCode": 400, "message": ["name is b", "age is c"], "error": "Bad Request"},
            [base("Bad Request", "name is b", "age is c")],
        ),
        ({"message": "Endpoint request timed out"}, [base("Endpoint request timed out")]),
        ({"code": "unavailable"}, [base("unavailable")]),
        # Nothing.
        ({}, []),
        ([], []),
        (None, []),
        ("text", []),
        ({"errors": 5}, []),
        ({"errors": [5, None, []]}, []),
        ({"type": "a"}, []),
        ({"errors": [{"field": 1}]}, []),
        ({"message": " ", "detail": None, "error": {}}, []),
    ],
)
def test_what_is_said_is_found(answer: Any, found: list[FieldError]) -> None:
    assert reasons(answer) == found


NAMES = ["errors", "error", "error_description", "title", "detail", "message", "type", "code", "field", "source", "loc"]
ANSWERS: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@given(ANSWERS)
def test_no_answer_breaks_the_reader(answer: Any) -> None:
    for error in reasons(answer):
        assert isinstance(error.field, str)
        assert all(isinstance(each, str) for each in error.errors)


def test_an_answer_as_deep_as_it_may_be_is_read() -> None:
    deep: Any = "is b"
    for _ in range(98):
        deep = {"a": deep}

    assert reasons({"errors": deep}) == [FieldError(".".join("a" * 98), ("is b",))]
    assert reasons({"error": json.loads('{"error":' * 98 + '"is b"' + "}" * 98)}) == [base("is b")]

"""What comes in the body of a request, and what a server does with one that it cannot read."""

import gzip
from collections.abc import Mapping
from typing import Any

import pytest

from bank_app_sim.server.http.answers import LONGEST_SHOWN, MOST_ERRORS, Refused
from bank_app_sim.server.http.bodies import DEEPEST, FORM, JSON, LARGEST_BODY_BYTES, parsed, read
from bank_app_sim.server.http.nearest import is_not_known
from bank_app_sim.server.http.readers import whole_number


def errors(refused: Refused) -> dict[str, list[str]]:
    return {error["field"]: error["errors"] for error in refused.answer.body["errors"]}


def nested(levels: int, opening: str = '{"a":') -> bytes:
    closing = "}" if opening.startswith("{") else "]"
    return f'{{"a":{opening * (levels - 1)}1{closing * (levels - 1)}}}'.encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"[]",
        b"\xff",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'{"a": ' + b"1" * 5_000 + b"}",
        b'{"a": -' + b"1" * 100_000 + b"}",
        rb'{"a": "\ud800"}',
        rb'{"\udc00": "a"}',
        b'{"a": "\xed\xa0\x80"}',
        b'\xef\xbb\xbf{"a": 1}',
        '{"a": 1}'.encode("utf-16"),
        b"[" * 100_000,
        b'{"a":' * 100_000,
        nested(DEEPEST + 1),
        nested(255),
        nested(1_023),
        nested(DEEPEST + 1, "["),
    ],
)
def test_what_is_no_object_of_json_that_can_be_kept_is_400(raw: bytes) -> None:
    with pytest.raises(Refused) as refused:
        parsed(raw, {"content-type": JSON}, accepts_form=False)

    assert (refused.value.answer.status, list(errors(refused.value))) == (400, ["base"])


@pytest.mark.parametrize("raw", [nested(DEEPEST), nested(DEEPEST, "["), b'{"a": [' + b"[]," * 50_000 + b"[]]}"])
def test_what_is_wide_and_not_deep_is_read(raw: bytes) -> None:
    assert parsed(raw, {"content-type": JSON}, accepts_form=False)["a"]


@pytest.mark.parametrize(
    ("headers", "word"),
    [
        ({"content-encoding": "gzip"}, "gzip"),
        ({"content-encoding": "gzip, br"}, "gzip, br"),
        ({"content-encoding": "x-unheard-of"}, "x-unheard-of"),
        ({"content-type": f"{JSON}; charset=iso-8859-1"}, "iso-8859-1"),
        ({"content-type": f'{JSON};charset="UTF-16"'}, "utf-16"),
        ({"content-type": "application/jsonp"}, "application/jsonp"),
        ({"content-type": "text/plain"}, "text/plain"),
        ({"content-type": ""}, "no stated type"),
        ({"content-type": FORM}, FORM),
    ],
)
def test_another_format_coding_or_character_set_is_415(headers: Mapping[str, str], word: str) -> None:
    with pytest.raises(Refused) as refused:
        parsed(gzip.compress(b"{}"), {"content-type": JSON, **headers}, accepts_form=False)

    assert refused.value.answer.status == 415
    assert word in errors(refused.value)["base"][0]
    wanted = {"Accept-Encoding": "identity"} if "content-encoding" in headers else {}
    assert refused.value.answer.headers == wanted


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": f"{JSON}; charset=utf-8"},
        {"content-type": 'Application/JSON ; a=b; Charset="UTF-8"'},
        {"content-encoding": "identity"},
        {"content-encoding": "Identity "},
    ],
)
def test_what_changes_nothing_may_be_said(headers: Mapping[str, str]) -> None:
    assert parsed(b'{"a": "\xc3\xa9"}', {"content-type": JSON, **headers}, accepts_form=False) == {"a": "é"}


def test_nothing_is_an_empty_object_whatever_it_is_called() -> None:
    assert parsed(b"", {"content-type": "text/plain", "content-encoding": "gzip"}, accepts_form=False) == {}


@pytest.mark.parametrize(
    ("raw", "fields"),
    [
        (b"a=1&b=", {"a": "1", "b": ""}),
        ("a=é&%C3%A9=1".encode(), {"a": "é", "é": "1"}),
        (b"a=%ED%A0%80", {"a": "\ufffd" * 3}),
    ],
)
def test_a_form_is_in_utf_8(raw: bytes, fields: Mapping[str, str]) -> None:
    assert parsed(raw, {"content-type": FORM}, accepts_form=True) == fields


@pytest.mark.parametrize(("raw", "field"), [(b"a=\xff", "base"), (b"a=1&b=2&a=1", "a")])
def test_a_form_that_can_be_read_in_two_ways_is_400(raw: bytes, field: str) -> None:
    with pytest.raises(Refused) as refused:
        parsed(raw, {"content-type": FORM}, accepts_form=True)

    assert (refused.value.answer.status, list(errors(refused.value))) == (400, [field])


@pytest.mark.parametrize("announced", [str(LARGEST_BODY_BYTES + 1), "9" * 5_000])
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_what_says_that_it_is_too_large_is_not_read(announced: str) -> None:
    async def never() -> Any:
        raise AssertionError

    with pytest.raises(Refused) as refused:
        await read({"content-length": announced}, never)

    assert refused.value.answer.status == 413


@pytest.mark.parametrize("announced", ["²", "1.0", "-1", ""])
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_what_says_nothing_of_its_length_is_read_to_the_limit(announced: str) -> None:
    async def for_ever() -> Any:
        return {"type": "http.request", "body": b"a" * 100_000, "more_body": True}

    with pytest.raises(Refused) as refused:
        await read({"content-length": announced}, for_ever)

    assert refused.value.answer.status == 413


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, 5),
        (5.0, 5),
        (1e3, 1000),
        (-0.0, 0),
        (1e15, 10**15),
        (2.0**80, 2**80),
        (5.5, None),
        (True, None),
        ("5", None),
        (None, None),
        ([], None),
        (float("inf"), None),
        (float("nan"), None),
    ],
)
def test_an_integer_is_a_number_without_a_fraction(value: Any, expected: int | None) -> None:
    found = whole_number(value)

    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.thorough
def test_a_refusal_is_short_whatever_is_wrong() -> None:
    refused = Refused(400, {f"field {n}" * 500: ["is not known here" * 500] * 500 for n in range(50_000)})

    found = errors(refused)
    assert len(found) == MOST_ERRORS + 1
    assert found["base"] == [f"more fields are wrong; here are the first {MOST_ERRORS}"]
    assert max(map(len, found)) < LONGEST_SHOWN + 50
    assert max(len(texts) for texts in found.values()) == MOST_ERRORS


@pytest.mark.parametrize(
    ("name", "known", "sentence"),
    [
        ("created_after", ("page", "createdAfter"), "is not known here; did you mean createdAfter?"),
        ("colour", ("page", "items"), "is not known here; there is page, items"),
        ("colour", (), "is not known here; there is none"),
        ("createdAfter" * 10_000, ("createdAfter",), "is not known here; there is createdAfter"),
    ],
)
def test_a_name_that_is_not_known_is_told_with_what_was_meant(name: str, known: tuple[str, ...], sentence: str) -> None:
    assert is_not_known(name, known) == sentence

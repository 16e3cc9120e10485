"""JSON that anybody may have written, read alike with and without orjson."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from impact_sdk import wire
from impact_sdk.parsing import json_text

DEEPEST = json_text.DEEPEST


@contextmanager
def without_orjson() -> Iterator[None]:
    """orjson is an extra; the standard library does as well."""
    present = sys.modules.get("orjson")
    sys.modules["orjson"] = None  # type: ignore[assignment]  # which is how Python says that there is none
    json_text.library.cache_clear()
    try:
        yield
    finally:
        del sys.modules["orjson"]
        if present is not None:
            sys.modules["orjson"] = present
        json_text.library.cache_clear()


@pytest.fixture(params=["orjson", "json"])
def library(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "orjson":
        yield "orjson"
    else:
        with without_orjson():
            yield "json"


def nested(levels: int, begin: bytes = b"[", end: bytes = b"]") -> bytes:
    return begin * levels + end * levels


def test_each_library_is_the_one_that_reads(library: str) -> None:
    assert (json_text.library() is json_text.StandardJSON) == (library == "json")


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b' {"name": "B\xc3\xa5t", "n": [1, -2.5, true, null]}\r\n', {"name": "Båt", "n": [1, -2.5, True, None]}),
        (b"\xef\xbb\xbf{}", {}),
        (b'{"a": 1, "b": 2, "a": 3}', {"a": 3, "b": 2}),
        (b'"\\ud83d\\ude00 \\u0000 \\\\ud800"', "\N{GRINNING FACE} \0 \\ud800"),
        (b"-9223372036854775808", -(2**63)),
        (b"18446744073709551615", 2**64 - 1),
        (b"18446744073709551616", 2.0**64),
        (b"-9223372036854775809", -(2.0**63)),
        (b"1" * 300, float("1" * 300)),
        (b"1E5", 100_000.0),
        (b"-0", 0),
        (b"1e-400", 0.0),
        (nested(DEEPEST), json.loads(nested(DEEPEST))),
        (nested(DEEPEST, b'{"a":', b"}").replace(b":}", b":0}"), json.loads('{"a":' * DEEPEST + "0" + "}" * DEEPEST)),
        (b"[" + b"[]," * 5_000 + b"{}]", [*([[]] * 5_000), {}]),
    ],
)
def test_json_is_read(text: bytes, value: Any) -> None:
    read = wire.loads(text)

    assert read == value
    assert type(read) is type(value)


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        *(
            (text, "no JSON")
            for text in (b"", b" ", b"{", b"[1,]", b"{'a': 1}", b"tru", b"01", b"1.", b"+1", b"\0", b"\x1b")
        ),
        *(
            (text, "no JSON")
            for text in (b"<html>", b"{}{}", b'"\t"', b'"\\x41"', b"\xa01", b"\xef\xbb\xbf\xef\xbb\xbf1")
        ),
        # Not UTF-8: half of a character, one in too many bytes, a surrogate, other encodings.
        *(
            (text, "no JSON")
            for text in (b'"\xff"', b'"\xc3"', b'"\xc0\xaf"', b'"\xed\xa0\x80"', "{}".encode("utf-16"))
        ),
        *((text, "no JSON") for text in ("{}".encode("utf-32"), "{}".encode("utf-16-le"))),
        # Half of a character, escaped.
        *((text, "no JSON") for text in (b'"\\ud800"', b'"\\uDC80"', b'["\\ud83d\\u0041"]', b'{"\\udfff": 1}')),
        *((text, "no JSON") for text in (b"NaN", b"[Infinity]", b'{"a": -Infinity}', b"nan", b"1e400", b"[-1e999]")),
        *((text, "no JSON") for text in (b"1" * 5_000, b"-" + b"9" * 400, b"1" * 100_000)),
        *((nested(levels), "no JSON.*deep|no JSON.*depth") for levels in (DEEPEST + 1, 255, 1_023, 1_025, 100_000)),
        *((b"[" * levels, "no JSON") for levels in (DEEPEST + 1, 1_025, 100_000)),
        *((nested(levels, b'{"a":[', b"]}"), "no JSON.*deep|no JSON.*depth") for levels in (DEEPEST, 100_000)),
        (b'{"a":' * 100_000, "no JSON"),
    ],
    ids=lambda part: repr(part[:20]) + str(len(part)) if isinstance(part, bytes) else "",
)
def test_what_is_no_json_is_unreadable(text: bytes, problem: str) -> None:
    with pytest.raises(wire.Unreadable, match=problem):
        wire.loads(text)


@pytest.mark.usefixtures("library")
def test_what_was_read_can_be_shown_and_written() -> None:
    for text in (nested(DEEPEST), nested(DEEPEST // 2, b'{"a":[', b"]}")):
        value = wire.loads(text)

        assert json.loads(wire.dumps(value)) == value
        assert repr(value)


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    "value", [None, True, 0, -1.5, "Båt \N{GRINNING FACE}", [], {}, {"a": [1, {"b": None}]}, 2**63 - 1]
)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert wire.loads(wire.dumps(value)) == value


JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=())), inner),
    max_leaves=8,
)
JSON_LIKE = st.one_of(
    st.builds(lambda value, escaped: json.dumps(value, ensure_ascii=escaped), JSON_VALUES, st.booleans()),
    st.text(st.sampled_from('[]{}":,\\ud8dc01-+.eE tfn\n')),
    st.from_regex(r"\A-?[0-9]{1,25}(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,4})?\Z"),
).map(lambda text: text.encode(errors="surrogatepass"))


def outcome(text: bytes) -> tuple[str, str]:
    try:
        value = wire.loads(text)
    except wire.Unreadable as error:
        return "unreadable", str(error)
    return "read", repr(value)


@given(JSON_LIKE | st.binary())
@example(b"-0.0")
@example(b'{"a":1,"a":{"b":2}}')
@example(b"9223372036854775808")
@example('{"a": "å"}'.encode("utf-16"))
@example('\ufeff{"a": "å"}'.encode())
@example('\ufeff{"a": "å"}'.encode("utf-16-be"))
@example(b'["\\ud800", "\xed\xa0\x80"]')
@example(b"[NaN, -Infinity, 1e400]")
@example(b"1" * 5_000)
@example(b"1e99999999999999999999")
@example(b"[" * 100_000)
@example(nested(300))
def test_both_libraries_read_the_same(text: bytes) -> None:
    with_orjson = outcome(text)

    with without_orjson():
        assert outcome(text) == with_orjson

"""Reads the body of a request, up to a limit, and parses it as JSON or as a form."""

import collections
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.datastructures import QueryParams
from starlette.types import Receive

from .answers import Refused

# A body of this API has some hundred bytes; a megabyte leaves room for a bank's largest settlement batch.
LARGEST_BODY_BYTES = 1_048_576

# Bodies of this API have five levels. Not every JSON encoder can write much deeper ones.
DEEPEST = 32

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

_OPENING = (b"[", b"{")


class Gone(Exception):
    """The client closed the connection before it had sent the whole body."""


async def read(headers: Mapping[str, str], receive: Receive) -> bytes:
    """The whole body. `Refused` with 413 if it is too large; `Gone` if the client hangs up before its end."""
    announced = headers.get("content-length", "0")
    if announced.isascii() and announced.isdigit() and _is_too_long(announced):
        raise _too_large()
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > LARGEST_BODY_BYTES:
            raise _too_large()
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def parsed(raw: bytes, headers: Mapping[str, str], *, accepts_form: bool) -> Mapping[str, Any]:
    """The JSON object or the fields of the form; empty without a body.

    Raises:
        Refused: 415 for another format, coding or character set, and 400 for a body that cannot be parsed.
    """
    if not raw:
        return {}
    media_type = _media_type(headers, accepts_form=accepts_form)
    return _form(raw) if media_type == FORM else _object(raw)


def _media_type(headers: Mapping[str, str], *, accepts_form: bool) -> str:
    coding = headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        sentence = f"the body is encoded as {coding}; send it as it is, without Content-Encoding"
        raise Refused(415, {"base": [sentence]}, headers={"Accept-Encoding": "identity"})
    media_type, _, parameters = headers.get("content-type", "").partition(";")
    media_type = media_type.strip().lower()
    if media_type != JSON and not (accepts_form and media_type == FORM):
        wanted = f"{JSON} or {FORM}" if accepts_form else JSON
        raise Refused(415, {"base": [f"the body is {media_type or 'of no stated type'}; send {wanted}"]})
    charset = _charset(parameters)
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise Refused(415, {"base": [f"the body is in {charset}; send it in UTF-8"]})
    return media_type


def _charset(parameters: str) -> str:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"').lower()
    return "utf-8"


def _form(raw: bytes) -> Mapping[str, str]:
    try:
        fields = QueryParams(raw.decode())
    except UnicodeDecodeError as error:
        raise Refused(400, {"base": ["the form is not in UTF-8"]}) from error
    if twice := repeated(fields):
        raise Refused(400, twice)
    return dict(fields)


def repeated(fields: QueryParams) -> dict[str, list[str]]:
    """What is wrong with a query or a form that has a name more than once: nobody can tell which value is meant."""
    pairs = fields.multi_items()
    if len(pairs) == len(fields):
        return {}
    times = collections.Counter(name for name, _ in pairs)
    return {name: ["is given more than once"] for name in times if times[name] > 1}


def _object(raw: bytes) -> Mapping[str, Any]:
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Refused(400, {"base": [f"the body is not JSON: {error}"]}) from error
    if not isinstance(body, dict):
        raise Refused(400, {"base": ["the body is not a JSON object"]})
    # Counting brackets takes almost no time, and nearly all bodies have fewer than that.
    if sum(map(raw.count, _OPENING)) > DEEPEST and _is_deeper(body, DEEPEST):
        raise Refused(400, {"base": [f"the body is nested more than {DEEPEST} levels deep"]})
    return body


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    if levels == 0:
        return True
    inside = value.values() if isinstance(value, dict) else value
    return any(_is_deeper(each, levels - 1) for each in inside)


def _is_too_long(announced: str) -> bool:
    # Length first: int() refuses very many digits.
    return len(announced) > 20 or int(announced) > LARGEST_BODY_BYTES


def _too_large() -> Refused:
    return Refused(413, {"base": [f"the body is larger than {LARGEST_BODY_BYTES} bytes"]})

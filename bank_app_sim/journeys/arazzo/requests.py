"""A step's request, made of its parameters and its body; its sending, and its answer."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import anyio
import attrs
import httpx

from impact_sdk import wire

from . import selection
from .answers import read_bounded
from .document import Document, Part
from .errors import NoSuchValue
from .lookup import Exchange, Known, as_text, require_small
from .operations import DocumentOperation
from .parameters import FORM, joined, query

JSON = "application/json"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"

# The sandbox has no answer of this size.
LARGEST_ANSWER = 10_000_000

# RFC 9110, 5.1 and 5.5: names and values of headers. Values are octets, which are read and sent unchanged.
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z\-]+")
_HEADER_VALUE = re.compile(r"[\x20-\x7e\x80-\xff\t]*")
_OCTETS = "iso-8859-1"


class CannotBeSent(Exception):
    """A step's request is not possible, or would be another one than the document means."""


@attrs.frozen(kw_only=True)
class Prepared:
    """A request that can be sent.

    Attributes:
        target: Path and query, as in a trace.
        body: The value; `content` has its bytes.
    """

    method: str
    url: str
    target: str
    headers: Mapping[str, str] = attrs.field(repr=False)
    query: Mapping[str, str] = attrs.field(repr=False)
    path: Mapping[str, str]
    body: Any = attrs.field(repr=False)
    content: bytes | None = attrs.field(repr=False)


def prepare(document: Document, workflow: Part, step: Part, operation: DocumentOperation, known: Known) -> Prepared:
    """The request that a step sends.

    Raises:
        NoSuchValue: An expression in it has no value.
        CannotBeSent: A value cannot be at its place.
    """
    places: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "querystring": {}, "header": {}, "cookie": {}}
    for parameter in document.parameters(workflow, step):
        value = value_of(parameter.value["value"], known)
        if value is not None:  # nothing to send
            places[parameter.value["in"]][parameter.value["name"]] = value
    path = _path(operation, places["path"])
    target = "?".join(filter(None, [path, _query(operation, places["query"], places["querystring"])]))
    body, content, headers = _body(step, operation, known)
    headers |= {name: joined(value, operation.style("header", name)) for name, value in places["header"].items()}
    if places["cookie"]:
        headers["Cookie"] = "; ".join(_cookie(name, joined(value, FORM)) for name, value in places["cookie"].items())
    _require_headers(headers)
    return Prepared(
        method=operation.method,
        url=f"{operation.server}{target}",
        target=target,
        headers={"Accept": JSON, **headers},
        query={name: joined(value, operation.style("query", name)) for name, value in places["query"].items()},
        path={name: joined(value, operation.style("path", name)) for name, value in places["path"].items()},
        body=body,
        content=content,
    )


def _path(operation: DocumentOperation, values: Mapping[str, object]) -> str:
    """The path of an operation with its parameters. No value can change it to the path of another operation."""

    def filled(match: re.Match[str]) -> str:
        name = match[1]
        if name not in values:
            raise CannotBeSent(f"the path parameter {name!r} is null")
        return joined(values[name], operation.style("path", name), encode=lambda text: quote(text, safe=""))

    segments = []
    for template in operation.path.split("/"):
        segment = re.sub(r"\{([^{}]*)\}", filled, template)
        if segment in ("", ".", "..") and segment != template:
            raise CannotBeSent(f"{operation.path} would be another path where {template} is {segment!r}")
        segments.append(segment)
    return "/".join(segments)


def _query(operation: DocumentOperation, values: Mapping[str, object], wholes: Mapping[str, object]) -> str:
    pairs = [pair for name, value in values.items() for pair in query(name, value, operation.style("query", name))]
    for whole in wholes.values():
        pairs.append(_form(whole) if isinstance(whole, dict) else as_text(whole).replace("#", "%23"))
    return "&".join(pairs)


def _cookie(name: str, text: str) -> str:
    if ";" in text:
        raise CannotBeSent(f"the cookie {name} cannot have a semicolon")
    return f"{name}={text}"


def _require_headers(headers: Mapping[str, str]) -> None:
    for name, text in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise CannotBeSent(f"{name!r} is not a name of a header")
        if not _HEADER_VALUE.fullmatch(text):
            raise CannotBeSent(f"the header {name} can have the visible characters of Latin-1 only, and has others")


def value_of(value: object, known: Known) -> Any:
    """A value in which all expressions and selectors are replaced by their values.

    Raises:
        NoSuchValue: One of them has no value.
        ExpressionError: The result is too large or too deep: each step may double the value of the one before.
    """
    filled = _filled(value, known)
    require_small(filled)
    return filled


def _filled(value: Any, known: Known) -> Any:
    if selection.is_selector(value):
        return select(value, known)
    if isinstance(value, dict):
        return {name: _filled(member, known) for name, member in value.items()}
    if isinstance(value, list):
        return [_filled(element, known) for element in value]
    return known.fill(value)


def select(selector: Mapping[str, Any], known: Known) -> Any:
    """What a Selector Object selects. Several values of a JSONPath become a list.

    Raises:
        NoSuchValue: It selects nothing.
    """
    context = known.fill(selector["context"])
    text = known.fill_text(selector["selector"])
    kind = selector["type"] if isinstance(selector["type"], str) else selector["type"]["type"]
    if kind == "jsonpointer":
        return selection.at_pointer(context, text, of=selector["context"])
    found = selection.at_path(context, text)
    if not found:
        raise NoSuchValue(f"{text}: selects nothing in {selector['context']}")
    return found[0] if len(found) == 1 else found


def _body(step: Part, operation: DocumentOperation, known: Known) -> tuple[Any, bytes | None, dict[str, str]]:
    request = step.value.get("requestBody")
    if request is None:
        return None, None, {}
    body = value_of(request.get("payload"), known)
    media_type = request.get("contentType") or (JSON if JSON in operation.content_types else "")
    media_type = media_type or next(iter(operation.content_types), JSON)
    content, media_type = _written(body, media_type)
    return body, content, {"Content-Type": media_type}


def _written(body: object, media_type: str) -> tuple[bytes, str]:
    """A body in bytes, and its media type; that of a multipart body has the boundary."""
    kind = media_type.partition(";")[0].strip().lower()
    if isinstance(body, str):
        return body.encode(), media_type
    if kind == URLENCODED and isinstance(body, dict):
        return _form(body).encode(), media_type
    if kind == MULTIPART and isinstance(body, dict):
        return _multipart(body)
    if kind == JSON or kind.endswith("+json"):
        return as_text(body).encode(), media_type
    if isinstance(body, dict | list) or kind == MULTIPART:
        raise CannotBeSent(f"a payload that is not a text cannot be written as {media_type}")
    return as_text(body).encode(), media_type


def _form(fields: Mapping[str, object]) -> str:
    """A form; each element of a list is a field."""
    return urlencode([(name, as_text(each)) for name, value in fields.items() for each in _each(value)])


def _each(value: object) -> list[Any]:
    """The values of one name in a form."""
    return value if isinstance(value, list) else [value]


def _multipart(body: Mapping[str, object]) -> tuple[bytes, str]:
    parts = [
        (name, (None, as_text(each).encode(), JSON if isinstance(each, dict | list) else None))
        for name, value in body.items()
        for each in _each(value)
    ]
    request = httpx.Request("POST", "http://127.0.0.1", files=parts)
    return request.read(), request.headers["Content-Type"]


async def send(http: httpx.AsyncClient, prepared: Prepared, *, timeout_seconds: float) -> Exchange:
    """Send a request and read its answer.

    Raises:
        httpx.HTTPError: There was no answer that can be read.
        httpx.InvalidURL: There is no such address.
        TimeoutError: The answer did not come in time.
        AnswerTooLarge: The answer has more than 10 MB.
    """
    with anyio.fail_after(timeout_seconds):
        async with http.stream(
            prepared.method,
            prepared.url,
            headers=[(name.encode(), text.encode(_OCTETS)) for name, text in prepared.headers.items()],
            content=prepared.content,
            timeout=timeout_seconds,
        ) as answer:
            content = await read_bounded(answer, largest=LARGEST_ANSWER)
    return Exchange(
        method=prepared.method,
        url=prepared.url,
        request_headers={name.lower(): text for name, text in prepared.headers.items()},
        query=prepared.query,
        path=prepared.path,
        request_body=prepared.body,
        status=answer.status_code,
        response_headers=_headers(answer),
        response_body=_read(answer, content),
    )


def _headers(answer: httpx.Response) -> dict[str, str]:
    """The headers by lower-case name. Cookies can contain commas (RFC 6265, 3): they are joined as in `Cookie`."""
    answer.headers.encoding = _OCTETS
    cookies = answer.headers.get_list("set-cookie")
    return {
        **{name.lower(): text for name, text in answer.headers.items()},
        **({"set-cookie": "; ".join(cookies)} if cookies else {}),
    }


def _read(answer: httpx.Response, content: bytes) -> Any:
    if not content:
        return None
    if "json" in answer.headers.get("content-type", ""):
        try:
            return wire.loads(content)
        except ValueError:
            pass
    return content.decode(errors="replace")


def secrets_in(headers: Mapping[str, str]) -> list[str]:
    """The secrets in the headers of a request or an answer."""
    found = [text for name, text in headers.items() if name.lower() in ("authorization", "cookie", "set-cookie")]
    return found + [pair.partition("=")[2].strip() for text in found for pair in text.split(";")]

"""A step's request: put together from its parameters and its body, sent, and its answer read."""

import json
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import attrs

from . import selection
from .document import Document, Part
from .errors import NoSuchValue
from .lookup import Exchange, Known, as_text
from .operations import Operation

if TYPE_CHECKING:
    import httpx

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@attrs.frozen(kw_only=True)
class Prepared:
    """A request that can be sent.

    Attributes:
        target: Path and query, as a trace shows them.
        body: As it was put together; `content` is what it was written as.
    """

    method: str
    url: str
    target: str
    headers: Mapping[str, str] = attrs.field(repr=False)
    query: Mapping[str, str] = attrs.field(repr=False)
    path: Mapping[str, str]
    body: Any = attrs.field(repr=False)
    content: bytes | None = attrs.field(repr=False)


def prepare(document: Document, workflow: Part, step: Part, operation: Operation, known: Known) -> Prepared:
    """The request that a step sends.

    Raises:
        NoSuchValue: An expression in it has no value.
    """
    places: dict[str, dict[str, str]] = {"path": {}, "query": {}, "querystring": {}, "header": {}, "cookie": {}}
    for parameter in document.parameters(workflow, step):
        value = value_of(parameter.value["value"], known)
        if value is not None:  # nothing to send
            places[parameter.value["in"]][parameter.value["name"]] = as_text(value)
    path = operation.path
    for name, text in places["path"].items():
        path = path.replace(f"{{{name}}}", quote(text, safe=""))
    query = urlencode(places["query"]) or "".join(places["querystring"].values())
    target = f"{path}?{query}" if query else path
    body, content, headers = _body(step, operation, known)
    headers = {**headers, **places["header"]}
    if places["cookie"]:
        headers["Cookie"] = "; ".join(f"{name}={text}" for name, text in places["cookie"].items())
    return Prepared(
        method=operation.method,
        url=f"{operation.server}{target}",
        target=target,
        headers={"Accept": JSON, **headers},
        query=places["query"],
        path=places["path"],
        body=body,
        content=content,
    )


def value_of(value: Any, known: Known) -> Any:
    """A value with its expressions and selectors replaced by what they stand for, however deep."""
    if selection.is_selector(value):
        return select(value, known)
    if isinstance(value, dict):
        return {name: value_of(member, known) for name, member in value.items()}
    if isinstance(value, list):
        return [value_of(element, known) for element in value]
    return known.fill(value)


def select(selector: Mapping[str, Any], known: Known) -> Any:
    """What a Selector Object selects: of JSONPath the one value, or a list where there are several.

    Raises:
        NoSuchValue: Nothing is there.
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


def _body(step: Part, operation: Operation, known: Known) -> tuple[Any, bytes | None, dict[str, str]]:
    request = step.value.get("requestBody")
    if request is None:
        return None, None, {}
    body = value_of(request.get("payload"), known)
    media_type = request.get("contentType") or (JSON if JSON in operation.content_types else "")
    media_type = media_type or next(iter(operation.content_types), JSON)
    if isinstance(body, str) and media_type == JSON and request.get("replacements"):
        body = _as_json(body)
    for replacement in request.get("replacements", ()):
        body = _replaced(body, replacement, known)
    return body, _written(body, media_type), {"Content-Type": media_type}


def _as_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise NoSuchValue(f"the payload is no JSON, so nothing in it can be replaced: {error}") from error


def _replaced(body: Any, replacement: Mapping[str, Any], known: Known) -> Any:
    kind = replacement.get("targetSelectorType", "jsonpointer")
    value = value_of(replacement["value"], known)
    put = selection.put if (kind if isinstance(kind, str) else kind["type"]) == "jsonpointer" else selection.put_at_path
    return put(body, replacement["target"], value)


def _written(body: Any, media_type: str) -> bytes:
    if isinstance(body, str):
        return body.encode()
    if media_type == FORM and isinstance(body, dict):
        return urlencode({name: as_text(value) for name, value in body.items()}).encode()
    return json.dumps(body, ensure_ascii=False).encode()


async def send(http: "httpx.AsyncClient", prepared: Prepared, *, timeout_seconds: float) -> Exchange:
    """Send a request and read its answer.

    Raises:
        httpx.TransportError: There was none.
        httpx.InvalidURL: There is no such address.
    """
    answer = await http.request(
        prepared.method,
        prepared.url,
        headers=dict(prepared.headers),
        content=prepared.content,
        timeout=timeout_seconds,
    )
    return Exchange(
        method=prepared.method,
        url=prepared.url,
        request_headers={name.lower(): text for name, text in prepared.headers.items()},
        query=prepared.query,
        path=prepared.path,
        request_body=prepared.body,
        status=answer.status_code,
        response_headers=_headers(answer),
        response_body=_read(answer),
    )


def _headers(answer: "httpx.Response") -> dict[str, str]:
    return {name.lower(): text for name, text in answer.headers.items()}


def _read(answer: "httpx.Response") -> Any:
    if not answer.content:
        return None
    try:
        return answer.json() if "json" in answer.headers.get("content-type", "") else answer.text
    except ValueError:
        return answer.text


def secrets_in(headers: Mapping[str, str]) -> list[str]:
    """What may be seen by nobody of the headers of a request or an answer."""
    found = [text for name, text in headers.items() if name.lower() in ("authorization", "cookie", "set-cookie")]
    for text in list(found):
        found += [morsel.value for morsel in SimpleCookie(text).values()]
    return found

"""The HTTP face of an actor: requests in, read and checked; JSON answers out; both in the trace.

Both servers of the simulation stand on this, each with routes of its own. Nothing here knows what a route means.
"""

import functools
import http
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import anyio.lowlevel
import attrs
import orjson
from starlette.datastructures import QueryParams
from starlette.types import Receive, Scope, Send

from .hosts import is_from_page_of_another
from .ids import Ids
from .routes import Routes
from .trace import Trace

logger = logging.getLogger(__name__)

# A body of this API is some hundred bytes; a megabyte leaves room for a bank's largest settlement batch.
LARGEST_BODY_BYTES = 1_048_576

# What was taken off the front of the path by whoever has handed a request on.
FORWARDED_PREFIX = "x-forwarded-prefix"

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

QUERIES_AT_HAND = 256

NOT_FOR_PAGES = (
    "web pages of other servers have no business here; ask from a program, or from a page of this machine (127.0.0.1, "
    "localhost)"
)


@attrs.frozen(kw_only=True)
class Call:
    """One request, read whole and checked as far as its form goes.

    Attributes:
        scheme: `http` or `https`.
        path: As it was asked for, without the query.
        route: The route's template, such as `/v1/dreams/{id}`.
        parameters: The parts of the path that the template names.
        headers: By name, in lower case.
        body: The JSON object that was sent, or the fields of a form; empty where no body was.
        raw: The bytes of the body.
        request_id: What `X-Request-Id` of the answer will say.
    """

    method: str
    scheme: str
    path: str
    route: str
    parameters: Mapping[str, str]
    query: QueryParams
    # In no `repr`: they hold tokens and cookies.
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: Mapping[str, Any] = attrs.field(repr=False)
    raw: bytes = attrs.field(repr=False)
    request_id: str


@attrs.frozen
class Text:
    """A body that is ready to be sent, and of a media type of its own. Made for reading: it stays out of the trace."""

    content: bytes = attrs.field(repr=False)
    media_type: str


@attrs.frozen
class Answer:
    """What goes back: a status, a body (a value for JSON, a `Text`, or None for an empty one), and headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = attrs.field(factory=dict, kw_only=True)


class Refused(Exception):
    """A request that gets an error instead of what it asked for.

    Args:
        status: The HTTP status.
        errors: What is wrong with each field, as the API documents it: `{field: [sentence, …]}`.
    """

    def __init__(
        self, status: int, errors: Mapping[str, Sequence[str]], *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{status}: {errors}")
        self.answer = Answer(
            status,
            {"errors": [{"field": field, "errors": list(texts)} for field, texts in errors.items()]},
            headers=headers or {},
        )


# What the first digit of a status means (RFC 9110, 15).
CLASSES = {1: "Informational", 2: "Successful", 3: "Redirection", 4: "Client Error"}


@functools.cache
def status_line(status: int) -> str:
    """Such as `201 Created`; a status without a name of its own has its class's: `520 Server Error`.

    Peers may send any number. One that is of no class counts as a server's error (RFC 9110, 15).
    """
    try:
        return f"{status} {http.HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} {CLASSES.get(status // 100, 'Server Error')}"


# Not frozen, which takes longer to make: each world has some fifty of them.
@attrs.define(kw_only=True)
class Endpoint:
    """One operation of a service, and how its messages are called in the trace.

    Attributes:
        label: What the request is called; sender and body are given, because they can make a difference. By its method
            and path, when left out.
        answered: What a successful answer is called; sender and status are given. By its status, when left out.
        respond: Does the work. It raises `Refused` for an error.
        is_private: The bodies hold tokens or secrets: they stay out of the trace.
        accepts_form: An HTML form is understood as well as JSON.
        is_recorded: Its messages are put into the trace here; otherwise whoever sends them does.
    """

    method: str
    path: str
    respond: Callable[[Call], Awaitable[Answer]]
    label: Callable[[str, Mapping[str, Any]], str] = attrs.field()
    answered: Callable[[str, int], str] = lambda _sender, status: status_line(status)
    is_private: bool = False
    accepts_form: bool = False
    is_recorded: bool = True

    @label.default
    def _by_method_and_path(self) -> Callable[[str, Mapping[str, Any]], str]:
        return lambda _sender, _body: f"{self.method} {self.path}"


class _Gone(Exception):
    """Whoever asked did not wait until all of it was sent."""


class Service:
    """An ASGI application made of endpoints.

    Args:
        participant: Who answers, by its name in the trace.
        sender: Tells from a request's headers and route who is asking.
        headers: Sent with every answer.
        is_sandbox_only: Tells from a route whether no other server has it: then it is not for other servers' web pages.
    """

    def __init__(
        self,
        participant: str,
        endpoints: Sequence[Endpoint],
        *,
        sender: Callable[[Mapping[str, str], str], str],
        trace: Trace,
        ids: Ids,
        headers: Mapping[str, str] | None = None,
        is_sandbox_only: Callable[[str], bool] = lambda _route: False,
    ) -> None:
        self._participant = participant
        self._sender = sender
        self._trace = trace
        self._ids = ids
        self._headers = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
        self._is_sandbox_only = is_sandbox_only
        by_path: dict[str, dict[str, Endpoint]] = {}
        for endpoint in endpoints:
            by_path.setdefault(endpoint.path, {})[endpoint.method] = endpoint
        self._routes = Routes(by_path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await anyio.lowlevel.checkpoint()  # others have their turn between two requests, also within one process
        found = self._routes.find(scope["path"])
        if found is None:
            answer = Answer(404, _sentence(f"there is no {scope['path']} here"))
            await self._send(send, answer, self._request_id(headers_of(scope)))
            return
        endpoints, parameters = found
        endpoint = endpoints.get(scope["method"])
        if endpoint is None:
            await self._not_possible(scope, send, sorted(endpoints))
        elif self._is_sandbox_only(endpoint.path) and _is_of_a_strange_page(scope):
            await self.refuse(scope, send, Refused(403, {"Origin": [NOT_FOR_PAGES]}))
        else:
            await self._answer(endpoint, parameters, scope, receive, send)

    async def _not_possible(self, scope: Scope, send: Send, methods: Sequence[str]) -> None:
        sentence = _sentence(f"{scope['method']} is not possible here")
        answer = Answer(405, sentence, headers={"Allow": ", ".join(methods)})
        await self._send(send, answer, self._request_id(headers_of(scope)))

    async def refuse(self, scope: Scope, send: Send, refused: Refused) -> None:
        """Answer a request without reading it."""
        await self._send(send, refused.answer, self._request_id(headers_of(scope)))

    async def _answer(
        self, endpoint: Endpoint, parameters: Mapping[str, str], scope: Scope, receive: Receive, send: Send
    ) -> None:
        headers = headers_of(scope)
        request_id = self._request_id(headers)
        sender = self._sender(headers, endpoint.path)
        detail: dict[str, Any] = {"method": scope["method"], "path": _full_path(scope), "request_id": request_id}
        recorded = False
        body: Mapping[str, Any] = {}
        try:
            raw = await _read(headers, receive)
            body = _parse(raw, headers, accepts_form=endpoint.accepts_form)
            if body and not endpoint.is_private:
                detail["body"] = body
            self._record_request(endpoint, sender, body, detail)
            recorded = True
            query = _query(scope["query_string"])
            _refuse_nul(parameters, query)
            answer = await endpoint.respond(
                Call(
                    method=scope["method"],
                    scheme=scope["scheme"],
                    path=scope["path"],
                    route=endpoint.path,
                    parameters=parameters,
                    query=query,
                    headers=headers,
                    body=body,
                    raw=raw,
                    request_id=request_id,
                )
            )
        except Refused as refused:
            answer = refused.answer
        except _Gone:
            return
        except Exception:
            logger.exception("%s %s failed (request %s)", scope["method"], scope["path"], request_id)
            answer = Answer(500, _sentence(f"this is our fault; look for request {request_id} in the log"))
        if not recorded:
            self._record_request(endpoint, sender, body, detail)
        self._record_answer(endpoint, sender, answer, request_id)
        await self._send(send, answer, request_id)

    def _request_id(self, headers: Mapping[str, str]) -> str:
        """The caller's own, when it is short and plain: then one id can be followed through both logs."""
        own = headers.get("x-request-id", "")
        is_plain = 0 < len(own) <= 100 and own.isascii() and own.replace("-", "").isalnum()
        return own if is_plain else self._ids.uuid()

    def _record_request(
        self, endpoint: Endpoint, sender: str, body: Mapping[str, Any], detail: Mapping[str, Any]
    ) -> None:
        if endpoint.is_recorded:
            self._trace.record(sender, self._participant, endpoint.label(sender, body), kind="request", detail=detail)

    def _record_answer(self, endpoint: Endpoint, sender: str, answer: Answer, request_id: str) -> None:
        if not endpoint.is_recorded:
            return
        detail: dict[str, Any] = {"status": answer.status, "request_id": request_id}
        is_value = answer.body is not None and not isinstance(answer.body, Text)
        if is_value and (answer.status >= 400 or not endpoint.is_private):
            detail["body"] = answer.body
        label = status_line(answer.status) if answer.status >= 400 else endpoint.answered(sender, answer.status)
        self._trace.record(self._participant, sender, label, kind="response", detail=detail)

    async def _send(self, send: Send, answer: Answer, request_id: str) -> None:
        body = answer.body
        if not isinstance(body, Text):
            body = Text(b"" if body is None else orjson.dumps(body), JSON)
        headers = [
            (b"content-length", str(len(body.content)).encode()),
            (b"x-request-id", request_id.encode()),
            *self._headers,
            *((name.lower().encode(), value.encode()) for name, value in answer.headers.items()),
        ]
        if body.content:
            headers.append((b"content-type", body.media_type.encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": body.content})


def headers_of(scope: Scope) -> dict[str, str]:
    """The headers of a request, by name in lower case; of several with the same name the first."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(scope["headers"])}


# Whoever looks for news asks the same again and again. What it gives cannot be changed.
_query = functools.lru_cache(QUERIES_AT_HAND)(QueryParams)


def _sentence(text: str) -> dict[str, Any]:
    return {"errors": [{"field": "base", "errors": [text]}]}


def _full_path(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    return f"{scope['path']}?{query}" if query else str(scope["path"])


def _is_of_a_strange_page(scope: Scope) -> bool:
    headers = headers_of(scope)
    return "origin" in headers and is_from_page_of_another(headers["origin"], headers.get("host"))


async def _read(headers: Mapping[str, str], receive: Receive) -> bytes:
    announced = headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > LARGEST_BODY_BYTES:
        raise _too_large()
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > LARGEST_BODY_BYTES:
            raise _too_large()
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _too_large() -> Refused:
    return Refused(413, {"base": [f"the body is larger than {LARGEST_BODY_BYTES} bytes"]})


def _refuse_nul(parameters: Mapping[str, str], query: QueryParams) -> None:
    """Texts with NUL are kept nowhere, because PostgreSQL cannot; so nothing has such an id."""
    for name, value in parameters.items():
        if "\0" in value:
            raise Refused(404, {name: ["does not exist"]})
    for name, value in query.multi_items():
        if "\0" in value:
            raise Refused(400, {name: ["can't contain the character NUL"]})


def _parse(raw: bytes, headers: Mapping[str, str], *, accepts_form: bool) -> Mapping[str, Any]:
    if not raw:
        return {}
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == FORM and accepts_form:
        return dict(QueryParams(raw))
    if media_type != JSON:
        wanted = f"{JSON} or {FORM}" if accepts_form else JSON
        raise Refused(415, {"base": [f"the body is {media_type or 'of no stated type'}; send {wanted}"]})
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Refused(400, {"base": [f"the body is not JSON: {error}"]}) from error
    if not isinstance(body, dict):
        raise Refused(400, {"base": ["the body is not a JSON object"]})
    return body

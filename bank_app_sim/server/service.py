"""The HTTP face of an actor: requests in, read and checked; JSON answers out; both in the trace.

Both servers of the simulation stand on this, each with routes of its own. Nothing here knows what a route means.
"""

import functools
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

import anyio.lowlevel
import attrs
import orjson
from starlette.datastructures import QueryParams
from starlette.types import Receive, Scope, Send

from impact_sdk.parsing.visible import visible

from ..timeline.trace import Trace
from . import bodies
from .answers import LONGEST_SHOWN, Answer, Refused, Text, cut
from .database import DatabaseError
from .hosts import is_from_page_of_another
from .ids import Ids
from .nearest import not_known
from .request import HTTPRequest, headers_of, prefix_of
from .routes import Routes
from .status_lines import status_line

logger = logging.getLogger(__name__)

QUERIES_AT_HAND = 256

# Whose bodies mean nothing (RFC 9110, 9.3.1 and 9.3.5).
WITHOUT_BODY = ("GET", "DELETE")

# Of one message: thousands of them are kept.
LARGEST_RECORDED_BYTES = 131_072

# Nobody guesses what an answer of ours is from what is in it.
NO_GUESSING = (b"x-content-type-options", b"nosniff")

# In seconds, for who asks while the database cannot be used.
TRY_AGAIN = "5"

NOT_FOR_PAGES = (
    "web pages of other servers have no business here; ask from a program, or from a page of this machine (127.0.0.1, "
    "localhost)"
)


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
        parameters: What its query may have; None where that is none of our business.
        refused: What a refusal is answered with.
        takes_body: What comes in the body is looked at. By its method, when left out: GET and DELETE pass over it.
    """

    method: str
    path: str
    respond: Callable[[HTTPRequest], Awaitable[Answer]]
    label: Callable[[str, Mapping[str, Any]], str] = attrs.field()
    answered: Callable[[str, int], str] = lambda _sender, status: status_line(status)
    is_private: bool = False
    accepts_form: bool = False
    is_recorded: bool = True
    parameters: Collection[str] | None = ()
    refused: Callable[[Answer], Answer] = lambda answer: answer
    takes_body: bool = attrs.field()

    @takes_body.default
    def _by_method(self) -> bool:
        return self.method not in WITHOUT_BODY

    @label.default
    def _by_method_and_path(self) -> Callable[[str, Mapping[str, Any]], str]:
        return lambda _sender, _body: f"{self.method} {self.path}"


# Headers that no request has twice, as errors name them.
GIVEN_ONCE = {
    b"authorization": "Authorization",
    b"content-encoding": "Content-Encoding",
    b"content-type": "Content-Type",
    b"idempotency-key": "Idempotency-Key",
}


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
        self._headers = [
            NO_GUESSING,
            *((name.lower().encode(), value.encode()) for name, value in (headers or {}).items()),
        ]
        self._is_sandbox_only = is_sandbox_only
        by_path: dict[str, dict[str, Endpoint]] = {}
        for endpoint in endpoints:
            by_path.setdefault(endpoint.path, {})[endpoint.method] = endpoint
        self._routes = Routes(by_path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await anyio.lowlevel.checkpoint()  # others have their turn between two requests, also within one process
        found = self._routes.find(scope["path"])
        if found is None:
            await self.refuse(scope, send, Refused(404, {"base": [f"there is no {cut(scope['path'])} here"]}))
            return
        endpoints, parameters = found
        # HEAD is GET without the body (RFC 9110, 9.3.2); `_send()` sees to that.
        endpoint = endpoints.get("GET" if scope["method"] == "HEAD" else scope["method"])
        if endpoint is None:
            await self.refuse(scope, send, _not_possible(scope["method"], endpoints))
        elif self._is_sandbox_only(endpoint.path) and _is_of_a_strange_page(scope):
            await self.refuse(scope, send, Refused(403, {"Origin": [NOT_FOR_PAGES]}))
        else:
            await self._answer(endpoint, parameters, scope, receive, send)

    async def refuse(self, scope: Scope, send: Send, refused: Refused) -> None:
        """Answer a request without reading it."""
        content = _encoded(refused.answer)
        await self._send(send, scope["method"], refused.answer, content, self._request_id(headers_of(scope)))

    async def _answer(
        self, endpoint: Endpoint, parameters: Mapping[str, str], scope: Scope, receive: Receive, send: Send
    ) -> None:
        headers = headers_of(scope)
        request_id = self._request_id(headers)
        sender = self._sender(headers, endpoint.path)
        detail: dict[str, Any] = {"method": scope["method"], "path": cut(_full_path(scope)), "request_id": request_id}
        recorded = False
        body: Mapping[str, Any] = {}
        try:
            _refuse_repeated(scope)
            raw = await bodies.read(headers, receive) if endpoint.takes_body else b""
            body = bodies.parsed(raw, headers, accepts_form=endpoint.accepts_form)
            if body and not endpoint.is_private:
                detail["body"] = _kept(body, raw)
            self._record_request(endpoint, sender, body, detail)
            recorded = True
            query = _query(scope["query_string"])
            _check_query(query, endpoint.parameters)
            _refuse_nul(parameters, query)
            answer = await endpoint.respond(
                HTTPRequest(
                    method=endpoint.method,
                    scheme=scope["scheme"],
                    prefix=prefix_of(headers),
                    path=scope["path"],
                    route=endpoint.path,
                    parameters=parameters,
                    query=query,
                    headers=headers,
                    body=body,
                    raw=raw,
                    request_id=request_id,
                    is_head=scope["method"] == "HEAD",
                )
            )
            content = _encoded(answer)
        except Refused as refused:
            answer = endpoint.refused(refused.answer)
            content = _encoded(answer)
        except bodies.Gone:
            return
        except DatabaseError as error:  # which says in the log why, once
            answer = _try_again(error).answer
            content = _encoded(answer)
        except Exception:
            path = visible(scope["path"], longest=LONGEST_SHOWN)
            logger.exception("%s %s failed (request %s)", scope["method"], path, request_id)
            answer = Refused(500, {"base": [f"this is our fault; look for request {request_id} in the log"]}).answer
            content = _encoded(answer)
        if not recorded:
            self._record_request(endpoint, sender, body, detail)
        self._record_answer(endpoint, sender, answer, content, request_id)
        await self._send(send, scope["method"], answer, content, request_id)

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

    def _record_answer(self, endpoint: Endpoint, sender: str, answer: Answer, content: bytes, request_id: str) -> None:
        if not endpoint.is_recorded:
            return
        detail: dict[str, Any] = {"status": answer.status, "request_id": request_id}
        is_value = answer.body is not None and not isinstance(answer.body, Text)
        if is_value and (answer.status >= 400 or not endpoint.is_private):
            detail["body"] = _kept(answer.body, content)
        label = status_line(answer.status) if answer.status >= 400 else endpoint.answered(sender, answer.status)
        self._trace.record(self._participant, sender, label, kind="response", detail=detail)

    async def _send(self, send: Send, method: str, answer: Answer, content: bytes, request_id: str) -> None:
        headers = [
            (b"content-length", str(len(content)).encode()),
            (b"x-request-id", request_id.encode()),
            *self._headers,
            *((name.lower().encode(), value.encode()) for name, value in answer.headers.items()),
        ]
        if content:
            media_type = answer.body.media_type if isinstance(answer.body, Text) else bodies.JSON
            headers.append((b"content-type", media_type.encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else content})


# Whoever looks for news asks the same again and again. What it gives cannot be changed.
_query = functools.lru_cache(QUERIES_AT_HAND)(QueryParams)


def _try_again(error: DatabaseError) -> Refused:
    sentence = f"the database of this server cannot be used now ({type(error).__name__}: its log says why); ask again"
    return Refused(503, {"base": [sentence]}, headers={"Retry-After": TRY_AGAIN})


def _full_path(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    return f"{scope['path']}?{query}" if query else str(scope["path"])


def _encoded(answer: Answer) -> bytes:
    if isinstance(answer.body, Text):
        return answer.body.content
    return b"" if answer.body is None else orjson.dumps(answer.body)


def _kept(body: Any, content: bytes) -> Any:
    """What the trace keeps of a body: all of it, or the beginning of one that is too large to be looked at."""
    if len(content) <= LARGEST_RECORDED_BYTES:
        return body
    beginning = content[:LONGEST_SHOWN].decode(errors="replace")
    return {"cut": f"{len(content)} bytes, more than the {LARGEST_RECORDED_BYTES} that the trace keeps: {beginning}…"}


def _not_possible(method: str, endpoints: Collection[str]) -> Refused:
    possible = {*endpoints, "HEAD"} if "GET" in endpoints else endpoints
    return Refused(405, {"base": [f"{method} is not possible here"]}, headers={"Allow": ", ".join(sorted(possible))})


def _check_query(query: QueryParams, known: Collection[str] | None) -> None:
    if not query or known is None:
        return
    if wrong := not_known(query.keys() - set(known), known) or bodies.repeated(query):
        raise Refused(400, wrong)


def _is_of_a_strange_page(scope: Scope) -> bool:
    headers = headers_of(scope)
    return "origin" in headers and is_from_page_of_another(headers["origin"], headers.get("host"))


def _refuse_repeated(scope: Scope) -> None:
    """Two proofs, two keys, two kinds of body: nobody knows which is meant (RFC 9110, 5.3)."""
    seen = [name for name, _ in scope["headers"] if name in GIVEN_ONCE]
    if len(seen) > len(set(seen)):
        twice = sorted(GIVEN_ONCE[name] for name in set(seen) if seen.count(name) > 1)
        raise Refused(400, {name: ["is given more than once"] for name in twice})


def _refuse_nul(parameters: Mapping[str, str], query: QueryParams) -> None:
    """Texts with NUL are kept nowhere, because PostgreSQL cannot; so nothing has such an id."""
    for name, value in parameters.items():
        if "\0" in value:
            raise Refused(404, {name: ["does not exist"]})
    for name, value in query.multi_items():
        if "\0" in value:
            raise Refused(400, {name: ["can't contain the character NUL"]})

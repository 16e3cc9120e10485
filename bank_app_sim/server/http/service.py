"""The HTTP face of an actor: requests in, read and checked; JSON answers out; both in the trace.

Every server of the simulation stands on this, with a table of operations. Nothing here knows what an operation does.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

import anyio.lowlevel
from starlette.types import Receive, Scope, Send

from ..ids import Ids
from ..queries import query_of, refuse_nul
from . import bodies
from .answers import Answer, Refused, cut
from .operation import Operation
from .recording import Recorder, Recording
from .request import HTTPRequest, headers_of, prefix_of, refuse_repeated_headers
from .routes import Routes
from .sending import encoded, failure, send_answer

D = TypeVar("D")

Guard = Callable[[str, Mapping[str, str]], None]


class Service(Generic[D]):
    """An ASGI application made of operations.

    Args:
        respond: Performs an operation. It raises `Refused` for an error.
        recorder: Puts the messages into the trace; None to keep them out.
        headers: Sent with every answer.
        guard: Called with the route and the headers of each request before it is read; raises `Refused` for a request
            that is not let in.
    """

    def __init__(
        self,
        operations: Sequence[Operation[D]],
        respond: Callable[[Operation[D], HTTPRequest], Awaitable[Answer]],
        *,
        ids: Ids,
        recorder: Recorder | None = None,
        headers: Mapping[str, str] | None = None,
        guard: Guard = lambda _route, _headers: None,
    ) -> None:
        self._respond = respond
        self._ids = ids
        self._recorder = recorder
        self._headers = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
        self._guard = guard
        by_path: dict[str, dict[str, Operation[D]]] = {}
        for operation in operations:
            by_path.setdefault(operation.path, {})[operation.method] = operation
        self._routes = Routes(by_path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await anyio.lowlevel.checkpoint()  # others have their turn between two requests, also within one process
        headers = headers_of(scope)
        request_id = self._request_id(headers)
        try:
            operation, parameters = self._find(scope)
            self._guard(operation.path, headers)
        except Refused as refused:
            answer, content = refused.answer, encoded(refused.answer)
        else:
            recording = Recording(self._recorder, operation, scope, headers, request_id)
            try:
                answer = await self._answer(operation, parameters, scope, receive, headers, request_id, recording)
                content = encoded(answer)
            except bodies.Gone:
                return
            except Exception as error:
                answer = failure(error, scope, request_id=request_id)
                answer = operation.refused(answer) if isinstance(error, Refused) else answer
                content = encoded(answer)
            recording.answer(answer, content)
        own = [(b"x-request-id", request_id.encode()), *self._headers]
        await send_answer(scope, send, answer, content, headers=own)

    def _find(self, scope: Scope) -> tuple[Operation[D], Mapping[str, str]]:
        found = self._routes.find(scope["path"])
        if found is None:
            raise Refused(404, {"base": [f"there is no {cut(scope['path'])} here"]})
        operations, parameters = found
        method = scope["method"]
        # HEAD is GET without the body (RFC 9110, 9.3.2); `send_answer()` leaves that out.
        operation = operations.get("GET" if method == "HEAD" else method)
        if operation is None:
            possible = {*operations, "HEAD"} if "GET" in operations else operations
            allow = {"Allow": ", ".join(sorted(possible))}
            raise Refused(405, {"base": [f"{method} is not possible here"]}, headers=allow)
        return operation, parameters

    async def _answer(
        self,
        operation: Operation[D],
        parameters: Mapping[str, str],
        scope: Scope,
        receive: Receive,
        headers: Mapping[str, str],
        request_id: str,
        recording: Recording,
    ) -> Answer:
        refuse_repeated_headers(scope)
        raw = await bodies.read(headers, receive) if operation.takes_body else b""
        body = bodies.parsed(raw, headers, accepts_form=operation.accepts_form)
        recording.request(body, raw)
        query = query_of(scope["query_string"], operation.query)
        refuse_nul(parameters)
        request = HTTPRequest(
            method=scope["method"],
            scheme=scope["scheme"],
            prefix=prefix_of(headers),
            path=scope["path"],
            route=operation.path,
            parameters=parameters,
            query=query,
            headers=headers,
            body=body,
            raw=raw,
            request_id=request_id,
            is_head=scope["method"] == "HEAD",
        )
        return await self._respond(operation, request)

    def _request_id(self, headers: Mapping[str, str]) -> str:
        """The client's own, if it is short and plain: then one id can be followed through both logs."""
        own = headers.get("x-request-id", "")
        is_plain = 0 < len(own) <= 100 and own.isascii() and own.replace("-", "").isalnum()
        return own if is_plain else self._ids.uuid()

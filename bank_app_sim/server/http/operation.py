"""One operation of an HTTP API. A table of them is what a server offers."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Generic, TypeVar

import attrs

from .answers import Answer
from .request import HTTPRequest

D_co = TypeVar("D_co", covariant=True)

Handler = Callable[[HTTPRequest], Awaitable[Answer]]

# Methods whose bodies mean nothing (RFC 9110, 9.3.1 and 9.3.5).
WITHOUT_BODY = ("GET", "DELETE")

VERSION = "/v1"


@attrs.frozen
class Operation(Generic[D_co]):
    """One method and path of an HTTP API, and what does it.

    Attributes:
        path: A template such as `/v1/dreams/{id}`.
        does: What does it; `Service` is told how to use it.
        query: The parameters that its query may have; None for any.
        asked: What the sequence diagrams call the request, or what finds that out from the body.
        answered: What they call its success.
        is_private: The bodies hold tokens or secrets: they stay out of the trace.
        is_recorded: The server puts the messages into the trace; otherwise their sender does.
        accepts_form: The body may be an HTML form instead of JSON.
        takes_body: Whether the server reads the body. GET and DELETE ignore it, unless said otherwise.
        refused: Rewrites a refusal in the form that this operation answers with.
    """

    method: str
    path: str
    does: D_co
    query: Collection[str] | None = attrs.field(default=(), kw_only=True)
    asked: str | Callable[[Mapping[str, Any]], str] | None = attrs.field(default=None, kw_only=True)
    answered: str | None = attrs.field(default=None, kw_only=True)
    is_private: bool = attrs.field(default=False, kw_only=True)
    is_recorded: bool = attrs.field(default=True, kw_only=True)
    accepts_form: bool = attrs.field(default=False, kw_only=True)
    takes_body: bool = attrs.field(kw_only=True)
    refused: Callable[[Answer], Answer] = attrs.field(default=lambda answer: answer, kw_only=True)
    name: str = attrs.field(init=False)

    @takes_body.default
    def _takes_body(self) -> bool:
        return self.method not in WITHOUT_BODY

    @name.default
    def _name(self) -> str:
        """Method and path, without the version of the API: what the trace calls it."""
        return f"{self.method} {self.path.removeprefix(VERSION)}"


async def by_handler(operation: Operation[Handler], request: HTTPRequest) -> Answer:
    """How a `Service` uses operations that are handlers themselves."""
    return await operation.does(request)

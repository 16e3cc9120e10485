"""How our transports report that they sent nothing: with an error, and with a trace event as httpcore does."""

from typing import Any, NoReturn


async def unreachable(request: Any, sentence: str) -> NoReturn:
    """Raise `httpx.ConnectError`, after an event for the request's extension `trace`.

    The error alone proves nothing: some adapters raise it for requests that were sent and got no response.
    """
    import httpx  # not at the top: a server has to start quickly

    error = httpx.ConnectError(sentence, request=request)
    trace = request.extensions.get("trace")
    if trace is not None:
        await trace("connection.connect_tcp.failed", {"exception": error})
    raise error

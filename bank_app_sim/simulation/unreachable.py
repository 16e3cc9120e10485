"""How a transport of ours says that nothing was sent: by its error, and as httpcore does at each step."""

from typing import Any, NoReturn


async def unreachable(request: Any, sentence: str) -> NoReturn:
    """Raise `httpx.ConnectError`. Whoever sends hears of it through the request's extension `trace` first.

    An error of this type is no evidence by itself: some adapters raise it for what was sent and got no answer.
    """
    import httpx  # not at the top: a server is to be up first

    error = httpx.ConnectError(sentence, request=request)
    trace = request.extensions.get("trace")
    if trace is not None:
        await trace("connection.connect_tcp.failed", {"exception": error})
    raise error

"""The application under `/worlds`: it carries `/worlds/{id}/des/…` and `…/backend/…` to the actors of that world."""

import re
from collections.abc import Callable
from urllib.parse import unquote

import attrs
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from ...server.http.answers import Refused
from ...server.http.bodies import LARGEST_BODY_BYTES
from ...server.http.request import FORWARDED_PREFIX, prefix_of
from ...server.http.sending import encoded, failure, send_answer
from ...timeline.clock import timestamp
from . import headers
from .served_world import ForwardedRequest, NoAnswer, ServedWorld
from .threads import WorldOver, WorldThread

PARTICIPANTS = {"des": "des", "backend": "bank_backend"}
SENDERS = ("sdk", "bank_app", "bank_backend")

_ADDRESS = re.compile(rb"/worlds/(?P<id>[0-9a-f]+)/(?P<actor>des|backend)(?P<rest>/.*)?")

MOST_DIGITS = 15

_PREFIX = FORWARDED_PREFIX.encode()

# Of one connection only; and how long a body is we say ourselves.
_NOT_CARRIED = (b"connection", b"content-length", b"keep-alive", b"transfer-encoding", b"host")


RawHeaders = list[tuple[bytes, bytes]]


@attrs.frozen
class WorldsApplication:
    """An ASGI application that carries each request to its world, and the answer back.

    Attributes:
        find: Returns the world with an id; `WorldOver` if there is none.
    """

    find: Callable[[str], WorldThread]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            status, answered, body = await self._carry(scope, receive)
        except ClientDisconnect:
            return
        except WorldOver as over:
            refused = Refused(404, {"base": [str(over)]}, headers={headers.WORLD: headers.OVER})
            await send_answer(scope, send, refused.answer, encoded(refused.answer))
        except Exception as error:
            answer = failure(error, scope)
            await send_answer(scope, send, answer, encoded(answer))
        else:
            await send({"type": "http.response.start", "status": status, "headers": answered})
            await send({"type": "http.response.body", "body": body})

    async def _carry(self, scope: Scope, receive: Receive) -> tuple[int, RawHeaders, bytes]:
        """Status, headers and body of the actor's answer."""
        address = _ADDRESS.fullmatch(scope["raw_path"])
        if address is None:
            raise WorldOver(f"{scope['path']} is no address in a world; it begins with /worlds/ID/des or …/backend")
        world = self.find(address["id"].decode())
        rest = address["rest"] or b"/"
        prefix = scope["raw_path"].removesuffix(address["rest"] or b"")
        carried = _carried(scope, PARTICIPANTS[address["actor"].decode()], rest, prefix=prefix)
        answer, now = await world.call(_carry, attrs.evolve(carried, body=await _read(scope, receive)))
        if isinstance(answer, NoAnswer):
            what = headers.NO_ANSWER if answer.was_sent else headers.NOT_SENT
            raise Refused(502, {"base": [answer.why]}, headers={headers.NETWORK: what, headers.NOW: now})
        status, raw, body = answer
        named = [(name, value) for name, value in raw if name.lower() not in _NOT_CARRIED]
        # The answer to HEAD says how long the body would be.
        length = [(name, value) for name, value in raw if name.lower() == b"content-length"]
        named += length if scope["method"] == "HEAD" else [(b"content-length", str(len(body)).encode())]
        return status, [*named, (headers.NOW.encode(), now.encode())], body


async def _carry(world: ServedWorld, carried: ForwardedRequest) -> tuple[tuple[int, RawHeaders, bytes] | NoAnswer, str]:
    """Status, headers and body of the answer, or that there is none; and when that was."""
    answer = await world.carry(carried)
    now = timestamp(world.clock.now())
    if isinstance(answer, NoAnswer):
        return answer, now
    return (answer.status_code, answer.headers.raw, await answer.aread()), now


def _carried(scope: Scope, receiver: str, path: bytes, *, prefix: bytes) -> ForwardedRequest:
    sent = Headers(scope=scope)
    branch = sent.get(headers.BRANCH)
    query = scope["query_string"]
    return ForwardedRequest(
        sender=_sender(sent, receiver, path),
        receiver=receiver,
        method=scope["method"],
        url=(path + (b"?" + query if query else b"")).decode("latin-1"),
        headers=[
            *((name, value) for name, value in scope["headers"] if name not in (*_NOT_CARRIED, _PREFIX)),
            (_PREFIX, prefix_of(sent).encode() + prefix),  # behind another server ours is the second part
        ],
        body=b"",
        number=_number(sent.get(headers.NUMBER)),
        branch=None if branch is None else unquote(branch),
        user=unquote(sent.get(headers.USER, "")),
    )


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    # Length first: int() refuses very many digits.
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise Refused(400, {headers.NUMBER: [f"must be a number of at most {MOST_DIGITS} digits"]})
    return int(text)


def _sender(sent: Headers, receiver: str, path: bytes) -> str:
    """Who asks, by their name in the trace."""
    if receiver == "bank_backend":
        return "bank_app"
    if sent.get(headers.SENDER) in SENDERS:
        return sent[headers.SENDER]
    return "bank_backend" if "authorization" in sent or path == b"/oauth/token" else "sdk"


async def _read(scope: Scope, receive: Receive) -> bytes:
    """The body; of one that is too large only so much that the receiver sees that it is."""
    body = b""
    async for chunk in Request(scope, receive).stream():
        body += chunk
        if len(body) > LARGEST_BODY_BYTES:
            break
    return body

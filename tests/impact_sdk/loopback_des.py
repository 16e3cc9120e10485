"""A DES on loopback that answers a user's first journey: over HTTP/1.1, with TLS or without, behind a proxy or not."""

import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

import anyio
import anyio.abc
import attrs
import trustme
from anyio.streams.tls import TLSStream

from .answers import DREAM, LAUNCH, SESSION, USER

GONE = (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, ssl.SSLError, OSError)

AUTHORITY = trustme.CA()
CERTIFICATE = AUTHORITY.issue_cert("127.0.0.1")

PAGES = 3
ASKED_FOR = "2027-01-04T08:00:00Z"


@attrs.define
class Arrived:
    """One request, as it came."""

    method: str
    path: str
    key: str | None


@attrs.define(eq=False)
class LoopbackDES:
    """Its state, and what it has seen.

    Attributes:
        connections: Those that are open.
        accepted: How many there have been.
        account_is_initiated: Whether opening the user's account has begun.
    """

    _tls: ssl.SSLContext | None = None
    url: str = ""
    proxy: str = ""
    connections: set[object] = attrs.field(factory=set)
    accepted: int = 0
    arrived: list[Arrived] = attrs.field(factory=list)
    account_is_initiated: bool = False
    initiated_dreams: set[str] = attrs.field(factory=set)
    dreams: int = 0
    launches: list[str] = attrs.field(factory=list)

    def reset(self) -> None:
        """Forget all but the connections."""
        self.arrived.clear()
        self.launches.clear()
        self.initiated_dreams.clear()
        self.account_is_initiated, self.dreams = False, 0

    def keys(self, method: str = "POST") -> list[str]:
        """The idempotency keys of what has arrived: each once, where nothing has come twice."""
        return [each.key for each in self.arrived if each.method == method and each.key is not None]

    async def serve(self, stream: anyio.abc.SocketStream) -> None:
        """One connection, from before its handshake until the other side has gone."""
        self.connections.add(stream)
        self.accepted += 1
        try:
            async with stream:
                await self._answer_all(stream if self._tls is None else await _secured(stream, self._tls))
        except GONE:
            return
        finally:
            self.connections.discard(stream)

    async def serve_through(self, stream: anyio.abc.SocketStream) -> None:
        """The same by way of a proxy, which finds us in itself."""
        self.connections.add(stream)
        try:
            asked = b""
            while b"\r\n\r\n" not in asked:
                asked += await stream.receive()
            await stream.send(b"HTTP/1.1 200 Connected\r\n\r\n")
        except GONE:
            await anyio.aclose_forcefully(stream)
        else:
            await self.serve(stream)
        finally:
            self.connections.discard(stream)

    async def _answer_all(self, stream: anyio.abc.ByteStream) -> None:
        came = b""
        while True:
            while b"\r\n\r\n" not in came:
                came += await stream.receive()
            head, _, came = came.partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            length = int(fields.get("content-length", 0))
            while len(came) < length:
                came += await stream.receive()
            body, came = came[:length], came[length:]
            method, target, _ = first.split(" ")
            answer_head, answer_body = self.answer(method, target, fields, body)
            # In two pieces, so that there is a wait between them.
            await stream.send(answer_head)
            if method != "HEAD":
                await stream.send(answer_body)

    def answer(self, method: str, target: str, fields: Mapping[str, str], body: bytes) -> tuple[bytes, bytes]:
        path, _, query = target.partition("?")
        self.arrived.append(Arrived(method, path, fields.get("idempotency-key")))
        sent = json.loads(body) if body and "json" in fields.get("content-type", "") else {}
        answer = json.dumps(
            self._said(method, path, {name: v[0] for name, v in parse_qs(query).items()}, sent)
        ).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(answer)}\r\n"
        if path == "/users/verify_token":
            head += "Set-Cookie: impact_session=s1; Max-Age=3600; Path=/\r\n"
        return f"{head}\r\n".encode(), answer

    def _said(self, method: str, path: str, query: Mapping[str, str], sent: Mapping[str, Any]) -> dict[str, Any]:
        match method, path.removeprefix("/v1/").split("/"):
            case "POST", ["", "users", "verify_token"]:
                return {"user": USER, "session": {**SESSION, "expiresAt": "2099-01-04T09:00:00Z"}}
            case "POST", ["", "oauth", "token"]:
                return {"access_token": "t", "token_type": "Bearer", "expires_in": 3600}
            case "POST", ["dreams"]:
                self.dreams += 1
                return {"dream": self._dream(f"d{self.dreams}")}
            case "GET", ["dreams", dream_id]:
                return {"dream": self._dream(dream_id)}
            case "PATCH", ["dreams", dream_id]:
                self.initiated_dreams.add(dream_id)
                return {"dream": self._dream(dream_id)}
            case "GET", ["dreams"]:
                page = int(query["page"])
                meta = {"next_url": f"/v1/dreams?page={page + 1}"} if page < PAGES else {}
                return {"dreams": [DREAM | {"id": f"d{page}-{n}"} for n in range(2)], "meta": meta}
            case "GET", ["savehacks"]:
                return {"savehacks": [{"id": "s1", "type": "Weekly"}]}
            case "POST", ["savehack-launches"]:
                self.launches.append(f"l{len(self.launches) + 1}")
                return {"savehackLaunch": self._launch(self.launches[-1])}
            case "GET", ["savehack-launches"]:
                return {"savehackLaunches": [self._launch(each) for each in self.launches], "meta": {}}
            case "PATCH", ["users", _]:
                self.account_is_initiated = True
                return {}
        return {}

    def _dream(self, dream_id: str) -> dict[str, Any]:
        initiated = {"provisioningInitiatedAt": ASKED_FOR} if dream_id in self.initiated_dreams else {}
        return {**DREAM, "id": dream_id, "accountProvisionRequestId": f"request-{dream_id}", **initiated}

    def _launch(self, launch_id: str) -> dict[str, Any]:
        if self.account_is_initiated:
            return {**LAUNCH, "id": launch_id}
        waits = {"pausedAt": ASKED_FOR, "pauseReason": "account_required", "accountProvisionRequestId": "request-u1"}
        return {**LAUNCH, "id": launch_id, **waits}


@asynccontextmanager
async def loopback_des(*, tls: bool = False) -> AsyncIterator[LoopbackDES]:
    """One that listens; its `url` and `proxy` say where."""
    des = LoopbackDES(tls=_server_context() if tls else None)
    async with AsyncExitStack() as listeners, anyio.create_task_group() as tasks:
        ports = []
        for serve in (des.serve, des.serve_through):
            listener = await listeners.enter_async_context(await anyio.create_tcp_listener(local_host="127.0.0.1"))
            ports.append(listener.extra(anyio.abc.SocketAttribute.local_port))
            tasks.start_soon(listener.serve, serve)
        des.url, des.proxy = f"http{'s' if tls else ''}://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}"
        yield des
        tasks.cancel_scope.cancel()


async def _secured(stream: anyio.abc.SocketStream, context: ssl.SSLContext) -> TLSStream:
    return await TLSStream.wrap(stream, server_side=True, ssl_context=context, standard_compatible=False)


def _server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    CERTIFICATE.configure_cert(context)
    return context


def trusted() -> ssl.SSLContext:
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context

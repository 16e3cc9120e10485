"""Sends one message to a bank: over the network, within a time limit, into the trace."""

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import anyio
import attrs
import orjson

from ...server.attempts import why
from ...server.http.bodies import JSON
from ...server.http.status_lines import status_line
from ...timeline.clock import Clock
from ...timeline.trace import Trace
from .. import watching
from . import deliveries
from .deliveries import Reply
from .webhook_messages import Message, signed

if TYPE_CHECKING:
    import httpx

logger = logging.getLogger(__name__)


@attrs.define(eq=False, kw_only=True)
class Sender:
    """DES, as the banks' receivers see it.

    Attributes:
        transport: How banks are reached; None for the network, without its private addresses.
    """

    clock: Clock
    trace: Trace
    transport: "httpx.AsyncBaseTransport | None"

    async def close(self) -> None:
        if self.transport is not None:
            with anyio.CancelScope(shield=True):
                await self.transport.aclose()

    async def send(self, message: Message) -> Reply:
        """Send a message once. The trace shows the message without its signatures."""
        path = urlsplit(message.url).path or "/"
        label = f"POST {path}"
        detail = {"method": "POST", "path": path, "webhook_id": message.id}
        self.trace.record(
            "des",
            "bank_backend",
            label,
            kind="request",
            detail={**detail, "body": message.body} if message.body else detail,
        )
        reply = await self._reply(message)
        if reply.error is not None:
            logger.warning("%s did not take %s: %s", message.url, message.id, reply.error)
        answered = {"status": reply.status} if reply.status is not None else {"error": reply.error}
        self.trace.record(
            "bank_backend",
            "des",
            status_line(reply.status) if reply.status is not None else "no answer",
            kind="response",
            detail={**answered, "webhook_id": message.id},
        )
        return reply

    async def _reply(self, message: Message) -> Reply:
        """The bank's reply, or that none came in time."""
        reply = Reply(status=None, error=f"no answer within {deliveries.TIMEOUT.total_seconds():.0f} seconds")

        async def post() -> None:
            nonlocal reply
            reply = await self._post(message)
            waiting.cancel_scope.cancel()

        async with anyio.create_task_group() as waiting:
            waiting.start_soon(post)
            await self.clock.wait_out(deliveries.TIMEOUT)
            waiting.cancel_scope.cancel()
        return reply

    async def _post(self, message: Message) -> Reply:
        import httpx  # here for start-up time: a server listens first

        if self.transport is None:
            self.transport = _network()
        # Every error is a failed attempt: address, secret and answer are the bank's, and can be anything.
        try:
            content = orjson.dumps(message.body)
            proof = signed(message, content, self.clock.now())
            headers = {"Content-Type": JSON, "User-Agent": "bank-app-sim", **proof}
            # Over the bare transport: a client could keep a cookie of one bank, or follow a redirect.
            request = httpx.Request("POST", message.url, content=content, headers=headers)
            response = await self.transport.handle_async_request(request)
            await response.aclose()  # unread, so that an answer of any length costs nothing: only its status counts
        except Exception as error:
            return Reply(status=None, error=why(error))
        status = response.status_code
        watching.show_webhook(request.headers, content, status)
        return Reply(status=status, error=None if response.is_success else f"the answer was {status}")


def _network() -> "httpx.AsyncBaseTransport":
    # Imported here for start-up time.
    from .public_addresses import PublicAddresses

    return PublicAddresses()

"""A network that fails where it is told to, in front of the real sandbox."""

from typing import Any

import anyio.abc
import attrs
import httpx
import orjson

from bank_app_sim import Simulation
from impact_sdk import ImpactSDK


@attrs.define
class Faults(httpx.AsyncBaseTransport):
    """Fails the first `times` requests of a method.

    Attributes:
        path: What has to be in the path, too.
        fault: `503` and `401`: DES does nothing and says so. `answer lost`: DES does it, and the answer never arrives.
            `raises`: something that no HTTP client would raise.
        bodies: What was sent with that method, failed or not.
    """

    simulation: Simulation
    method: str = "PATCH"
    path: str = ""
    times: int = 0
    fault: str = "503"
    bodies: list[Any] = attrs.field(factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        sandbox = httpx.ASGITransport(self.simulation.des.app)
        if request.method != self.method or self.path not in request.url.path:
            return await sandbox.handle_async_request(request)
        self.bodies.append(orjson.loads(request.content or b"null"))
        if self.times == 0:
            return await sandbox.handle_async_request(request)
        self.times -= 1
        if self.fault == "raises":
            raise RuntimeError("a proxy of the host's fell over")
        if self.fault.isdigit():
            return httpx.Response(int(self.fault))
        await sandbox.handle_async_request(request)
        raise httpx.ReadError("connection reset", request=request)

    def sdk(self, task_group: anyio.abc.TaskGroup | None = None) -> ImpactSDK:
        """An SDK behind this network; open it with `async with`, or give it a task group."""
        return ImpactSDK(
            self.simulation.des_url,
            client_id=self.simulation.client_id,
            transport=self,
            clock=self.simulation.clock,
            task_group=task_group,
        )

"""ServedSimulation: a world over TCP on loopback, on the machine's clock, that survives a restart."""

import contextlib
import functools
import logging
import socket
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Unpack

import anyio.abc

from impact_sdk import ImpactError, SystemClock

from ..des import Tenant
from ..server.attempts import why
from ..server.database import file_address, of_actor, postgresql_address
from ..server.due import DueWork
from ..server.http.hosts import names_in
from ..server.http.ports import address, beside, listening_socket, require_asyncio, serving
from ..server.ids import Ids
from ..timeline.machine_clock import MachineClock
from ..timeline.trace import KEPT_WHEN_SERVED
from ..timeline.traffic import Traffic
from .actors import Actors
from .pair import Pair
from .secrets import Secrets
from .settings import ServedKeywords, settings_of
from .streams import Streams
from .world import World

logger = logging.getLogger(__name__)


class ServedSimulation(World):
    """A world over TCP on loopback, on the machine's clock, that survives a restart; on asyncio.

    Several of them with the same database and the same folder are one world with several processes.

    Args:
        data: The folder of the databases and of the bank's secret. It is made if it is missing.
        port: The port of DES; the bank's backend has the next one. 0 takes two free ports.
        beside: Further applications on DES' port, by the first part of their paths.
        hosts: Further names for both servers, such as that of a proxy in front of them.
        rejoin: Continue with two databases that do not belong together, or of which one is an older copy. The bank
            then tells DES again what it has done; the log says what DES does not know.
        database: `postgresql://USER@HOST/DATABASE` instead of the files in `data`. Both actors have a schema of their
            own, whose name begins with NAME if you add `?schema=NAME`.
        tenants: Further banks on the same DES; their apps and backends are not part of the world. See `read_tenants()`.
        crash: Called at each point between an effect and its record (`bank_app_sim.backend.CRASH_POINTS`).
        settings: How the world is; `WorldSettings` and `bank_app_sim/docs/worlds.md` say what each setting means.
    """

    looks_every = timedelta(seconds=0.1)

    def __init__(
        self,
        *,
        data: Path,
        port: int = 0,
        beside: Mapping[str, Any] | None = None,
        hosts: Sequence[str] = (),
        rejoin: bool = False,
        database: str | None = None,
        tenants: Sequence[Tenant] = (),
        crash: Callable[[str], None] = lambda point: None,
        **settings: Unpack[ServedKeywords],
    ) -> None:
        super().__init__(
            settings_of("ServedSimulation", settings),
            clock=SystemClock(),
            traffic=Traffic(),
            streams=Streams(None),
            keep=KEPT_WHEN_SERVED,
            tenants=tenants,
            crash=crash,
        )
        self._servers_clock = MachineClock(self.clock)
        self._data = data
        self._port = port
        self._beside = beside or {}
        self._hosts = hosts
        self._rejoin = rejoin
        self._database = database
        self._listeners: Sequence[socket.socket] = ()
        self._is_rejoined = False

    def _make_actors(self, stack: contextlib.AsyncExitStack) -> Actors:
        secrets = Secrets.kept(self._data, Ids(self._streams.of("secrets")), webhooks=self._settings.webhooks)
        self._listen(stack)
        des_url, backend_url = map(address, self._listeners)
        actors = Actors(
            settings=self._settings,
            tenants=self._tenants,
            secrets=secrets,
            des_url=des_url,
            backend_url=backend_url,
            database_url=self._database_url,
            keeps_in_memory=False,
            contents={},
            streams=self._streams,
            network=self.network,
            clock=self._servers_clock,
            way=self.way,
            crash=self._crash,
        )
        actors.make(stack)
        pair = _pair(actors)
        self._is_rejoined = pair.meet(new_name=uuid.uuid4().hex, rejoin=self._rejoin)
        stack.callback(pair.part)
        return actors

    def way(self, _sender: str, _receiver: str) -> None:
        """None: all participants reach each other over TCP."""

    def _listen(self, stack: contextlib.AsyncExitStack) -> None:
        require_asyncio()
        for port in (self._port, self._port and self._port + 1):
            listener = listening_socket(port)
            stack.callback(listener.close)
            self._listeners = (*self._listeners, listener)

    def _database_url(self, actor: str) -> str:
        if self._database is None:
            return file_address(self._data / f"{actor}.sqlite3")
        postgresql_address(self._database)  # refuses any other; files are in the folder
        return of_actor(self._database, actor)

    async def _serve(self, stack: contextlib.AsyncExitStack) -> None:
        # A tenant's own addresses may name a proxy in front of this sandbox, too.
        of_tenants = names_in(url for tenant in self._tenants for url in (tenant.issuer, tenant.jwks_url))
        applications = (beside(self.des.app, self._beside), self.backend.app)
        both = zip(applications, self._listeners, strict=True)
        await stack.enter_async_context(serving(*both, names={*self._hosts, *of_tenants}))

    async def _begin(self, tasks: anyio.abc.TaskGroup) -> None:
        step = functools.partial(_pair(self._actors).step, self._servers_clock)
        tasks.start_soon(DueWork("noting how far both databases have come", self._servers_clock, step).run)
        if self._is_rejoined:
            await self._log_differences()
        await super()._begin(tasks)

    async def _log_differences(self) -> None:
        try:
            for difference in await self.backend.differences():
                logger.warning("%s", difference)
        except self._servers_clock.survived(ImpactError) as error:
            logger.warning("what DES does not know could not be found out: %s", why(error))


def _pair(actors: Actors) -> Pair:
    return Pair(actors.des.marked, actors.backend.marked)

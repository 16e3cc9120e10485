"""Simulation: a world in this process and in simulated time. Snapshot: such a world at rest, to begin others from."""

import contextlib
import difflib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Unpack

import attrs

from ..backend import EVERY_CRASH_POINT
from ..des import Tenant
from ..server.database import of_actor
from ..server.ids import Ids
from ..timeline.clock import SimulatedClock
from ..timeline.traffic import Traffic
from . import exchanges
from .actors import Actors
from .errors import SimulationError
from .faults import Fault, Pending
from .in_process import InProcess
from .secrets import Secrets
from .settings import SettingsKeywords, WorldSettings, settings_of
from .streams import Streams
from .world import World


@attrs.frozen(kw_only=True)
class Snapshot:
    """What a world in memory has written down at one moment, and how it was made.

    It has no phones: users of a forked world sign in again.

    Attributes:
        seed: The seed of that world, behind the seeds of the worlds that it was forked from.
        des: What DES has written down; `backend` likewise.
    """

    settings: WorldSettings = attrs.field(repr=False)
    tenants: Sequence[Tenant] = attrs.field(repr=False)
    crash: Callable[[str], None] = attrs.field(repr=False)
    seed: str
    now: datetime
    des: bytes = attrs.field(repr=False)
    backend: bytes = attrs.field(repr=False)
    secrets: Secrets

    def fork(self, *, seed: int = 0) -> "Simulation":
        """A new world that begins in the state of this one. You can fork as many as you like.

        Args:
            seed: Decides what happens from now on.
        """
        settings = attrs.asdict(self.settings, recurse=False)
        return Simulation(seed=seed, tenants=self.tenants, crash=self.crash, snapshot=self, **settings)


class Simulation(World):
    """A world in this process, in memory and in simulated time, on asyncio or trio.

    Time passes only in `advance()` and `until()`. The same seed gives the same trace.

    Args:
        seed: Decides ids, keys, jitter, and the order of turns.
        database: None for memory. `sqlite:///FOLDER` gives each actor a file; `postgresql://USER@HOST/DATABASE` gives
            each a schema, whose name begins with NAME if you add `?schema=NAME`.
        tenants: Further banks on the same DES; their apps and backends are not part of the world. See `read_tenants()`.
        crash: Called at each point between an effect and its record (`bank_app_sim.backend.CRASH_POINTS`).
        snapshot: What `snapshot()` of another world returned; `Snapshot.fork()` passes it.
        settings: How the world is; `WorldSettings` and `bank_app_sim/docs/worlds.md` say what each setting means.
    """

    clock: SimulatedClock
    looks_every = timedelta(hours=1)

    def __init__(
        self,
        *,
        seed: int = 0,
        database: str | None = None,
        tenants: Sequence[Tenant] = (),
        crash: Callable[[str], None] = lambda point: None,
        snapshot: Snapshot | None = None,
        **settings: Unpack[SettingsKeywords],
    ) -> None:
        how = settings_of("Simulation", settings)
        traffic = Traffic()
        clock = SimulatedClock(how.start if snapshot is None else snapshot.now, traffic=traffic)
        streams = Streams(str(seed) if snapshot is None else f"{snapshot.seed}/{seed}")
        super().__init__(how, clock=clock, traffic=traffic, streams=streams, keep=None, tenants=tenants, crash=crash)
        self.clock = clock
        self._database = database
        self._snapshot = snapshot

    def _make_actors(self, stack: contextlib.AsyncExitStack) -> Actors:
        snapshot = self._snapshot
        actors = Actors(
            settings=self._settings,
            tenants=self._tenants,
            secrets=self._secrets(),
            des_url="http://des.simulation",
            backend_url="http://backend.simulation",
            database_url=lambda actor: of_actor(self._database, actor) if self._database is not None else "sqlite://",
            keeps_in_memory=self._database is None,
            contents={} if snapshot is None else {"des": snapshot.des, "backend": snapshot.backend},
            streams=self._streams,
            network=self.network,
            clock=self.clock,
            way=self.way,
            crash=self._crash,
        )
        actors.make(stack)
        return actors

    def _secrets(self) -> Secrets:
        if self._snapshot is not None:
            return self._snapshot.secrets
        return Secrets.made(Ids(self._streams.of("secrets")), webhooks=self._settings.webhooks)

    async def _serve(self, stack: contextlib.AsyncExitStack) -> None:
        """No other program reaches this world."""

    def way(self, sender: str, receiver: str) -> Any:
        """A transport for httpx from one participant to another."""
        return self.network.link(sender, receiver, InProcess(lambda: self._actors.server(receiver).app))

    async def advance(self, by: timedelta) -> None:
        """Let time pass. Everything that becomes due is done, in order, before this returns."""
        await self.clock.advance(by)

    async def kill_des(self, *, stays_down: timedelta = timedelta()) -> None:
        """Kill the process of DES, and start it again. Requests in between get no answer.

        Args:
            stays_down: How long the process stays dead. If this is more than 0, the method returns at once.
        """
        await self._actors.des_process.die(stays_down=stays_down)

    async def kill_backend(self, *, stays_down: timedelta = timedelta()) -> None:
        """As `kill_des()`, for the bank's backend."""
        await self._actors.backend_process.die(stays_down=stays_down)

    async def crash_backend_at(self, point: str) -> None:
        """Kill the bank's backend once, when it next comes to this point (`bank_app_sim.backend.CRASH_POINTS`).

        Raises:
            SimulationError: There is no such point.
        """
        if point not in EVERY_CRASH_POINT:
            near = difflib.get_close_matches(point, EVERY_CRASH_POINT, n=1, cutoff=0)
            raise SimulationError(f"{point!r} is no point of the backend's work; did you mean {near[0]!r}?")
        self._actors.dies_at.add(point)

    async def fail(self, fault: Fault) -> None:
        """Let something go wrong on the network, with the next messages that the fault names.

        Raises:
            NoSuchMessage: No participant sends or gets such a message.
        """
        what = None if fault.what is None else exchanges.message(fault.what)
        exchanges.refuse_what_nobody_sends(what, sender=fault.sender, receiver=fault.receiver)
        if what is not None:
            fault.what, fault.sender = exchanges.as_sent(what, fault.sender)
        self.network.faults.plan(fault)

    async def heal(self) -> None:
        """Cancel all planned faults of the network, and all planned deaths of the backend."""
        self.network.faults.heal()
        self._actors.dies_at.clear()

    async def pending(self) -> Pending:
        """The planned faults and deaths that have not happened yet."""
        return Pending(faults=self.network.faults.pending, deaths=sorted(self._actors.dies_at))

    def snapshot(self) -> Snapshot:
        """The state of this world, to fork others from. Take it between two messages; it has no phones.

        Raises:
            DatabaseError: The world is not in memory.
        """
        return Snapshot(
            settings=self._settings,
            tenants=self._tenants,
            crash=self._crash,
            seed=self._streams.seed or "",
            now=self.clock.now(),
            des=self.des.content(),
            backend=self.backend.content(),
            secrets=self._actors.secrets,
        )

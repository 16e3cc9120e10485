"""A world at rest, to begin others from."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from ..des import Tenant
from .settings import WorldSettings

if TYPE_CHECKING:
    from .simulation import Simulation


@attrs.frozen(kw_only=True)
class Snapshot:
    """What a world in memory has written down at one moment, and how it was made.

    Phones are not part of it: who forks a world signs in anew.

    Attributes:
        seed: The seed of that world, behind those of the worlds that it was forked from.
    """

    settings: WorldSettings = attrs.field(repr=False)
    tenants: Sequence[Tenant] = attrs.field(repr=False)
    crash: Callable[[str], None] = attrs.field(repr=False)
    seed: str
    now: datetime
    des: bytes = attrs.field(repr=False)
    backend: bytes = attrs.field(repr=False)
    client_secret: str = attrs.field(repr=False)
    webhook_secret: str | None = attrs.field(repr=False)

    def fork(self, *, seed: int = 0) -> "Simulation":
        """A world that begins as this one was, and goes its own way; as many as one wants.

        Args:
            seed: Decides what comes; what has come is as it was.
        """
        from .simulation import Simulation

        settings = attrs.asdict(self.settings, recurse=False)
        return Simulation(seed=seed, tenants=self.tenants, crash=self.crash, snapshot=self, **settings)

"""Worlds for whoever asks: a served sandbox makes them, each in simulated time, and `RemoteWorld` plays in one."""

from typing import TYPE_CHECKING, Any

from .plane import Plane

if TYPE_CHECKING:
    from .remote import RemoteWorld
    from .sandbox import SandboxError

__all__ = ["Plane", "RemoteWorld", "SandboxError"]


def __getattr__(name: str) -> Any:
    """What only a player needs is imported for a player: `serve` is to answer at once."""
    if name == "RemoteWorld":
        from .remote import RemoteWorld

        return RemoteWorld
    if name == "SandboxError":
        from .sandbox import SandboxError

        return SandboxError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""Worlds in simulated time on a served sandbox: the server's side, and `RemoteWorld` for the player's side."""

from typing import TYPE_CHECKING, Any

from .plane import Plane

if TYPE_CHECKING:
    from .remote_world import RemoteWorld
    from .sandbox_client import SandboxError

__all__ = ["Plane", "RemoteWorld", "SandboxError"]


def __getattr__(name: str) -> Any:
    """Import the player's side when somebody first asks for it: `serve` has to start quickly."""
    if name == "RemoteWorld":
        from .remote_world import RemoteWorld

        return RemoteWorld
    if name == "SandboxError":
        from .sandbox_client import SandboxError

        return SandboxError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""What Arazzo cannot say: members of our own, of which `docs/arazzo.md` tells. A run reads over them."""

from collections.abc import Mapping
from typing import Any

PREFIX = "x-bank-app-sim-"


def extensions(**members: Any) -> dict[str, Any]:
    """Those of the members that say something, by their names in the document."""
    return {f"{PREFIX}{name.replace('_', '-')}": value for name, value in members.items() if value}


def how_to_serve(document: Mapping[str, Any]) -> str | None:
    """The command for the sandbox that a document was written for; None for a document of somebody else."""
    sandbox = document.get(f"{PREFIX}sandbox")
    command = sandbox.get("serve") if isinstance(sandbox, dict) else None
    return command if isinstance(command, str) else None

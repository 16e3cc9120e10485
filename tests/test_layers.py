"""Who may import whom. An import that is not allowed here is a wall broken through."""

import ast
import functools
from pathlib import Path

import impact_sdk

ROOT = Path(__file__).parent.parent
MODULES = sorted([*(ROOT / "impact_sdk").rglob("*.py"), *(ROOT / "bank_app_sim").rglob("*.py")])

# Seen from the folder on the left, these are somebody else's.
FORBIDDEN = {
    "impact_sdk": ("bank_app_sim",),
    "impact_sdk/models": ("httpx", "anyio"),
    "impact_sdk/handover.py": ("httpx", "anyio"),
    "impact_sdk/retries.py": ("httpx", "anyio"),
    "impact_sdk/retry_after.py": ("httpx", "anyio"),
    "impact_sdk/server_time.py": ("httpx", "anyio"),
    "impact_sdk/moments.py": ("httpx", "anyio"),
    "impact_sdk/visible.py": ("httpx", "anyio"),
    "bank_app_sim/app": ("bank_app_sim.des", "bank_app_sim.backend", "bank_app_sim.database", "sqlalchemy"),
    "bank_app_sim/backend": ("bank_app_sim.des", "bank_app_sim.app"),
    "bank_app_sim/des": ("bank_app_sim.backend", "bank_app_sim.app"),
}
# The only room that may.
ALLOWED_ONLY_IN = {
    "bank_app_sim.des": "bank_app_sim/simulation",
    "bank_app_sim.app": "bank_app_sim/simulation",
}
# Behind a wall, and for everybody: the document of an API says how to talk over HTTP.
FOR_EVERYBODY = "bank_app_sim.des.document"


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@functools.cache
def imports(path: Path) -> set[str]:
    """Absolute names of all that a file imports, wherever in the file it does."""
    package = list(path.relative_to(ROOT).parent.parts)
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return found


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def test_nobody_reaches_through_a_wall() -> None:
    broken = {name_of(path): names for path in MODULES if (names := behind_a_wall(path))}

    assert broken == {}


def behind_a_wall(path: Path) -> set[str]:
    """What a file imports and may not."""
    here = name_of(path)
    forbidden = [other for room, others in FORBIDDEN.items() if is_in_room(here, room) for other in others]
    forbidden += [
        actor
        for actor, room in ALLOWED_ONLY_IN.items()
        if not is_in_room(here, room) and not is_in_room(here, actor.replace(".", "/"))
    ]

    wanted = {name for name in imports(path) if not is_within(name, FOR_EVERYBODY)}
    return {name for name in wanted for other in forbidden if is_within(name, other)}


# What reads the bytes of others, once for both sides of the wire. Not for who shows a bank how to use the SDK.
READERS = (
    "impact_sdk.moments",
    "impact_sdk.retry_after",
    "impact_sdk.server_time",
    "impact_sdk.set_cookie",
    "impact_sdk.visible",
    "impact_sdk.wire",
)
OUR_BANK = ("bank_app_sim/app", "bank_app_sim/backend")


def is_in_room(path: str, room: str) -> bool:
    return path == room or path.startswith(f"{room}/")


def test_the_simulator_sees_the_sdk_by_its_public_names_only() -> None:
    private = {
        name_of(path): names for path in MODULES if "bank_app_sim" in path.parts if (names := private_names(path))
    }

    assert private == {}


def private_names(path: Path) -> set[str]:
    """What a file imports of the SDK that is not public."""
    readers = () if any(is_in_room(name_of(path), room) for room in OUR_BANK) else READERS
    return {
        name
        for name in imports(path)
        if name.startswith("impact_sdk.")
        and name.removeprefix("impact_sdk.") not in impact_sdk.__all__
        and not any(is_within(name, reader) for reader in readers)
    }


CLIENTS = ("aiohttp", "httpcore", "httpcore2", "httpx", "httpx2", "ssl")


def test_http_clients_are_imported_in_one_room_of_the_sdk() -> None:
    users = [
        name_of(path)
        for path in MODULES
        if is_in_room(name_of(path), "impact_sdk") and not imports(path).isdisjoint(CLIENTS)
    ]

    assert users
    assert all(is_in_room(user, "impact_sdk/http") for user in users)


def test_no_file_has_a_name_that_says_nothing() -> None:
    nothing = {"utils", "util", "core", "helpers", "common", "manager", "misc"}

    assert not [name_of(path) for path in MODULES if path.stem in nothing]

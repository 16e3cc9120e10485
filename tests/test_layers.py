"""The plan of the house: which room may import which. An import that is not allowed here breaks a wall."""

from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from impact_sdk.exports import MODULE_OF

from .house import MODULES, PACKAGES, ROOT, imports, module_of, modules_imported, name_of, room_of

# The rooms of each package, from the lowest floor up: a room may import those on floors below its own, and no other.
FLOORS = {
    "impact_sdk": (
        ("attempts", "exports", "parsing", "secrets", "simulator", "version"),
        ("mistakes",),
        ("logs", "models"),
        ("errors",),
        ("arguments", "callbacks", "environment", "reports"),
        ("addresses", "tasks", "wire"),
        ("clock",),
        ("http", "webhooks"),
        ("auth", "otel"),
        ("api",),
        ("handover",),
        ("session",),
        ("sdk",),
        ("__init__",),
    ),
    "bank_app_sim": (
        ("invocation", "needed", "timeline"),
        ("server",),
        ("app", "backend", "des"),
        ("simulation",),
        ("check", "journeys"),
        ("cli", "pytest_plugin"),
        ("__init__", "__main__"),
    ),
}
MOST_ROOMS = 10

# Libraries that only one room may import, seen from the folder on the left.
CLIENTS = ("aiohttp", "httpcore", "httpcore2", "httpx", "httpx2", "ssl")
CARRIERS = "impact_sdk/http/carriers"
ONLY_IN = {
    "impact_sdk": {
        **dict.fromkeys(CLIENTS, CARRIERS),
        **dict.fromkeys(("httpx", "httpx2"), f"{CARRIERS}/host_transport.py"),
    }
}
# Libraries that a room must not import: rules and values do no I/O.
FORBIDDEN = {
    "impact_sdk/handover/rules.py": ("httpx", "anyio"),
    "impact_sdk/http/retries.py": ("httpx", "anyio"),
    "impact_sdk/mistakes": ("httpx", "anyio"),
    "impact_sdk/models": ("httpx", "anyio"),
    "impact_sdk/parsing": ("httpx", "anyio"),
    "impact_sdk/session/renewal.py": ("httpx", "anyio"),
    "bank_app_sim/app": ("sqlalchemy",),
}

# Only the composition root may import an actor. Everybody may import the document of an API: it says how to talk over
# HTTP.
ACTORS = ("bank_app_sim.app", "bank_app_sim.backend", "bank_app_sim.des")
COMPOSITION_ROOT = "bank_app_sim/simulation"
FOR_EVERYBODY = ("bank_app_sim.des.document",)

# What the simulator may import of the SDK beside its public names: readers of text that others wrote, and of JSON. Our
# bank may not: it shows how a bank uses the SDK.
READERS = ("impact_sdk.parsing", "impact_sdk.wire")
OUR_BANK = ("bank_app_sim/app", "bank_app_sim/backend")


# A server is given a clock, and does not ask which one it is.
SERVERS = ("bank_app_sim/backend", "bank_app_sim/des", "bank_app_sim/server")
CLOCKS = ("bank_app_sim.timeline.clock.SimulatedClock", "bank_app_sim.timeline.machine_clock", "impact_sdk.SystemClock")


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def is_in_room(path: str, room: str) -> bool:
    return path == room or path.startswith(f"{room}/")


def test_no_file_imports_itself_by_a_detour() -> None:
    graph = {module_of(path): modules_imported(path) for path in MODULES}

    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(" -> ".join(reversed(circle.args[1])))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_import_goes_to_a_lower_floor(package: str) -> None:
    floor = {room: number for number, rooms in enumerate(FLOORS[package]) for room in rooms}
    files = [path for path in MODULES if path.is_relative_to(ROOT / package)]
    arrows = {
        (room_of(module_of(path)) if path.parent != ROOT / package else path.stem, room_of(other), name_of(path))
        for path in files
        for other in modules_imported(path)
        if is_within(other, package)
    }

    assert floor.keys() == {path.stem if path.parent == ROOT / package else room_of(module_of(path)) for path in files}
    assert [arrow for arrow in sorted(arrows) if arrow[0] != arrow[1] and floor[arrow[1]] >= floor[arrow[0]]] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_package_has_more_rooms_than_one_can_hold_in_mind(package: str) -> None:
    rooms = {path.name for path in (ROOT / package).iterdir() if any(path.glob("*.py"))}

    assert len(rooms) <= MOST_ROOMS


def test_the_sdk_knows_nothing_of_the_simulator() -> None:
    assert [
        name_of(path)
        for path in MODULES
        if is_in_room(name_of(path), "impact_sdk")
        if any(is_within(name, "bank_app_sim") for name in imports(path))
    ] == []


def test_only_the_composition_root_imports_an_actor() -> None:
    found = {name_of(path): names for path in MODULES if (names := actors_of_others(path))}

    assert found == {}


def actors_of_others(path: Path) -> set[str]:
    """What a file imports of an actor that it does not belong to."""
    here = name_of(path)
    others = [actor for actor in ACTORS if not is_in_room(here, actor.replace(".", "/"))]
    if is_in_room(here, COMPOSITION_ROOT):
        return set()
    return {
        name
        for name in imports(path)
        if any(is_within(name, actor) for actor in others)
        and not any(is_within(name, document) for document in FOR_EVERYBODY)
    }


def test_a_library_for_one_room_is_imported_there_only() -> None:
    for package, libraries in ONLY_IN.items():
        for library, room in libraries.items():
            users = [name for name, path in by_name(package) if any(is_within(each, library) for each in imports(path))]
            assert [user for user in users if not is_in_room(user, room)] == [], library


def test_rules_and_values_import_no_library_that_does_io() -> None:
    for room, libraries in FORBIDDEN.items():
        assert by_name(room), room
        for name, path in by_name(room):
            found = [each for each in imports(path) if any(is_within(each, library) for library in libraries)]
            assert found == [], name


def test_the_app_is_an_example_that_stands_alone() -> None:
    for name, path in by_name("bank_app_sim/app"):
        ours = {each for each in imports(path) if is_within(each, "bank_app_sim")}
        assert [each for each in ours if not is_within(each, "bank_app_sim.app")] == [], name


def test_no_server_asks_which_clock_it_has() -> None:
    for room in SERVERS:
        for name, path in by_name(room):
            assert [each for each in imports(path) if any(is_within(each, clock) for clock in CLOCKS)] == [], name


def by_name(room: str) -> list[tuple[str, Path]]:
    return [(name_of(path), path) for path in MODULES if is_in_room(name_of(path), room)]


def test_the_simulator_sees_the_sdk_by_its_public_names_only() -> None:
    found = {name: names for name, path in by_name("bank_app_sim") if (names := private_names(path))}

    assert found == {}


def private_names(path: Path) -> set[str]:
    """What a file imports of the SDK that is not public."""
    readers = () if any(is_in_room(name_of(path), room) for room in OUR_BANK) else READERS
    return {
        name
        for name in imports(path)
        if name.startswith("impact_sdk.")
        and name.removeprefix("impact_sdk.") not in MODULE_OF
        and not any(is_within(name, reader) for reader in readers)
    }


def test_no_file_has_a_name_that_says_nothing() -> None:
    nothing = {"utils", "util", "core", "helpers", "common", "manager", "misc"}

    assert not [name_of(path) for path in MODULES if path.stem in nothing]

"""The house as its imports build it: which module imports which, and the picture of it in docs/architecture.md.

Print the picture with: python -m tests.house
"""

import ast
import functools
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("impact_sdk", "bank_app_sim")
# Single files that are drawn among the folders: others begin with them.
FACES = ("pytest_plugin", "sdk")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    return name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


NAMES = {module_of(path) for path in MODULES}


def room_of(module: str) -> str:
    """The room of a module: the second part of its name. The package's own `__init__` is a room too."""
    return module.split(".")[1] if "." in module else "__init__"


@functools.cache
def imports(path: Path) -> frozenset[str]:
    """Absolute names of all that a file imports, anywhere in the file."""
    return frozenset(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    package = list(path.relative_to(ROOT).parent.parts)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def modules_imported(path: Path) -> set[str]:
    """The modules of ours that a file imports."""
    found = {name if name in NAMES else name.rpartition(".")[0] for name in imports(path)}
    return (found & NAMES) - {module_of(path)}


def rooms(package: str) -> dict[str, set[str]]:
    """For each room of a package, the other rooms that it imports."""
    found: dict[str, set[str]] = {}
    for path in MODULES:
        if path.is_relative_to(ROOT / package):
            room = room_of(module_of(path))
            others = {room_of(name) for name in modules_imported(path) if name.split(".")[0] == package}
            found.setdefault(room, set()).update(others - {room})
    return found


def below(graph: Mapping[str, set[str]], room: str) -> set[str]:
    """All rooms that a room imports, directly or through others."""
    found: set[str] = set()
    ahead = set(graph[room])
    while ahead:
        found |= ahead
        ahead = set().union(*(graph[each] for each in ahead)) - found
    return found


def plan(package: str) -> dict[str, set[str]]:
    """The rooms that have a folder, and the arrows between them."""
    graph = rooms(package)
    shown = {room for room in graph if (ROOT / package / room).is_dir()} | ({*graph} & {*FACES})
    return without_detours({room: below(graph, room) & shown for room in shown})


def without_detours(graph: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The same graph without the arrows that a longer way makes needless: fewer arrows are easier to read."""
    return {room: others - set().union(*(below(graph, other) for other in others)) for room, others in graph.items()}


def purpose(package: str, room: str) -> str:
    """What a room is for: the first sentence of its docstring."""
    place = ROOT / package / room
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    sentence = (ast.get_docstring(ast.parse(file.read_text())) or "").split("\n")[0]
    return re.split(r"\. |\.$", sentence.replace("`", "").replace('"', ""))[0]


def picture(package: str) -> str:
    """A Mermaid flowchart of a package: its rooms, and who imports whom."""
    arrows = sorted(plan(package).items())
    boxes = [f"<b>{room}</b><br>{'<br>'.join(textwrap.wrap(purpose(package, room), 26))}" for room, _ in arrows]
    lines = [f'    {room}["{box}"]' for (room, _), box in zip(arrows, boxes, strict=True)]
    lines += [f"    {room} --> {other}" for room, others in arrows for other in sorted(others)]
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```"])


def marked(package: str) -> str:
    """The picture between the marks that stand in the page."""
    made = f"of the picture of {package}, made by: python -m tests.house"
    return f"<!-- Begin {made} -->\n{picture(package)}\n<!-- End {made} -->"


if __name__ == "__main__":
    sys.stdout.writelines(f"{marked(package)}\n" for package in PACKAGES)

"""The identity of a journey: as much of the path of its file as needed, and its row. Its title may change."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ..library import SUFFIXES

# With an ending, such a name is short enough for every file system.
LONGEST = 80

# Windows keeps these names for devices, with any ending.
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")

# Characters that need quotes in a row. Without quotes two rows could read the same, or a row could take two lines.
AMBIGUOUS = re.compile(r'[,="\[\]\\\x00-\x1f\x7f\u2028\u2029]|^\s|\s$')


def name_of(path: Path) -> str:
    """The name of the journey in a file: `declined` for `declined.journey.yaml`."""
    return next((path.name.removesuffix(suffix) for suffix in SUFFIXES if path.name.endswith(suffix)), path.name)


def names_of(paths: Iterable[Path]) -> dict[Path, str]:
    """A name for each file. If two would have the same name, as many of their folders as needed precede it."""
    parts = {path: (*_folders(path), name_of(path)) for path in dict.fromkeys(paths)}
    taken = 1
    names = {path: path_parts[-1:] for path, path_parts in parts.items()}
    while len(set(names.values())) < len(names) and taken < max(map(len, parts.values())):
        taken += 1
        often = Counter(names.values())
        names = {path: parts[path][-taken:] if often[name] > 1 else name for path, name in names.items()}
    often = Counter(names.values())  # `a.journey.yaml` beside `a.journey.yml`
    return {path: "/".join(name if often[name] == 1 else [*name[:-1], path.name]) for path, name in names.items()}


def _folders(path: Path) -> tuple[str, ...]:
    return path.absolute().parent.parts[1:]


def row_text(row: Mapping[str, str]) -> str:
    """A row as people read and type it, `name=value, …`; no two rows have one text."""
    return ", ".join(f"{_quoted(name)}={_quoted(value)}" for name, value in row.items())


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if AMBIGUOUS.search(text) else text


def slugs(identities: Sequence[Sequence[str]]) -> list[str]:
    """A readable and unique name for each journey; it is safe in file systems, addresses and shells.

    If two would read the same, a few characters that depend only on the identity follow: the name of a journey does
    not depend on the others before it.
    """
    readable = [_readable(identity) for identity in identities]
    often = Counter(map(str.casefold, readable))  # some systems do not tell `Bike` from `bike`
    taken: set[str] = set()
    return [
        _free(name if often[name.casefold()] == 1 else f"{name}-{_digest(identity)}", taken)
        for name, identity in zip(readable, identities, strict=True)
    ]


def _readable(identity: Sequence[str]) -> str:
    name = "--".join(part for part in map(_safe, identity) if part)[:LONGEST].rstrip("-.") or "journey"
    return f"journey-{name}" if RESERVED.fullmatch(name) else name


def _safe(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.=]+", "-", text).strip("-.")


def _digest(identity: Sequence[str]) -> str:
    text = json.dumps(list(identity))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:6]


def _free(name: str, taken: set[str]) -> str:
    """If the name is taken (the same journey twice, or equal digests), a number follows it."""
    candidate, number = name, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{name}-{number}"
    taken.add(candidate.casefold())
    return candidate

"""What a journey is known by: the path of its file, as far as needed, and its row. A title may be reworded."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ..library import SUFFIXES

# With what is added behind it, a slug stays within what every file system takes.
LONGEST = 80

# Windows keeps these for devices, whatever their ending.
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")

# What has to be quoted in a row, so that no two rows read the same, and each stays on its line.
AMBIGUOUS = re.compile(r'[,="\[\]\\\x00-\x1f\x7f\u2028\u2029]|^\s|\s$')


def name_of(path: Path) -> str:
    """What a file's journey is called: `declined.journey.yaml` is `declined`."""
    return next((path.name.removesuffix(suffix) for suffix in SUFFIXES if path.name.endswith(suffix)), path.name)


def names_of(paths: Iterable[Path]) -> dict[Path, str]:
    """A name for each file; where two would have the same, as many of their folders as it takes to tell them apart."""
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
    """A name for each that is safe as a file's, in an address and in a shell, readable, and never twice.

    Where two would read the same, a few signs made of all that they are known by tell them apart: what one of them is
    called does not depend on which others there are before it.
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
    """The same journey twice, or a sign of six that two have: the second gets a number."""
    candidate, number = name, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{name}-{number}"
    taken.add(candidate.casefold())
    return candidate

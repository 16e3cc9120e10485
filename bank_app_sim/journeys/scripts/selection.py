"""Finds the journeys that a user has typed: files, folders, names of the library, single rows."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from ..library import LIBRARY, SUFFIX, SUFFIXES
from ..text.mistakes import Mistake, ScriptMistakes, nearest_word
from ..text.nodes import Listed, Mapped, Plain
from ..text.script_yaml import read_script
from ..text.source import text_of
from .finding import found
from .identity import name_of, names_of, row_text
from .reader import read_file
from .script import Script


class NothingFound(Exception):
    """The user asked for a journey that does not exist; the message says what exists."""


@attrs.frozen(kw_only=True)
class Broken:
    """A selected file that cannot be played.

    Attributes:
        name: As the name of a `Script`.
        title: Its title, as far as it can be read.
        rows: Its rows, as far as they can be read; one empty row if there is no table.
        mistakes: All its mistakes.
    """

    name: str
    title: str
    file: str
    rows: tuple[str, ...]
    mistakes: tuple[Mistake, ...]


@attrs.frozen(kw_only=True)
class Selection:
    """The selected journeys.

    Attributes:
        scripts: The journeys to play, each once.
        broken: Selected files with mistakes.
        rows: All rows of each file, selected or not.
        left_out: Files in the selected folders that look like journeys, but have another ending.
    """

    scripts: tuple[Script, ...]
    rows: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    broken: tuple[Broken, ...] = ()
    left_out: tuple[Path, ...] = ()


def library() -> list[Path]:
    """The journeys that come with the package."""
    return sorted(LIBRARY.glob(f"*{SUFFIX}"))


def selected(wanted: Sequence[str], *, keyword: str | None = None, begins_below: Path | None = None) -> Selection:
    """The selected journeys, one for each row of their tables; the library if nothing is selected.

    Args:
        wanted: Files, folders and names, each with or without a row in brackets.
        keyword: Only those with all these words in their name, title, file or row; `not` before a word excludes it.
        begins_below: A folder; scripts may begin with files below it, as with those below their own folder.

    Raises:
        NothingFound: There is no such journey, or no such row.
    """
    reading = _Reading(begins_below)
    for text in wanted or [str(path) for path in library()]:
        reading.add(text)
    selection = reading.selection()
    return selection if keyword is None else _those_meant(selection, keyword)


@attrs.define
class _Reading:
    """Reads files one after the other. A file that is named twice is read once."""

    begins_below: Path | None
    scripts: dict[tuple[Path, str], Script] = attrs.field(factory=dict)
    rows: dict[str, tuple[str, ...]] = attrs.field(factory=dict)
    broken: dict[Path, Broken] = attrs.field(factory=dict)
    left_out: dict[Path, None] = attrs.field(factory=dict)

    def add(self, text: str) -> None:
        name, row = _apart(text)
        there: list[Script] = []
        for path in self._files(name):
            place = Path(os.path.abspath(path))
            if place in self.broken:
                continue
            scripts = self._read(path, place)
            there += scripts
            self.rows[str(path)] = tuple(script.row for script in scripts)
            meant = scripts if row is None else [script for script in scripts if script.row == row]
            self.scripts |= {(place, script.row): script for script in meant}
        if row is not None and there and not any(script.row == row for script in there):
            rows = ", ".join(f"[{script.row}]" for script in there if script.row) or "none"
            raise NothingFound(f"{name!r} has no row {row!r}; there is {rows}")

    def _read(self, path: Path, place: Path) -> list[Script]:
        try:
            return read_file(path, begins_below=self.begins_below)
        except ScriptMistakes as error:
            mistakes = tuple(error.mistakes)
        except OSError as error:
            mistakes = (Mistake(f"{path} {_why_unreadable(path, error)}"),)
        title, rows = _outline(path)
        self.broken[place] = Broken(
            name=name_of(path), title=title or name_of(path), file=str(path), rows=rows, mistakes=mistakes
        )
        return []

    def _files(self, name: str) -> list[Path]:
        if not os.path.isdir(name):
            return [_file(name)]
        files = sorted(path for path in Path(name).rglob("*.y*ml") if not path.is_dir())
        journeys = [path for path in files if path.name.endswith(SUFFIXES)]
        others = [path for path in files if path not in journeys and _looks_like_one(path)]
        if not journeys:
            renamed = f"; is {str(others[0])!r} one? Then call it *{SUFFIX}" if others else ""
            raise NothingFound(f"there is no file *{SUFFIX} in {name!r}{renamed}")
        self.left_out |= dict.fromkeys(others)
        return journeys

    def selection(self) -> Selection:
        """All that was read; each journey gets a name that no other has."""
        names = names_of([*(path for path, _ in self.scripts), *self.broken])
        return Selection(
            scripts=tuple(attrs.evolve(script, name=names[path]) for (path, _), script in self.scripts.items()),
            rows=self.rows,
            broken=tuple(attrs.evolve(broken, name=names[path]) for path, broken in self.broken.items()),
            left_out=tuple(self.left_out),
        )


def _apart(text: str) -> tuple[str, str | None]:
    """The name and the row; a name may have brackets of its own."""
    if text.endswith("]") and not os.path.exists(text):
        brackets = [match.start() for match in re.finditer(r"\[", text) if match.start()]
        for place in brackets:
            if os.path.exists(text[:place]) or found(text[:place]) or known_by(text[:place]):
                return text[:place], text[place + 1 : -1]
        if brackets:
            return text[: brackets[0]], text[brackets[0] + 1 : -1]
    return text, None


def _file(name: str) -> Path:
    path = found(name)
    if path is not None:
        return path
    if os.path.lexists(name):  # a link that leads nowhere is reported with the other broken files
        return Path(name)
    known = known_by(name)
    if len(known) == 1:
        return known[0]
    if known:
        several = ", ".join(map(str, known))
        raise NothingFound(f"{name!r} is the name of {len(known)} journeys; say which with its file: {several}")
    names = [name_of(each) for each in library()]
    nearest = nearest_word(name, [*names, *(str(each) for each in Path().glob(f"*{SUFFIX}"))])
    hint = f"did you mean {nearest!r}?" if nearest else "run --list shows what comes with the package"
    raise NothingFound(f"{name!r} is neither a file nor a journey of the library or below this folder; {hint}")


def known_by(name: str) -> list[Path]:
    """The journeys of the library and below the current folder with this name; some of their folders may precede it.

    Files in hidden folders count only if there are no others.
    """
    parts = tuple(name.split("/"))
    below = [path for path in Path().rglob("*.y*ml") if path.name.endswith(SUFFIXES)]
    by_place = {Path(os.path.abspath(path)): path for path in [*library(), *below]}
    called_so = sorted(path for path in by_place.values() if _is_called(path, parts))
    return [path for path in called_so if not _is_hidden(path)] or called_so


def _is_hidden(path: Path) -> bool:
    return any(folder.startswith(".") for folder in path.parts)


def _is_called(path: Path, parts: tuple[str, ...]) -> bool:
    folders = path.absolute().parent.parts[1:]
    return parts[-1] in (path.name, name_of(path)) and (len(parts) == 1 or folders[1 - len(parts) :] == parts[:-1])


def _why_unreadable(path: Path, error: OSError) -> str:
    if path.is_symlink() and not path.exists():
        return f"is a link to {os.readlink(path)}, which is not there"
    return f"cannot be read: {error.strerror}"


def _looks_like_one(path: Path) -> bool:
    """Whether a file with another ending begins like a journey."""
    try:
        if not path.is_file():  # a pipe would keep us waiting
            return False
        with path.open(encoding="utf-8") as file:
            return re.search(r"^(journey|begins with):", file.read(2000), flags=re.MULTILINE) is not None
    except (OSError, ValueError):
        return False


def _outline(path: Path) -> tuple[str, tuple[str, ...]]:
    """The title and the rows of a file with mistakes, as far as they can be read."""
    try:
        text = text_of(path)
    except (OSError, Mistake):
        return "", ("",)
    try:
        root = read_script(text, str(path))
    except Mistake:  # it is not YAML, but the line with the title may be readable
        match = re.search(r"^journey:[ \t]*(.+?)[ \t]*$", text, flags=re.MULTILINE)
        return match[1] if match else "", ("",)
    parts = {name.text: value for name, value in root} if isinstance(root, Mapped) else {}
    title, table = parts.get("journey"), parts.get("rows")
    items = table.items if isinstance(table, Listed) else ()
    rows = tuple(row_text(_values(item)) for item in items if isinstance(item, Mapped))
    return title.text if isinstance(title, Plain) else "", rows or ("",)


def _values(row: Mapped) -> dict[str, str]:
    return {name.text: value.text for name, value in row if isinstance(value, Plain)}


def _those_meant(selection: Selection, keyword: str) -> Selection:
    scripts = tuple(script for script in selection.scripts if is_meant(script, keyword))
    broken = tuple(each for each in selection.broken if _is_among(_described(each), keyword))
    if not scripts and not broken:
        raise NothingFound(f"no journey has {keyword!r} in its name, title, file or row")
    return attrs.evolve(selection, scripts=scripts, broken=broken)


def is_meant(script: Script, keyword: str) -> bool:
    """Whether all words of a keyword occur, and none that has `not` before it."""
    return _is_among([f"{script.name} {script.title} {script.file} {script.row}"], keyword)


def _described(broken: Broken) -> Iterator[str]:
    return (f"{broken.name} {broken.title} {broken.file} {row}" for row in broken.rows)


def _is_among(texts: Iterable[str], keyword: str) -> bool:
    wanted = re.findall(r"(?:\b(not)\s+)?(\S+)", re.sub(r"\band\b", " ", keyword.lower()))
    return any(all((word in text.lower()) != bool(negated) for negated, word in wanted) for text in texts)

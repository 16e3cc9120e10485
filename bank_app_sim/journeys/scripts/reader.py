"""Reads scripts: YAML in, `Script`s out, and all mistakes at once."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from ...simulation import SessionRenewal
from ...simulation.settings import SETTINGS
from ..given import GIVEN, given
from ..library import LIBRARY, SUFFIX, SUFFIXES
from ..text.mistakes import Gathering, Mistake, Place, ScriptMistakes, nearest_word, unknown, with_lines
from ..text.nodes import Listed, Mapped, Node, Plain
from ..text.script_yaml import read_script
from ..text.source import text_of
from ..vocabulary.kinds import ANYTHING, NAME
from ..vocabulary.word_reader import in_passing, read_arguments, refuse_strangers
from .columns import columns_in, filled_in, unknown_columns
from .identity import name_of, row_text
from .language import NEEDED, PARTS
from .names import Names
from .possible import Possible, ground
from .script import Script, Step
from .step_reader import StepReader

# What a row of the table has under each name, with its place.
Row = dict[str, Plain]


def read_file(path: Path, *, begins_below: Path | None = None) -> list[Script]:
    """The journeys of a file: one, or one for each row of its table.

    Args:
        begins_below: A folder with files that it may begin with, beside those below its own.

    Raises:
        ScriptMistakes: All that is wrong with it.
        OSError: It cannot be read.
    """
    try:
        return read(text_of(path), path, begins_below=begins_below)
    except Mistake as mistake:
        raise ScriptMistakes([mistake]) from mistake


def read(text: str, path: Path, *, begun: tuple[Path, ...] = (), begins_below: Path | None = None) -> list[Script]:
    """As `read_file()`, of a text; `path` is where it is from."""
    reading = _Reading(path, begun, begins_below)
    scripts: list[Script] = []
    with reading.mistakes.going_on():
        scripts = reading.scripts(read_script(text, str(path)))
    if reading.mistakes.found:
        raise ScriptMistakes(with_lines(reading.mistakes.found, text, str(path)))
    return scripts


@attrs.define
class _Reading:
    """One file on its way to being a script.

    Attributes:
        begun: The files that begin with this one, to notice when one begins with itself.
        begins_below: A folder with files that it may begin with, beside those below its own.
        in_rows: By places of texts that have columns in them: what was wrong, and where the row has what was filled in.
    """

    path: Path
    begun: tuple[Path, ...]
    begins_below: Path | None
    mistakes: Gathering = attrs.field(factory=Gathering)
    in_rows: dict[Place, list[tuple[Mistake, Place]]] = attrs.field(factory=dict)

    def scripts(self, root: Node) -> list[Script]:
        if not isinstance(root, Mapped):
            raise Mistake("a journey is a mapping with `journey`, `steps` and other parts", root.place)
        self._note_wrong_parts(root)
        parts = {name.text: value for name, value in root if name.text in PARTS}
        table = parts.pop("rows", None)
        rows = self._rows(table)
        self._refuse_unused_columns(table, set().union(*map(columns_in, parts.values())))
        unknown = [each for part in parts.values() for each in unknown_columns(part, rows[0])]
        scripts = [script for row in rows if (script := self._script_of_row(parts, row)) is not None]
        self._place_in_rows(len(rows))
        self._forget_what_follows_from([plain for plain, _ in unknown])
        self.mistakes.found += [mistake for _, mistake in unknown]
        return scripts

    def _script_of_row(self, parts: Mapping[str, Node], row: Row) -> Script | None:
        before = len(self.mistakes.found)
        mixed: dict[Place, list[Plain]] = {}
        filled = {name: filled_in(value, row, mixed) for name, value in parts.items()} if row else parts
        script = self._script(filled, _texts(row))
        for mistake in self.mistakes.found[before:]:
            if mistake.place in mixed:
                values = mixed[mistake.place]
                meant = next((each for each in values if repr(each.text) in mistake.sentence), values[0])
                self.in_rows.setdefault(mistake.place, []).append((mistake, meant.place))
        return script

    def _place_in_rows(self, count: int) -> None:
        """A text with a column in it that only some rows make wrong is wrong in these rows."""
        moved = {
            id(mistake): Mistake(mistake.sentence, place)
            for found in self.in_rows.values()
            if len({place for _, place in found}) < count
            for mistake, place in found
        }
        self.mistakes.found = [moved.get(id(mistake), mistake) for mistake in self.mistakes.found]

    def _forget_what_follows_from(self, texts: list[Plain]) -> None:
        """A column that is not there is no amount either."""
        self.mistakes.found = [
            mistake
            for mistake in self.mistakes.found
            if not any(
                text.place.line == mistake.place.line
                and text.place.column <= mistake.place.column <= text.place.column + len(text.text)
                for text in texts
            )
        ]

    def _note_wrong_parts(self, root: Mapped) -> None:
        named = {name.text: name.place for name, _ in root}
        wrong = {name: place for name, place in named.items() if name not in PARTS}
        for name, place in wrong.items():
            belongs = f"{name!r} belongs to `given`; write it there" if name in GIVEN.by_name else None
            self.mistakes.note(belongs or unknown(name, "part of a journey", PARTS), place)
        meant = {nearest_word(name, PARTS) for name in wrong}
        for part in NEEDED:
            if part not in named and part not in meant:
                self.mistakes.note(f"`{part}` is missing: {in_passing(PARTS[part])}", root.place)

    def _rows(self, node: Node | None) -> list[Row]:
        if node is None:
            return [{}]
        if not isinstance(node, Listed) or not node.items:
            raise Mistake("`rows` is a list, with a mapping for each row", node.place)
        rows: list[Row] = []
        for item in node.items:
            row = _row(item)
            if rows:
                _refuse_other_columns(item, row, rows[0])
            texts = [_texts(each) for each in rows]
            if _texts(row) in texts:
                raise Mistake(f"this row is the same as row {texts.index(_texts(row)) + 1}", item.place)
            rows.append(row)
        return [{name: row[name] for name in rows[0]} for row in rows]

    def _refuse_unused_columns(self, table: Node | None, used: set[str]) -> None:
        """What nobody looks at makes no row another journey."""
        first = table.items[0] if isinstance(table, Listed) else None
        columns = {name.text: name.place for name, _ in first} if isinstance(first, Mapped) else {}
        meant = {nearest_word(name, columns) for name in used - columns.keys()}  # that this is none is told where it is
        for name, place in columns.items():
            if name not in used | meant:
                hint = f"write <{name}> where it belongs, or in `journey` if it only tells rows apart"
                self.mistakes.note(f"this journey does not use the column {name!r}; {hint}", place)

    def _script(self, parts: Mapping[str, Node], row: Mapping[str, str]) -> Script | None:
        before = self._beginning(parts["begins with"]) if "begins with" in parts else None
        title = about = ""
        with self.mistakes.going_on():
            title = NAME.read(parts["journey"]) if "journey" in parts else ""
        with self.mistakes.going_on():
            about = ANYTHING.read(parts["about"]) if "about" in parts else ""
        arguments = self._given(parts.get("given"), before)
        is_whole = before is not None or "begins with" not in parts
        steps = self._steps(parts.get("steps"), arguments, before, is_whole=is_whole)
        if self.mistakes.found or arguments is None:
            return None
        return Script(
            name=name_of(self.path),
            title=title,
            about=about,
            file=str(self.path),
            row=row_text(row),
            begins_below=None if self.begins_below is None else str(self.begins_below),
            arguments=arguments,
            given=given(**arguments),
            steps=(*(before.steps if before else ()), *steps),
        )

    def _beginning(self, node: Node) -> Script | None:
        """The journey that is played first; None where that cannot be, which is noted."""
        with self.mistakes.going_on():
            name = NAME.read(node)
            path = found(name, beside=self.path)
            if path is not None and not _is_within(path, self.path.parent, self.begins_below):
                raise Mistake(
                    f"{name!r} is not below the folder of this script; a journey can begin only with files there, or "
                    "below the folder that `--begins-below` names",
                    node.place,
                )
            if path is None:
                known = sorted({name_of(each) for each in LIBRARY.glob(f"*{SUFFIX}")})
                sentence = f"no such file is beside this one; {unknown(name, 'journey of the library', known)}"
                raise Mistake(sentence, node.place)
            return self._begun(path, name, node.place)
        return None

    def _begun(self, path: Path, name: str, place: Place) -> Script:
        begun = (*self.begun, self.path.resolve())
        if path.resolve() in begun:
            raise Mistake(f"{name!r} begins with this journey, so neither would come to its first step", place)
        try:
            scripts = read(text_of(path), path, begun=begun, begins_below=self.begins_below)
        except ScriptMistakes as error:
            raise Mistake(f"{name!r} has mistakes of its own: {error.mistakes[0]}", place) from error
        except (Mistake, OSError) as error:
            raise Mistake(f"{name!r} cannot be read: {error}", place) from error
        if len(scripts) > 1:
            raise Mistake(f"{name!r} has rows; begin with a journey without rows", place)
        return scripts[0]

    def _given(self, node: Node | None, before: Script | None) -> dict[str, Any] | None:
        """What is given here, over what is given where the journey begins; None where something is wrong with it."""
        over = dict(before.arguments) if before else {}
        if node is None:
            return over
        gathered = Gathering()
        own: dict[str, Any] = {}
        with gathered.going_on():
            own = read_arguments(GIVEN, node, node.place, gathered)
            self._refuse_strangers(node, given(**over | own).users)
            _refuse_what_has_no_effect(node, over | own)
        self.mistakes.found += gathered.found
        return None if gathered.found else over | own

    def _refuse_strangers(self, node: Node, users: tuple[str, ...]) -> None:
        for name, value in node if isinstance(node, Mapped) else ():
            if name.text != "users" and name.text in GIVEN.by_name:
                refuse_strangers(GIVEN.by_name[name.text].kind, value, users)

    def _steps(
        self, node: Node | None, arguments: Mapping[str, Any] | None, before: Script | None, *, is_whole: bool
    ) -> tuple[Step, ...]:
        if node is None:
            return ()
        users = None if arguments is None else given(**arguments).users
        names = Names(is_whole=is_whole)
        names.take_from(before.steps if before else ())
        possible = Possible()
        steps = StepReader(self.mistakes, users, names, possible).steps(node)
        names.refuse_unknown(self.mistakes)
        whole = (*(before.steps if before else ()), *steps)
        if users:
            names.refuse_others(whole, users[0], self.mistakes)
        if users and names.is_whole:
            possible.refuse_idle(whole, users[0], self.mistakes)
        if arguments is not None and names.is_whole:
            possible.refuse(ground(whole, given(**arguments).settings), self.mistakes)
        return steps


def _refuse_what_has_no_effect(node: Node, arguments: Mapping[str, Any]) -> None:
    inactivity = SETTINGS["session_inactivity_timeout"].word
    for name, _ in node if isinstance(node, Mapped) else ():
        if name.text == inactivity and arguments.get("session_renewal") != SessionRenewal.ACTIVITY:
            sentence = f"`{inactivity}` has no effect here; write `sessions are renewed by: activity` beside it"
            raise Mistake(sentence, name.place)


def _texts(row: Row) -> dict[str, str]:
    return {name: value.text for name, value in row.items()}


def _row(item: Node) -> Row:
    if not isinstance(item, Mapped) or not item.items:
        raise Mistake("a row is a mapping from names to plain values", item.place)
    row: Row = {}
    for name, value in item:
        if not isinstance(value, Plain):
            raise Mistake(f"a row has plain values, and {name.text!r} has a list or a mapping", value.place)
        row[name.text] = value
    return row


def _refuse_other_columns(item: Node, row: Row, first: Row) -> None:
    assert isinstance(item, Mapped)
    for name, _ in item:
        if name.text not in first:
            raise Mistake(unknown(name.text, "column of the first row", first), name.place)
    for missing in first:
        if missing not in row:
            raise Mistake(f"this row has no {missing!r}, which the first row has", item.place)


def _is_within(path: Path, *folders: Path | None) -> bool:
    """Whether a file is in one of some folders or below, or comes with the package; wherever links lead."""
    return any(path.resolve().is_relative_to(each.resolve()) for each in (*folders, LIBRARY) if each is not None)


def found(name: str, *, beside: Path | None = None) -> Path | None:
    """The file of a journey by its name: a file, one beside another, or one of the library."""
    folders = [LIBRARY] if beside is None else [beside.parent, LIBRARY]
    candidates = [Path(name)] if beside is None else []
    candidates += [folder / each for folder in folders for each in (name, *(f"{name}{suffix}" for suffix in SUFFIXES))]
    # Not path.is_file(), which raises where a name is longer than any file's.
    return next((path for path in candidates if os.path.isfile(path)), None)

"""Reads scripts: YAML becomes `Script`s, or all mistakes at once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from ...simulation import SessionRenewal
from ...simulation.settings import SETTINGS
from ..given import GIVEN, given
from ..library import LIBRARY, SUFFIX
from ..text.mistakes import Gathering, Mistake, Place, ScriptMistakes, nearest_word, unknown, with_lines
from ..text.nodes import Mapped, Node, Plain
from ..text.script_yaml import read_script
from ..text.source import text_of
from ..vocabulary.kinds import ANYTHING, NAME
from ..vocabulary.word_reader import in_passing, read_arguments, refuse_strangers
from .columns import columns_in, filled_in, unknown_columns
from .finding import found, is_within
from .identity import name_of, row_text
from .language import NEEDED, PARTS
from .names import Names
from .possible import Possible, ground
from .script import Script, Step
from .step_reader import StepReader
from .table import Row, note_unused_columns, rows_of, texts_of


def read_file(path: Path, *, begins_below: Path | None = None) -> list[Script]:
    """The journeys of a file: one, or one for each row of its table.

    Args:
        begins_below: A folder; the script may begin with files below it, as with those below its own folder.

    Raises:
        ScriptMistakes: All that is wrong with it.
        OSError: It cannot be read.
    """
    try:
        return read(text_of(path), path, begins_below=begins_below)
    except Mistake as mistake:
        raise ScriptMistakes([mistake]) from mistake


def read(text: str, path: Path, *, begun: tuple[Path, ...] = (), begins_below: Path | None = None) -> list[Script]:
    """As `read_file()`, of a text that came from `path`."""
    reading = _Reading(path, begun, begins_below)
    scripts: list[Script] = []
    with reading.mistakes.going_on():
        scripts = reading.scripts(read_script(text, str(path)))
    if reading.mistakes.found:
        raise ScriptMistakes(with_lines(reading.mistakes.found, text, str(path)))
    return scripts


@attrs.define
class _Reading:
    """One file while it is read.

    Attributes:
        begun: The files that begin with this one; none of them can be its beginning.
        begins_below: A folder; the script may begin with files below it, as with those below its own folder.
        in_rows: Mistakes in texts with columns, by the places of these texts, with the place of the value in the row.
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
        rows = rows_of(table)
        note_unused_columns(self.mistakes, table, set().union(*map(columns_in, parts.values())))
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
        script = self._script(filled, texts_of(row))
        for mistake in self.mistakes.found[before:]:
            if mistake.place in mixed:
                values = mixed[mistake.place]
                meant = next((each for each in values if repr(each.text) in mistake.sentence), values[0])
                self.in_rows.setdefault(mistake.place, []).append((mistake, meant.place))
        return script

    def _place_in_rows(self, count: int) -> None:
        """If only some rows make a text with a column wrong, the mistake is in these rows."""
        moved = {
            id(mistake): Mistake(mistake.sentence, place)
            for found in self.in_rows.values()
            if len({place for _, place in found}) < count
            for mistake, place in found
        }
        self.mistakes.found = [moved.get(id(mistake), mistake) for mistake in self.mistakes.found]

    def _forget_what_follows_from(self, texts: list[Plain]) -> None:
        """An unknown column explains other mistakes at its place."""
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
        """The journey that is played first; None after a mistake."""
        with self.mistakes.going_on():
            name = NAME.read(node)
            path = found(name, beside=self.path)
            if path is not None and not is_within(path, self.path.parent, self.begins_below):
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
        """What this journey gives, over what its beginning gives; None after a mistake."""
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


def _refuse_what_has_no_effect(node: Node, arguments: Mapping[str, object]) -> None:
    inactivity = SETTINGS["session_inactivity_timeout"].word
    for name, _ in node if isinstance(node, Mapped) else ():
        if name.text == inactivity and arguments.get("session_renewal") != SessionRenewal.ACTIVITY:
            sentence = f"`{inactivity}` has no effect here; write `sessions are renewed by: activity` beside it"
            raise Mistake(sentence, name.place)

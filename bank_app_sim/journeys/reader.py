"""Reads scripts: YAML in, `Script`s out, and all mistakes at once."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs

import impact_sdk

from . import nodes
from .given import Given, given
from .journey import STEPS, Expected
from .kinds import ANYTHING, CUSTOMER, NAME, POSITIVE_DURATION, TIMES, Choice, ListOf, choice
from .library import LIBRARY, SUFFIX
from .mistakes import Mistake, Place, ScriptMistakes, unknown
from .nodes import Listed, Mapped, Node, Plain
from .observables import OBSERVABLES
from .script import Doing, Expecting, Meanwhile, Recording, Script, Step
from .vocabulary import Words, described

# What a script has, and what each of it means.
PARTS = {
    "journey": "What it is about, in a line.",
    "about": "What else there is to say about it.",
    "given": "What there is before the first step.",
    "begins with": "Another journey that is played first: one of the library, or a file beside this one.",
    "rows": "The journey is played once for each row; `<name>` stands for what the row has under this name.",
    "steps": "What happens, one after the other.",
}

# What can stand beside any step.
MODIFIERS = {
    "times": "How often it is done, one after the other.",
    "fails": "The error that it has to end with; without it, it has to succeed.",
    "saying": "What this error has to say, among other things.",
}

EXPECT, EVENTUALLY, RECORDED, MEANWHILE = "expect", "eventually", "expect as recorded", "meanwhile"
FLOW = {
    EXPECT: "What has to be so now, when all that is under way has come to rest.",
    EVENTUALLY: "What has to be so at some moment from now on; time passes until it is.",
    RECORDED: "What was recorded with --update has to be so again: messages, state, or both.",
    MEANWHILE: "Several branches at once; whose message goes next, the seed decides.",
}
VERBS = (*STEPS, *FLOW)

RECORDABLE = choice("thing to record", "messages", "state")

_ERRORS = {
    name: name
    for name in impact_sdk.__all__
    if isinstance(getattr(impact_sdk, name), type) and issubclass(getattr(impact_sdk, name), Exception)
}
FAILURES = Choice("error", {**_ERRORS, "BankRefused": "BankRefused", "StepFailed": "StepFailed"})

GIVEN: Words = described(given, "given")


def read_file(path: Path) -> list[Script]:
    """The journeys of a file: one, or one for each row of its table.

    Raises:
        ScriptMistakes: All that is wrong with it.
        OSError: It cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        mistake = Mistake("this is no text in UTF-8", Place(str(path), line, 1))
        raise ScriptMistakes([mistake], "") from error
    return read(text, path)


def read(text: str, path: Path, *, begun: tuple[Path, ...] = ()) -> list[Script]:
    """As `read_file()`, of a text; `path` is where it is from."""
    reading = _Reading(path, begun)
    try:
        scripts = reading.scripts(nodes.read(text, str(path)))
    except Mistake as mistake:
        reading.mistakes.append(mistake)
    if reading.mistakes:
        unique = {(each.place, each.sentence): each for each in reading.mistakes}
        raise ScriptMistakes(list(unique.values()), text)
    return scripts


@attrs.define
class _Reading:
    """One file on its way to being a script.

    Attributes:
        begun: The files that begin with this one, to notice when one begins with itself.
    """

    path: Path
    begun: tuple[Path, ...]
    mistakes: list[Mistake] = attrs.field(factory=list)

    def scripts(self, root: Node) -> list[Script]:
        if not isinstance(root, Mapped):
            raise Mistake("a journey is a mapping: `journey`, `steps`, and what else it has", root.place)
        self._refuse_unknown_parts(root)
        rows = self._rows(_part(root, "rows"))
        return [script for row in rows if (script := self._script(root, row)) is not None]

    def _refuse_unknown_parts(self, root: Mapped) -> None:
        for name, _ in root:
            if name.text not in PARTS:
                self.mistakes.append(Mistake(unknown(name.text, "part of a journey", PARTS), name.place))
        for part in ("journey", "steps"):
            if _part(root, part) is None:
                self.mistakes.append(Mistake(f"`{part}` is missing: {_lower(PARTS[part])}", root.place))

    def _rows(self, node: Node | None) -> list[dict[str, str]]:
        if node is None:
            return [{}]
        if not isinstance(node, Listed) or not node.items:
            raise Mistake("`rows` is a list, with a mapping for each row", node.place)
        rows: list[dict[str, str]] = []
        for item in node.items:
            if not isinstance(item, Mapped) or not all(isinstance(value, Plain) for _, value in item):
                raise Mistake("a row is a mapping from names to plain values", item.place)
            row = {name.text: value.text for name, value in item if isinstance(value, Plain)}
            if rows and row.keys() != rows[0].keys():
                raise Mistake(f"this row has not the names of the first: {', '.join(rows[0])}", item.place)
            rows.append(row)
        return rows

    def _script(self, root: Mapped, row: Mapping[str, str]) -> Script | None:
        parts = {name.text: value for name, value in root}
        if row:
            parts = {
                name: value if name == "rows" else self._try(nodes.filled_in, value, row) or value
                for name, value in parts.items()
            }
        before = self._beginning(parts.get("begins with"))
        own = self._given(parts.get("given"), before)
        steps = self._steps(parts.get("steps"))
        title = self._try(NAME.read, parts["journey"]) if "journey" in parts else ""
        about = self._try(ANYTHING.read, parts["about"]) if "about" in parts else ""
        if self.mistakes or own is None:
            return None
        return Script(
            name=name_of(self.path),
            title=str(title),
            about=str(about or ""),
            file=str(self.path),
            row=", ".join(f"{name}={value}" for name, value in row.items()),
            given=own,
            steps=(*(before.steps if before else ()), *steps),
        )

    def _beginning(self, node: Node | None) -> Script | None:
        if node is None:
            return None
        name = self._try(NAME.read, node)
        path = found(str(name), beside=self.path) if name else None
        if name and path is None:
            known = sorted({name_of(each) for each in LIBRARY.glob(f"*{SUFFIX}")})
            self.mistakes.append(Mistake(unknown(str(name), "journey here", known), node.place))
        if path is None:
            return None
        if path.resolve() in (*self.begun, self.path.resolve()):
            self.mistakes.append(Mistake(f"{name!r} begins with this journey: it would never begin", node.place))
            return None
        try:
            scripts = read(path.read_text(encoding="utf-8"), path, begun=(*self.begun, self.path.resolve()))
        except ScriptMistakes as error:
            self.mistakes.append(Mistake(f"{name!r} has mistakes of its own: {error.mistakes[0]}", node.place))
            return None
        if len(scripts) > 1:
            self.mistakes.append(Mistake(f"{name!r} has rows; begin with a journey that has none", node.place))
            return None
        return scripts[0]

    def _given(self, node: Node | None, before: Script | None) -> Given | None:
        """What is given here, over what is given where the journey begins."""
        arguments = {} if node is None else self._try(GIVEN.read, node, node.place)
        if arguments is None:
            return None
        own: Given = given(**arguments)
        if before is None:
            return own
        said = {name for argument in arguments for name in SETTING_OF.get(argument, ())}
        settings = {**dict(before.given.settings), **{name: value for name, value in own.settings if name in said}}
        users = own.users if "users" in arguments else before.given.users
        return Given(users=users, settings=tuple(settings.items()))

    def _steps(self, node: Node | None) -> tuple[Step, ...]:
        if node is None:
            return ()
        if not isinstance(node, Listed) or not node.items:
            self.mistakes.append(Mistake("here should be a list of steps, each with a `-` before it", node.place))
            return ()
        read = [self._try(self._step, item) for item in node.items]
        return tuple(step for step in read if step is not None)

    def _step(self, item: Node) -> Step:
        verb, value, modifiers = _apart(item)
        step: dict[str, Any] = {
            "text": _text(verb, value),
            "place": verb.place,
            "times": TIMES.read(modifiers["times"]) if "times" in modifiers else 1,
            "fails": FAILURES.read(modifiers["fails"]) if "fails" in modifiers else None,
            "saying": NAME.read(modifiers["saying"]) if "saying" in modifiers else None,
        }
        if step["saying"] and not step["fails"]:
            raise Mistake("`saying` goes with `fails`: it is what the error says", modifiers["saying"].place)
        match verb.text:
            case "expect":
                return self._expecting(verb, value, step)
            case "eventually":
                return self._expecting(verb, value, step, waits=True)
            case "expect as recorded":
                what = ListOf(RECORDABLE).read(value) if _is_something(value) else ("messages", "state")
                return Recording(what=what, **step)
            case "meanwhile":
                return Meanwhile(branches=self._branches(value), **step)
        words = STEPS[verb.text]
        arguments = words.read(value, verb.place)
        if "by" in modifiers:
            _refuse_by(words, modifiers["by"])
            arguments["by"] = CUSTOMER.read(modifiers["by"])
        return Doing(words=words, arguments=arguments, **step)

    def _expecting(self, verb: Plain, value: Node, step: dict[str, Any], *, waits: bool = False) -> Expecting:
        if not isinstance(value, Mapped) or not value.items:
            raise Mistake(f"`{verb.text}` has what is expected behind it, such as `accounts: 1`", value.place)
        of, within, expected = None, None, []
        for name, node in value:
            if name.text == "of":
                of = CUSTOMER.read(node)
            elif name.text == "within" and waits:
                within = POSITIVE_DURATION.read(node)
            elif name.text not in OBSERVABLES:
                known = [*OBSERVABLES, "of", *(["within"] if waits else [])]
                raise Mistake(unknown(name.text, "thing to expect", known), name.place)
            else:
                found = OBSERVABLES[name.text]
                expected.append(Expected(found, found.kind.read(node), f"{name.text}: {nodes.one_line(node)}"))
        if waits and within is None:
            raise Mistake("`eventually` needs `within`: how long that may take", verb.place)
        if not expected:
            raise Mistake(f"`{verb.text}` expects nothing; write what has to be so", verb.place)
        return Expecting(expected=tuple(expected), of=of, within=within, **step)

    def _branches(self, value: Node) -> tuple[tuple[str, tuple[Step, ...]], ...]:
        if isinstance(value, Mapped):
            branches = [(name.text, steps) for name, steps in value]
        elif isinstance(value, Listed):
            branches = [(str(n), steps) for n, steps in enumerate(value.items, 1)]
        else:
            branches = []
        if len(branches) < 2:
            raise Mistake(
                "`meanwhile` has two branches or more, each a list of steps, with a name or without", value.place
            )
        return tuple((name, self._steps(steps)) for name, steps in branches)

    def _try(self, read: Callable[..., Any], *arguments: Any) -> Any:
        """What it reads; None where it finds a mistake, which is noted: there may be more of them."""
        try:
            return read(*arguments)
        except Mistake as mistake:
            self.mistakes.append(mistake)
            return None


# Which settings each thing given decides.
SETTING_OF = {
    "start": ("start",),
    "accounts": ("account_setup",),
    "performance_Dreams": ("performance_dreams",),
    "consents": ("transfer_consents",),
    "webhooks": ("webhooks",),
    "the_bank_approves_after": ("decision_after",),
    "the_bank_settles_every": ("settle_every",),
    "the_bank_refuses": ("refuses",),
    "opening_balance_cents": ("opening_balance_cents",),
    "sessions_are_renewed_by": ("session_renewal",),
    "ID_tokens_last": ("token_lifetime",),
    "sessions_end_without_activity_after": ("session_inactivity_timeout",),
    "sessions_last_at_most": ("session_maximum_duration",),
}


def _part(root: Mapped, name: str) -> Node | None:
    return next((value for key, value in root if key.text == name), None)


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _is_something(node: Node) -> bool:
    return not isinstance(node, Plain) or bool(node.text)


def _apart(item: Node) -> tuple[Plain, Node, dict[str, Node]]:
    """The verb of a step, what stands behind it, and what stands beside it."""
    if isinstance(item, Plain):
        if item.text not in VERBS:
            raise Mistake(unknown(item.text, "step", VERBS), item.place)
        if item.text in FLOW or not STEPS[item.text].may_be_alone:
            needs = [] if item.text in FLOW else [f.name for f in STEPS[item.text].fields if f.is_required]
            raise Mistake(f"`{item.text}` needs {' and '.join(needs) or 'something behind it'}", item.place)
        return item, Plain("", item.place), {}
    if isinstance(item, Listed):
        raise Mistake("a step is a verb, not a list", item.place)
    verbs = [(name, value) for name, value in item if name.text in VERBS]
    beside = {name.text: value for name, value in item if name.text not in VERBS}
    for name, _ in item:
        if name.text not in VERBS and name.text not in (*MODIFIERS, "by"):
            raise Mistake(unknown(name.text, "step", (*VERBS, *MODIFIERS, "by")), name.place)
    if not verbs:
        raise Mistake("this step has no verb, only what stands beside one", item.place)
    if len(verbs) > 1:
        again = verbs[1][0]
        raise Mistake(f"{again.text!r} is a second verb in one step; put a `-` before it", again.place)
    return (*verbs[0], beside)


def _refuse_by(words: Words, by: Node) -> None:
    if "by" not in words.by_name:
        names = [name for name in ("of", "for", "customer") if name in words.by_name]
        instead = f"; say whom with `{names[0]}`" if names else ""
        raise Mistake(f"`{words.name}` is not done by a user{instead}", by.place)


def _text(verb: Plain, value: Node) -> str:
    behind = "" if verb.text == MEANWHILE else nodes.one_line(value)
    return f"{verb.text}: {behind}" if behind else verb.text


def name_of(path: Path) -> str:
    """What a file's journey is called: `declined.journey.yaml` is `declined`."""
    return path.name.removesuffix(SUFFIX)


def found(name: str, *, beside: Path | None = None) -> Path | None:
    """The file of a journey by its name: a file, one beside another, or one of the library."""
    folders = [LIBRARY] if beside is None else [beside.parent, LIBRARY]
    candidates = [Path(name)] if beside is None else []
    candidates += [folder / each for folder in folders for each in (name, f"{name}{SUFFIX}")]
    return next((path for path in candidates if path.is_file()), None)

"""Reads the steps of a script: what somebody does, what is expected, and branches."""

from collections.abc import Collection
from typing import Any

import attrs

from ..expectations.expected import Expected
from ..expectations.observable import of_everybody
from ..expectations.observables import OBSERVABLES
from ..expectations.tallies import ByWord
from ..journey import STEPS, unnamed_branch
from ..steps.people import StepFailed
from ..text.mistakes import Gathering, Mistake, unknown
from ..text.nodes import Listed, Mapped, Node, Plain
from ..text.one_line import one_line
from ..vocabulary.amounts import TIMES
from ..vocabulary.kinds import NAME, Kind, ListOf
from ..vocabulary.moments import POSITIVE_DURATION
from ..vocabulary.name_kinds import CUSTOMER
from ..vocabulary.word_reader import read_arguments, refuse_strangers
from ..vocabulary.words import Words
from .language import EVENTUALLY, EXPECT, FAILURES, FLOW, MEANWHILE, MODIFIERS, RECORDABLE, VERBS
from .names import Names
from .possible import Possible
from .script import Doing, Expecting, Meanwhile, Recording, Step


@attrs.frozen
class StepReader:
    """Reads the steps of one script.

    Attributes:
        users: The users of the journey; None if they are not known.
        names: Collects the names that steps give and look up.
        possible: Collects the expectations.
    """

    mistakes: Gathering
    users: Collection[str] | None
    names: Names
    possible: Possible

    def steps(self, node: Node) -> tuple[Step, ...]:
        """The steps of a list; mistakes are noted."""
        if not isinstance(node, Listed) or not node.items:
            self.mistakes.note("expected a list of steps, each with a `-` before it", node.place)
            return ()
        read: list[Step] = []
        for item in node.items:
            with self.mistakes.going_on():
                read.append(self._step(item))
        if len(read) < len(node.items):
            self.names.is_whole = False
        return tuple(read)

    def _step(self, item: Node) -> Step:
        verb, value, beside = _apart(item)
        if verb.text in FLOW:
            return self._flow(verb, value, beside)
        words = STEPS[verb.text]
        self._refuse_by(words, value, beside)
        arguments = read_arguments(words, value, verb.place, self.mistakes, users=self.users, note=self.names.note)
        modifiers: dict[str, Any] = {}
        for name, kind in (("times", TIMES), ("fails", FAILURES), ("saying", NAME)):
            if name in beside:
                with self.mistakes.going_on():
                    _refuse_what_no_app_raises(name, beside[name])
                    modifiers[name] = kind.read(beside[name])
        if "by" in beside:
            arguments["by"] = self._user(beside["by"])
        if "saying" in beside and "fails" not in beside:
            self.mistakes.note("`saying` goes with `fails`: it is what the error says", beside["saying"].place)
        return Doing(text=_text(verb, value), place=verb.place, words=words, arguments=arguments, **modifiers)

    def _refuse_by(self, words: Words, value: Node, beside: dict[str, Node]) -> None:
        if "by" not in beside:
            return
        if "by" not in words.by_name:
            names = [name for name in ("of", "for", "customer") if name in words.by_name]
            instead = f"; say whom with `{names[0]}`" if names else ""
            raise Mistake(f"`{words.name}` is not done by a user{instead}", beside["by"].place)
        is_said = isinstance(value, Mapped) and any(name.text == "by" for name, _ in value)
        if is_said or (words.plain == ("by",) and value != Plain("", value.place)):
            raise Mistake(f"`{words.name}` has its user twice; leave one of them out", beside["by"].place)

    def _user(self, node: Node) -> str:
        name = CUSTOMER.read(node)
        if self.users is not None:
            refuse_strangers(CUSTOMER, node, self.users)
        return name

    def _flow(self, verb: Plain, value: Node, beside: dict[str, Node]) -> Step:
        for name, node in beside.items():
            instead = "; say whose part is looked at with `of`, among what is expected" if name == "by" else ""
            self.mistakes.note(f"`{name}` goes with what somebody does, not with `{verb.text}`{instead}", node.place)
        text, place = _text(verb, value), verb.place
        match verb.text:
            case "expect" | "eventually":
                return self._expecting(verb, value)
            case "meanwhile":
                return Meanwhile(text=text, place=place, branches=self._branches(value))
        what = ("messages", "state") if value == Plain("", value.place) else ListOf(RECORDABLE).read(value)
        return Recording(text=text, place=place, what=what)

    def _expecting(self, verb: Plain, value: Node) -> Expecting:
        if not isinstance(value, Mapped):
            raise Mistake(f"write what is expected after `{verb.text}`, such as `accounts: 1`", value.place)
        waits = verb.text == EVENTUALLY
        of, within, expected, looked_at = None, None, [], []
        for name, node in value:
            with self.mistakes.going_on():
                if name.text == "of":
                    of = self._user(node)
                    self.possible.note_of(node)
                elif name.text == "within" and waits:
                    within = POSITIVE_DURATION.read(node)
                else:
                    expected.append(_expected(name, node, waits=waits))
                    looked_at.append((name.text, expected[-1].observable.kind, node))
        for observable, kind, node in looked_at:
            # One can ask whether a Dream belongs to a user, but not what it holds for somebody else.
            self._refuse_unknown_names(kind, node, None if observable == "Dreams" else of)
            self.possible.note(observable, node)
        said = {name.text for name, _ in value}
        if of is not None:
            self._refuse_of(value)
        if waits and "within" not in said:
            self.mistakes.note("`eventually` needs `within`: how long that may take", verb.place)
        if not said - {"of", "within"}:
            self.mistakes.note(f"`{verb.text}` expects nothing; write what has to be so", verb.place)
        return Expecting(text=_text(verb, value), place=verb.place, expected=tuple(expected), of=of, within=within)

    def _refuse_unknown_names(self, kind: Kind[Any], node: Node, of: str | None) -> None:
        """Refuse unknown users at once. A later step may create the Dreams: their names are noted."""
        if isinstance(kind, ByWord) and kind.names is CUSTOMER and isinstance(node, Mapped) and self.users is not None:
            for name, _ in node:
                with self.mistakes.going_on():
                    refuse_strangers(CUSTOMER, name, self.users)
        self.names.note(kind, node, of=of)

    def _refuse_of(self, value: Mapped) -> None:
        """Refuse what cannot be looked at for one user."""
        for name, _ in value:
            if name.text in OBSERVABLES and OBSERVABLES[name.text].of_everybody:
                self.mistakes.note(of_everybody(name.text), name.place)

    def _branches(self, value: Node) -> tuple[tuple[str, tuple[Step, ...]], ...]:
        if isinstance(value, Mapped):
            branches = [(name.text, steps) for name, steps in value]
        elif isinstance(value, Listed):
            branches = [(unnamed_branch(n), steps) for n, steps in enumerate(value.items, 1)]
        else:
            branches = []
        if len(branches) < 2:
            raise Mistake(
                "`meanwhile` needs two branches or more, each a list of steps, with a name or without", value.place
            )
        for _, steps in branches:
            if not isinstance(steps, Listed):
                raise Mistake("a branch is a list of steps: give it a name, or begin it with `- -`", steps.place)
        return tuple((name, self.steps(steps)) for name, steps in branches)


def _refuse_what_no_app_raises(name: str, node: Node) -> None:
    if name == "fails" and node == Plain(StepFailed.__name__, node.place):
        sentence = "is not an error that an app gets: it means that a step cannot be done, and it ends the journey"
        raise Mistake(f"'{StepFailed.__name__}' {sentence}", node.place)


def _expected(name: Plain, node: Node, *, waits: bool) -> Expected:
    if name.text == "within":
        raise Mistake("`expect` looks now; use `eventually` with `within`", name.place)
    if name.text not in OBSERVABLES:
        known = [*OBSERVABLES, "of", *(["within"] if waits else [])]
        raise Mistake(unknown(name.text, "thing to expect", known), name.place)
    found = OBSERVABLES[name.text]
    return Expected(found, found.kind.read(node), f"{name.text}: {one_line(node)}")


def _apart(item: Node) -> tuple[Plain, Node, dict[str, Node]]:
    """The verb of a step, its value, and what stands beside it."""
    if isinstance(item, Plain):
        return _alone(item), Plain("", item.place), {}
    if isinstance(item, Listed):
        raise Mistake("a step is a verb with its arguments, not a list", item.place)
    verbs = [(name, value) for name, value in item if name.text in VERBS]
    for name, _ in item:
        if name.text not in VERBS and name.text not in MODIFIERS:
            raise Mistake(_no_step(name.text, verbs[0][0].text if verbs else ""), name.place)
    if not verbs:
        raise Mistake("this step has no verb, only what stands beside one", item.place)
    if len(verbs) > 1:
        again = verbs[1][0]
        raise Mistake(f"{again.text!r} is a second verb in one step; put a `-` before it", again.place)
    return (*verbs[0], {name.text: value for name, value in item if name.text not in VERBS})


def _alone(item: Plain) -> Plain:
    if not item.text:
        raise Mistake("a step is missing here", item.place)
    if item.text not in VERBS:
        raise Mistake(_no_step(item.text, ""), item.place)
    return item


def _no_step(text: str, verb: str) -> str:
    """The sentence for a text that is not a step: what was probably meant."""
    if verb in (EXPECT, EVENTUALLY) and text in (*OBSERVABLES, "of", "within"):
        return f"{text!r} belongs to `{verb}`; indent it further than that"
    if verb in STEPS and text in STEPS[verb].by_name:
        return f"{text!r} is an argument of `{verb}`; write it after the colon, between brackets, or indent it further"
    without_space = next((each for each in VERBS if text.startswith(f"{each}:")), None)
    if without_space is not None:
        return f"a space is missing; write `{without_space}: {text[len(without_space) + 1 :].strip()}`"
    begins = max((each for each in VERBS if text.startswith(f"{each} ")), key=len, default=None)
    if begins is not None:
        return f"a colon is missing here; write `{begins}: {text[len(begins) :].strip()}`"
    sentence = unknown(text, "step", (*VERBS, *MODIFIERS) if verb else VERBS)
    return sentence if sentence.endswith("?") else f"{sentence}; bank_app_sim/docs/journeys.md has all of them"


def _text(verb: Plain, value: Node) -> str:
    behind = "" if verb.text == MEANWHILE else one_line(value)
    return f"{verb.text}: {behind}" if behind else verb.text

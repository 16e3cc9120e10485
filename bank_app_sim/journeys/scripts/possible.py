"""Refuses expectations that cannot fail, because nothing in the journey can cause what they are about.

`POST /accounts is lost: 0` says nothing if no step makes the network lose a message.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

import attrs

from ...simulation.exchanges import as_sent, exchanges
from ...simulation.faults import Fault, FaultKind
from ...simulation.settings import WorldSettings
from ...timeline.trace import DIES
from ..expectations import message_names
from ..steps.trouble import FAULTS
from ..text.mistakes import Gathering, Mistake, one_of
from ..text.nodes import Mapped, Node, Plain
from ..vocabulary.kinds import items_of
from ..vocabulary.name_kinds import CUSTOMER
from .script import Doing, Meanwhile, Step

PERFORMANCE = "Performance"

# The steps that kill a process, and the process.
DEATHS = {"the app dies": "app", "DES dies": "DES", "the backend dies": "backend"}


@attrs.frozen(kw_only=True)
class Ground:
    """What a journey has that can cause something.

    Attributes:
        faults: The faults that its steps ask for.
        deaths: The processes that its steps kill.
        savehacks: The kinds of savehacks that its steps launch.
        types: The kinds of accounts that its steps post.
        settings: Of its world.
    """

    faults: tuple[Fault, ...]
    deaths: tuple[str, ...]
    savehacks: tuple[str, ...]
    types: tuple[str, ...]
    settings: WorldSettings


def ground(steps: Iterable[Step], settings: WorldSettings) -> Ground:
    """What a script has that can cause something."""
    doing = list(_doing(steps))
    return Ground(
        faults=tuple(fault for each in doing if (fault := _fault(each)) is not None),
        deaths=tuple(DEATHS[each.words.name] for each in doing if each.words.name in DEATHS),
        savehacks=tuple(each.arguments["savehack"] for each in doing if "savehack" in each.arguments),
        types=tuple(each.arguments["type"] for each in doing if "type" in each.arguments),
        settings=settings,
    )


def _doing(steps: Iterable[Step]) -> Iterator[Doing]:
    for step in steps:
        if isinstance(step, Doing):
            yield step
        elif isinstance(step, Meanwhile):
            for _, branch in step.branches:
                yield from _doing(branch)


def _who(steps: Iterable[Step], first_user: str) -> Iterator[str]:
    """The users who take part in steps; a step that names no user means the first."""
    for step in _doing(steps):
        for argument in step.words.arguments:
            if argument.kind is CUSTOMER:
                yield step.arguments.get(argument.parameter) or first_user


def _fault(step: Doing) -> Fault | None:
    named = step.arguments.get("what" if step.words.name in FAULTS else "answering")
    kind = FAULTS.get(step.words.name, FaultKind.RECEIVER_DIES if named is not None else None)
    if kind is None:
        return None
    what = None if named in (None, "anything") else as_sent(named, None)[0]
    return Fault(kind=kind, what=what, status=step.arguments.get("status", 503))


def why_never(observable: str, word: str | None, on: Ground) -> str | None:
    """Why an expected word, or (None) all that is expected, can never occur; None if it can."""
    rule = _RULES.get(observable)
    return None if rule is None else rule(word, on)


def _message(word: str | None, on: Ground) -> str | None:
    if word is None:
        return None
    if word == DIES:
        return None if on.deaths else f"{word!r} can never happen here: no step of this journey has a process die"
    if word.endswith(" from the network"):
        status = int(word[:3])
        statuses = sorted({each.status for each in on.faults if each.kind is FaultKind.ANSWERED})
        there = f"; steps ask for {one_of(list(map(str, statuses)))}" if statuses else ""
        sentence = f"no step has `the network answers` with {status}{there}"
        return None if status in statuses else f"{word!r} can never happen here: {sentence}"
    request = message_names.request_of(word)
    if request is None:
        return None
    kinds = [kind for kind in FaultKind if word in kind.labels(request)]
    if any(each.kind in kinds and _is_of(each, request) for each in on.faults):
        return None
    steps = [f"`{step}: {request}`" for step, kind in FAULTS.items() if kind in kinds]
    return f"{word!r} can never happen here: no step of this journey asks for it; {one_of(steps)} does"


def _is_of(fault: Fault, request: str) -> bool:
    return fault.what is None or request in [each.name for each in exchanges(fault.what)]


def _trouble(word: str | None, on: Ground) -> str | None:
    if any(word in (None, each.kind.value) for each in on.faults):
        return None
    if word is None:
        return "`faults` are always 0 here: no step of this journey has the network do anything"
    return f"faults of the kind {word!r} are always 0 here: no step of this journey asks for one"


def _death(word: str | None, on: Ground) -> str | None:
    if any(word in (None, each) for each in on.deaths):
        return None
    return f"`deaths`{f' of {word}' if word else ''} are always 0 here: no step of this journey has such a process die"


def _event(_word: str | None, on: Ground) -> str | None:
    if on.settings.webhooks:
        return None
    return "the bank takes in no event here; it does with `webhooks: yes` in `given`"


def _consent(_word: str | None, on: Ground) -> str | None:
    if on.settings.transfer_consents:
        return None
    return "there is never a consent here; there can be with `consents: yes` in `given`"


def _account(word: str | None, on: Ground) -> str | None:
    if word != PERFORMANCE or on.settings.performance_dreams or word in on.types:
        return None
    return f"there is never a {word} account here; there can be with `performance Dreams: yes` in `given`"


def _kind_of_savehack(word: str | None, on: Ground) -> str | None:
    if word is None or word in on.savehacks:
        return None
    there = f"; steps launch {one_of(list(dict.fromkeys(on.savehacks)))}" if on.savehacks else ""
    return f"there is never a {word} savehack here: no step of this journey launches one{there}"


def _callback(word: str | None, on: Ground) -> str | None:
    return _consent(word, on) if word == "transfer consent requested" else None


_RULES: Mapping[str, Callable[[str | None, Ground], str | None]] = {
    "messages sent": _message,
    "messages in order": _message,
    "faults": _trouble,
    "deaths": _death,
    "events": _event,
    "events came by": _event,
    "consents": _consent,
    "accounts": _account,
    "kinds of savehacks": _kind_of_savehack,
    "callbacks": _callback,
}


@attrs.define
class Possible:
    """The expectations of one script. They are checked when all of the script is read."""

    _expected: list[tuple[str, Node]] = attrs.field(factory=list)
    _of: list[Plain] = attrs.field(factory=list)

    def note(self, observable: str, node: Node) -> None:
        """Note an expectation."""
        self._expected.append((observable, node))

    def note_of(self, whose: Node) -> None:
        """Note a user whose part of the world is looked at."""
        if isinstance(whose, Plain):
            self._of.append(whose)

    def refuse_idle(self, steps: Iterable[Step], first_user: str, mistakes: Gathering) -> None:
        """Note a mistake for each user who is looked at but takes part in no step."""
        busy = set(_who(steps, first_user))
        for whose in self._of:
            if whose.text not in busy:
                sentence = f"no step has {whose.text!r} do anything, so nothing of theirs can change here"
                mistakes.note(sentence, whose.place)

    def refuse(self, on: Ground, mistakes: Gathering) -> None:
        """Note a mistake for each expectation that cannot fail."""
        for observable, node in self._expected:
            for word, place in _words(observable, node):
                if (sentence := why_never(observable, word, on)) is not None:
                    mistakes.found.append(Mistake(sentence, place.place))


def _words(observable: str, node: Node) -> Iterator[tuple[str | None, Node]]:
    if observable == "messages in order":
        texts = [each for each in items_of(node) if isinstance(each, Plain)]
    elif isinstance(node, Mapped):
        texts = [name for name, _ in node]
    else:
        yield None, node
        return
    is_message = observable.startswith("messages")
    yield from ((message_names.read(each.text) if is_message else each.text, each) for each in texts)

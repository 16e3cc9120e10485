"""The second half of the page on journeys: all words, made from the tables that read them.

    python -m bank_app_sim.journeys.scripts.reference

writes it after the tutorial in `bank_app_sim/docs/journeys.md`. A test requires that the page is up to date.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ...simulation.exchanges import EXCHANGES
from ...timeline.trace import PARTICIPANTS
from ..expectations.comparisons import Among, InOrder, Same
from ..expectations.message_comparisons import MessagesInOrder, MessageTally
from ..expectations.message_names import DIAGRAMS
from ..expectations.observables import OBSERVABLES
from ..expectations.ranges import Comparison
from ..expectations.tallies import ByWord
from ..given import GIVEN
from ..steps.bank import BankSteps
from ..steps.outside import OutsideSteps
from ..steps.trouble import TroubleSteps
from ..steps.user import UserSteps
from ..text.mistakes import one_of
from ..vocabulary.kinds import Choice, Kind, ListOf, Text
from ..vocabulary.words import Argument, Words, words_of
from .language import FAILURES, FLOW, MODIFIERS, PARTS

PAGE = Path(__file__).parents[2] / "docs" / "journeys.md"

BEGINS = "<!-- From here on: python -m bank_app_sim.journeys.scripts.reference -->"

VERBS = {
    "What users do": UserSteps,
    "What the bank does": BankSteps,
    "What happens outside, and time": OutsideSteps,
    "What goes wrong": TroubleSteps,
}

COMPARED = (
    "A number, an amount or a time is `2`, `at least 2`, `at most 2`, `more than 2`, `less than 2` or `2 to 4`. "
    "`of: USER` beside these looks at this user's part only."
)

MESSAGES = (
    "All requests between participants, by method and path; `{id}` stands for any id. In DES' document "
    "(`bank-app-sim openapi`) most of its paths begin with the version `/v1`; you can write it or leave it out. The "
    "name of a request in the diagrams (`Create Dream`) is also its name here; it means the request of that sender."
)

# The names that are no requests of the table.
DIAGRAMS_ONLY = [name for name in DIAGRAMS if not any(name in (*each.asked, *each.answered) for each in EXCHANGES)]

NAMED = (
    "If you count messages or expect them in order, you can also name an answer by its status and phrase, such as "
    "`201 Created`; faults that a step has asked for (`POST /accounts is lost`, `the answer to POST /accounts is "
    "lost`, `503 from the network`); and"
)

# A longer list of words gets a section of its own.
FEW = 20


def page(text: str) -> str:
    """The page with a new second half."""
    tutorial, found, _ = text.partition(BEGINS)
    if not found:
        raise ValueError(f"the page has lost the line {BEGINS!r}, after which all words stand")
    return f"{tutorial}{BEGINS}\n\n{reference()}"


def reference() -> str:
    """All words, as Markdown."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield from ("# All words", "")
    yield from ("## Parts of a script", "")
    yield from _table(("part", "what it is"), ((f"`{name}`", doc) for name, doc in PARTS.items()))
    yield from ("## `given`", "", GIVEN.doc, "")
    yield from _arguments(GIVEN)
    yield from ("## Steps", "", "What is **bold** cannot be left out.", "")
    for title, kind in VERBS.items():
        yield from (f"### {title}", "")
        for words in words_of(kind).values():
            yield from _verb(words)
    yield from ("### What has to be so, and several at once", "")
    yield from _table(("step", "what it means"), ((f"`{name}`", doc) for name, doc in FLOW.items()))
    yield from ("## Beside a step", "")
    yield from _table(("beside", "what it means"), ((f"`{name}`", doc) for name, doc in MODIFIERS.items()))
    yield from ("## What can be expected", "")
    yield from (COMPARED, "")
    rows = ((f"`{name}`", each.doc, written(each.kind)) for name, each in OBSERVABLES.items())
    yield from _table(("name", "what it is", "how it is written"), rows)
    yield from _messages()
    yield from _long_lists()


def _messages() -> Iterator[str]:
    yield from ("## Messages", "", MESSAGES, "")
    rows = (
        (f"`{each.name}`", _titles(each.senders), _titles([each.receiver]), _words((*each.asked, *each.answered)))
        for each in EXCHANGES
    )
    yield from _table(("message", "from", "to", "the diagrams call it"), rows)
    yield from (f"{NAMED} {_words(DIAGRAMS_ONLY)}.", "")


def _titles(participants: Iterable[str]) -> str:
    return one_of([PARTICIPANTS[name] for name in participants])


def _verb(words: Words) -> Iterator[str]:
    yield from (f"#### `{words.name}`", "")
    short = " ".join(name.upper() for name in words.plain)
    forms = [f"Short: `{words.name}: {short}`."] if short else []
    yield from (" ".join([words.doc, *forms, f"In Python: `{words.function.__name__}()`."]), "")
    yield from _arguments(words)


def _arguments(words: Words) -> Iterator[str]:
    rows = [(_name(each), each.doc, written(each.kind)) for each in words.arguments if not _is_told_once(each)]
    if rows:
        yield from _table(("argument", "what it means", "how it is written"), rows)


def _is_told_once(argument: Argument) -> bool:
    """Nearly every step of a user has it; the section on what stands beside a step has it once."""
    return argument.name == "by"


def _name(argument: Argument) -> str:
    return f"**`{argument.name}`**" if argument.is_required else f"`{argument.name}`"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"
    yield ""


def written(kind: Kind[Any]) -> str:
    """How to write a value of a kind."""
    match kind:
        case Text(name=name, examples=examples):
            is_said = not examples or name == one_of(examples)
            return name if is_said else f"{name}, such as {_words(examples)}"
        case Choice(what=what, words=words) if len(words) > FEW:
            return f"one of the [{_several(what)}](#{_anchor(_several(what))})"
        case Choice(words=words):
            return _words(list(words))
        case ListOf(kind=one):
            return f"{written(one)}; several in brackets"
        case Comparison(unit=unit):
            return written(unit)
        case ByWord(each=each, what=what, words=None):
            return f"{written(each)}; or one for each {what}, by its name"
        case ByWord(each=each, words=tuple(words)):
            return f"{written(each)}; or one for each of {_words(words)}"
        case MessageTally(each=each):
            return f"{written(each)}; or one for each message, by its [name](#messages)"
        case MessagesInOrder():
            return "[names of messages](#messages) in brackets"
        case Same(kind=one):
            return written(one)
        case Among():
            return "a text; several in brackets"
        case InOrder():
            return "texts in brackets"
        case _:
            raise TypeError(f"there is no word for how {kind!r} is written")


def _words(words: Iterable[str]) -> str:
    return one_of([f"`{word}`" for word in words]) if words else ""


def _several(what: str) -> str:
    """The plural: `points of the backend's work` of `point of the backend's work`."""
    noun, space, rest = what.partition(" ")
    return f"{noun}s{space}{rest}"


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-").replace("'", "")


def _long_lists() -> Iterator[str]:
    steps = [each for kind in VERBS.values() for each in words_of(kind).values()]
    kinds = [FAILURES, *(argument.kind for each in steps for argument in each.arguments)]
    long = {kind.what: kind.words for kind in kinds if isinstance(kind, Choice) and len(kind.words) > FEW}
    for what, words in long.items():
        title = _several(what)
        yield from (f"## {title[0].upper()}{title[1:]}", "", f"{', '.join(f'`{word}`' for word in words)}.", "")


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")

"""Pictures of the SDK's state machines, drawn from their tables, for docs/handover.md.

Print them with: python -m tests.state_pictures
"""

import sys
from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from impact_sdk.handover import rules
from impact_sdk.session import renewal

State = TypeVar("State", bound=Enum)
Event = TypeVar("Event", bound=Enum)
Effect = TypeVar("Effect", bound=Enum)


def arrows(transitions: Mapping[tuple[State, Event], tuple[State, Effect]]) -> dict[tuple[str, str], list[str]]:
    """For each two states, the labels of the arrow between them.

    An event that leads from all other states to the same one is an arrow from "any state". What changes nothing and
    does nothing is left out.
    """
    states = {state for state, _ in transitions}
    found: dict[tuple[str, str], list[str]] = {}
    for (state, event), (after, effect) in transitions.items():
        if state is after and effect.name == "NOTHING":
            continue
        others = states - {after}
        is_from_all = all(transitions.get((other, event)) == (after, effect) for other in others)
        done = "" if effect.name == "NOTHING" else f" / {effect.value}"
        labels = found.setdefault(("any_state" if is_from_all and state in others else state.name, after.name), [])
        if (label := f"{event.value}{done}") not in labels:
            labels.append(label)
    return found


def picture(first: State, transitions: Mapping[tuple[State, Event], tuple[State, Effect]]) -> str:
    """A Mermaid state diagram: each arrow says what happens / what the SDK does."""
    lines = [
        f"    {state} --> {after}: {'<br>'.join(labels)}" for (state, after), labels in arrows(transitions).items()
    ]
    return "\n".join(["```mermaid", "stateDiagram-v2", f"    [*] --> {first.name}", *lines, "```"])


PICTURES = {
    "a handover": picture(rules.HandoverState.IDLE, rules.TRANSITIONS),
    "a session": picture(renewal.SessionState.LIVE, renewal.TRANSITIONS),
}


def marked(machine: str) -> str:
    """The picture between the marks that stand in the page."""
    made = f"of the states of {machine}, made by: python -m tests.state_pictures"
    return f"<!-- Begin {made} -->\n{PICTURES[machine]}\n<!-- End {made} -->"


if __name__ == "__main__":
    sys.stdout.writelines(f"{marked(machine)}\n" for machine in PICTURES)

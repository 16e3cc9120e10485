"""The pictures of the state machines in docs/handover.md are those of the tables."""

from enum import Enum

import pytest

from .house import ROOT
from .state_pictures import PICTURES, arrows, marked


@pytest.mark.parametrize("machine", PICTURES)
def test_the_page_has_the_picture_of_the_table(machine: str) -> None:
    page = (ROOT / "bank_app_sim/docs/handover.md").read_text()

    assert marked(machine) in page, "run: python -m tests.state_pictures"


class State(Enum):
    ON = "on"
    OFF = "off"
    BROKEN = "broken"


class Event(Enum):
    PRESS = "the button is pressed"
    FUSE = "the fuse blows"


class Effect(Enum):
    RING = "ring"
    NOTHING = "nothing"


def test_an_arrow_says_what_happens_and_what_is_done() -> None:
    transitions = {
        (State.OFF, Event.PRESS): (State.ON, Effect.RING),
        (State.ON, Event.PRESS): (State.OFF, Effect.NOTHING),
        (State.ON, Event.FUSE): (State.BROKEN, Effect.NOTHING),
        (State.OFF, Event.FUSE): (State.BROKEN, Effect.NOTHING),
        (State.BROKEN, Event.PRESS): (State.BROKEN, Effect.NOTHING),
    }

    assert arrows(transitions) == {
        ("OFF", "ON"): ["the button is pressed / ring"],
        ("ON", "OFF"): ["the button is pressed"],
        ("any_state", "BROKEN"): ["the fuse blows"],
    }

"""Scripts with names in them, for tests."""

from pathlib import Path

import pytest

from bank_app_sim.journeys.scripts.reader import read
from bank_app_sim.journeys.text.mistakes import ScriptMistakes

STEPS = """journey: x
given: {users: [ada, bo]}
steps:
  - launch
  - create a Dream: Bike
  - create a Dream: {name: House, by: bo}
"""


def mistakes_of(text: str, path: Path = Path("x.journey.yaml")) -> list[tuple[int, int, str]]:
    with pytest.raises(ScriptMistakes) as raised:
        read(text, path)
    return [(each.place.line, each.place.column, each.sentence) for each in raised.value.mistakes]


BY_DREAM = ["Dreams", "linked Dreams", "saved", "achieved Dreams"]

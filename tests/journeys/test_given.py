"""What is given: each word that a script can use for it makes a world."""

from typing import Any

import pytest

from bank_app_sim.journeys.given import GIVEN, given
from bank_app_sim.journeys.vocabulary.kinds import Choice
from bank_app_sim.journeys.worlds import fresh

WORDS = [
    (field.parameter, meaning)
    for field in GIVEN.arguments
    if isinstance(field.kind, Choice)
    for meaning in field.kind.words.values()
]


@pytest.mark.parametrize(("parameter", "meaning"), WORDS)
async def test_every_word_makes_a_world(parameter: str, meaning: Any) -> None:
    async with fresh(given(**{parameter: meaning}), seed=1) as world:
        assert await world.state()

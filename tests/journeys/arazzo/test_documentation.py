"""`docs/arazzo.md` tells of every member of our own, and of every reason why something is left out or refused."""

import re
from pathlib import Path
from typing import Any

import pytest

from bank_app_sim import Simulation
from bank_app_sim.journeys import arazzo
from bank_app_sim.journeys.arazzo.extensions import PREFIX
from bank_app_sim.journeys.arazzo.objects import OBJECTS, UNSUPPORTED
from bank_app_sim.journeys.arazzo.reading import parse

from .journeys import JOURNEYS, document_for, recording

PAGE = (Path(arazzo.__file__).parents[2] / "docs" / "arazzo.md").read_text()


def names(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {name for member in value.values() for name in names(member)}
    return {name for element in value for name in names(element)} if isinstance(value, list) else set()


@pytest.mark.thorough
async def test_every_member_of_our_own_is_told_of_and_there_is_no_other() -> None:
    written: set[str] = set()
    async with Simulation(seed=8) as fresh:
        for name, journey in JOURNEYS.items():
            text = document_for(fresh, (await recording(name)).messages, users=journey.users)
            written |= {name for name in names(parse(text, file="").value) if name.startswith(PREFIX)}

    assert written == set(re.findall(rf"`({PREFIX}[a-z-]+)`", PAGE))


def test_what_is_refused_is_told_of() -> None:
    for _, name in UNSUPPORTED:
        assert f"`{name}`" in PAGE


def test_every_field_of_a_step_and_a_workflow_is_told_of() -> None:
    """Or is a name, or a text for people."""
    said = {"stepId", "description", "summary", "workflowId", "steps", "successCriteria", "parameters"}
    actions = {"onSuccess", "onFailure", "successActions", "failureActions"}
    untold = {name for kind in ("step", "workflow") for name in OBJECTS[kind] if f"`{name}`" not in PAGE}

    assert untold <= said | actions

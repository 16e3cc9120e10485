"""Ask the official JSON Schema of Arazzo 1.1 about every document that the journeys of these tests give.

    python -m tests.arazzo.official SCHEMA

SCHEMA is `src/schemas/validation/schema.yaml` of the specification's repository (branch `v1.1-dev`), or what is
published at https://spec.openapis.org/arazzo/1.1/schema/2026-04-15. It is not kept here: its licence is Apache-2.0,
and ours is another.
"""

import sys
from pathlib import Path

import anyio
import jsonschema_rs

from bank_app_sim import Simulation
from bank_app_sim.journeys.arazzo.reading import parse, read

from .journeys import JOURNEYS, document_for, recording


async def wrong_documents(schema: Path) -> list[str]:
    validator = jsonschema_rs.validator_for(read(schema).value)
    wrong = []
    for name, journey in JOURNEYS.items():
        recorded = await recording(name)
        async with Simulation(seed=8, **journey.world) as fresh:
            text = document_for(fresh, recorded.messages, users=journey.users)
        errors = validator.iter_errors(parse(text, file=name).value)
        wrong += [f"{name}: {'/'.join(map(str, error.instance_path))}: {error.message}" for error in errors]
    return wrong


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    found = anyio.run(wrong_documents, Path(sys.argv[1]))
    sys.exit("\n".join(found) or 0)

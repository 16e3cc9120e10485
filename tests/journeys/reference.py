"""What the journeys of the vendor's pages share: messages in order, and transactions.

In some journeys the simulated bank acts by itself; in others the test is the bank's backend.
"""

from datetime import timedelta

from bank_app_sim import Simulation
from impact_sdk import (
    Session,
    Transaction,
    TransactionState,
)

DAY = timedelta(days=1)


PER_DREAM = "one SharedSavings per Dream"


def has_in_order(simulation: Simulation, *labels: str) -> bool:
    """Whether the messages are there, in this order, with others between them."""
    said = iter(message.label for message in simulation.trace)
    missing = [label for label in labels if label not in said]
    assert not missing, f"{missing[0]!r} is missing, or not in its place: {[each.label for each in simulation.trace]}"
    return True


def note(simulation: Simulation, label: str) -> None:
    """A callback is a message as well: the simulated app writes it down, and so does a host of our own."""
    simulation.trace.record("sdk", "bank_app", label, kind="call")


async def transactions(session: Session, state: TransactionState | None = None) -> list[Transaction]:
    return [each async for each in session.transactions(state=state)]


async def requested(simulation: Simulation) -> list[Transaction]:
    return [each async for each in simulation.api.transactions.drain()]

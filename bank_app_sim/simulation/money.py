"""Money that moves in the bank's books without Impact Finance."""

from collections.abc import Mapping
from typing import Any

from .client import Client
from .errors import SimulationError
from .network import Transport


async def move_money(transport: Transport | None, backend_url: str, movement: Mapping[str, Any]) -> None:
    """Have the bank do what `Simulation.move_money()` says, by the way that `transport` is."""
    async with Client(backend_url, transport) as http:
        answer = await http.request("POST", "/ledger/movements", json=movement)
    if answer.is_error:
        amount, account = movement["amount_cents"], movement["account"]
        raise SimulationError(f"the bank does not move {amount} cents on {account}: {answer.text}")

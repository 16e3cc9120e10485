"""A bank's backend that consents or rejects at once."""

from bank_app_sim import Simulation
from impact_sdk import (
    TransferConsentRequest,
)


class Backend:
    """A backend that answers at once."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation

    async def consents(self, request: TransferConsentRequest) -> None:
        consent = await self.simulation.api.transfer_consents.get(request.temporary_id)
        await self.simulation.api.transfer_consents.consent(consent.id)

    async def rejects(self, request: TransferConsentRequest) -> None:
        consent = await self.simulation.api.transfer_consents.get(request.temporary_id)
        await self.simulation.api.transfer_consents.reject(consent.id)

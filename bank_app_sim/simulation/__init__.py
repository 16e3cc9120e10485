"""Worlds: the bank's app, the SDK, DES and the bank's backend together. Only this room imports all of them."""

from typing import TYPE_CHECKING

from ..backend import EVERY_CRASH_POINT, OrderState, customer_name
from ..des import AccountSetup, SessionRenewal, Tenant, TenantsFileError, read_tenants
from .errors import SimulationError
from .served import ServedSimulation
from .settings import START
from .simulation import Simulation, Snapshot
from .world import World

if TYPE_CHECKING:
    from ..app import BankApp as BankApp

__all__ = [
    "EVERY_CRASH_POINT",
    "START",
    "AccountSetup",
    "OrderState",
    "ServedSimulation",
    "SessionRenewal",
    "Simulation",
    "SimulationError",
    "Snapshot",
    "Tenant",
    "TenantsFileError",
    "World",
    "customer_name",
    "read_tenants",
]

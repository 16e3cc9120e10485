"""Worlds: the bank's app, the SDK, DES and the bank's backend together. Only this room imports all of them."""

from ..app import BankApp
from ..backend import EVERY_CRASH_POINT, OrderState, customer_name
from ..des import AccountSetup, SessionRenewal, Tenant, TenantsFileError, read_tenants
from .errors import SimulationError
from .served import ServedSimulation
from .settings import START
from .simulation import Simulation, Snapshot
from .world import World

__all__ = [
    "EVERY_CRASH_POINT",
    "START",
    "AccountSetup",
    "BankApp",
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

"""Worlds: the bank's app, the SDK, DES and the bank's backend, put together. The only room that knows them all."""

from ..app import BankApp
from ..des import AccountSetup, SessionRenewal, Tenant, TenantsFileError, read_tenants
from .actors import Served
from .errors import SimulationError
from .settings import START
from .simulation import Simulation
from .snapshot import Snapshot

__all__ = [
    "START",
    "AccountSetup",
    "BankApp",
    "Served",
    "SessionRenewal",
    "Simulation",
    "SimulationError",
    "Snapshot",
    "Tenant",
    "TenantsFileError",
    "read_tenants",
]

"""DES: a sandbox of the backend of Impact Finance."""

from .api import DES
from .tenant import AccountSetup, SessionRenewal, Tenant
from .tenants_file import TenantsFileError, read_tenants

__all__ = ["DES", "AccountSetup", "SessionRenewal", "Tenant", "TenantsFileError", "read_tenants"]

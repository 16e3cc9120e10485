"""DES: a sandbox of the backend of Impact Finance."""

from .api import DES
from .tenant import AccountSetup, SessionRenewal, Tenant

__all__ = ["DES", "AccountSetup", "SessionRenewal", "Tenant"]

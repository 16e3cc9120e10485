"""DES: a sandbox of the backend of Impact Finance."""

from .api import DES
from .tenant import Tenant

__all__ = ["DES", "Tenant"]

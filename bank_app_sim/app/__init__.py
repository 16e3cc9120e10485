"""The simulated bank app: the host of the SDK. Bank developers copy from here, from `callbacks` above all."""

from .bank_app import BankApp
from .screen import Screen

__all__ = ["BankApp", "Screen"]

"""The bank's app, the host of the SDK: an example to copy, `callbacks` above all."""

from .bank_app import BankApp
from .screen import Screen

__all__ = ["BankApp", "Screen"]

"""The simulated Bank Backend: what a bank builds behind its app to open accounts and move money for Impact Finance."""

from .backend import BankBackend
from .bank import Bank
from .crash_points import (
    CONSENT_CRASH_POINTS,
    CRASH_POINTS,
    DREAM_CRASH_POINTS,
    EVENT_CRASH_POINTS,
    EVERY_CRASH_POINT,
    REPORT_CRASH_POINTS,
)
from .customers import customer_name
from .orders import OrderState

__all__ = [
    "CONSENT_CRASH_POINTS",
    "CRASH_POINTS",
    "DREAM_CRASH_POINTS",
    "EVENT_CRASH_POINTS",
    "EVERY_CRASH_POINT",
    "REPORT_CRASH_POINTS",
    "Bank",
    "BankBackend",
    "OrderState",
    "customer_name",
]

"""Enumerations that DES may add to: a value this SDK has never heard of is kept as it came."""

import enum
from typing import Self


class OpenEnum(enum.StrEnum):
    """A text with a set of known values; an unknown one becomes a member of its own, equal to its text."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value
        member._value_ = value
        return member

    @property
    def is_known(self) -> bool:
        """Whether this SDK knows the value."""
        return self.name in type(self).__members__


class AccountType(OpenEnum):
    SHARED_SAVINGS = "SharedSavings"
    PERFORMANCE = "Performance"


class LaunchState(OpenEnum):
    """How a savehack launch is: derived from its timestamps."""

    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"


class PauseReason(OpenEnum):
    ACCOUNT_REQUIRED = "account_required"


class TransactionState(OpenEnum):
    REQUESTED = "requested"
    SETTLED = "settled"
    FAILED = "failed"


class TransactionType(OpenEnum):
    DEPOSIT = "Deposit"
    WITHDRAWAL = "Withdrawal"
    INTERNAL = "Internal"

"""What DES has, as values: frozen, in the wire's names, without behaviour that reaches out."""

from .accounts import Account
from .dreams import Dream, DreamReference
from .enumerations import AccountType, LaunchState, OpenEnum, PauseReason, TransactionState, TransactionType
from .savehacks import (
    SAVEHACK_TYPES,
    Daily,
    Monthly,
    OneTime,
    Savehack,
    SavehackLaunch,
    SavehackTerms,
    Weekly,
)
from .sessions import SessionSettings, VerifiedToken
from .transactions import Transaction
from .users import Reference, User

__all__ = [
    "SAVEHACK_TYPES",
    "Account",
    "AccountType",
    "Daily",
    "Dream",
    "DreamReference",
    "LaunchState",
    "Monthly",
    "OneTime",
    "OpenEnum",
    "PauseReason",
    "Reference",
    "Savehack",
    "SavehackLaunch",
    "SavehackTerms",
    "SessionSettings",
    "Transaction",
    "TransactionState",
    "TransactionType",
    "User",
    "VerifiedToken",
    "Weekly",
]

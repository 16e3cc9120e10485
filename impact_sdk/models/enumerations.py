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

    def __reduce_ex__(self, protocol: object) -> tuple[object, ...]:
        # By its value: some versions of Python pickle the name of a member, and one that is not known has none.
        return type(self), (self.value,)

    @property
    def is_known(self) -> bool:
        """Whether this SDK knows the value."""
        return type(self).__members__.get(self.name) is self


class AccountType(OpenEnum):
    """What kind of account the bank holds."""

    SHARED_SAVINGS = "SharedSavings"
    PERFORMANCE = "Performance"


class DreamState(OpenEnum):
    """Which Dreams a listing gives."""

    # docs/des.md 1.4
    ACTIVE = "active"
    DELETED = "deleted"


class LaunchState(OpenEnum):
    """How a savehack launch is: derived from its timestamps."""

    # docs/des.md 2.6
    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"


class PauseReason(OpenEnum):
    """Why a savehack launch is paused (ours)."""

    ACCOUNT_REQUIRED = "account_required"
    USER_REQUESTED = "user_requested"


class TransactionState(OpenEnum):
    """How far a transaction is; settled and failed are for good."""

    REQUESTED = "requested"
    SETTLED = "settled"
    FAILED = "failed"


class TransactionType(OpenEnum):
    """Deposit: from the current account to the Dream's. Withdrawal: back. Internal: between Dreams."""

    DEPOSIT = "Deposit"
    WITHDRAWAL = "Withdrawal"
    INTERNAL = "Internal"


class ConsentFrequency(OpenEnum):
    """How often money may move under a transfer consent."""

    # docs/des.md 2.7
    ONCE = "once"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class SessionRenewal(OpenEnum):
    """What makes a session last longer: another ID token, or what the user does."""

    # docs/des.md 5.8
    TOKEN = "token"
    ACTIVITY = "activity"


class EventType(OpenEnum):
    """What DES tells the bank of."""

    # docs/des.md 3.1
    USER_CREATED = "UserCreated"
    USER_DESTROYED = "UserDestroyed"
    PAGE_VIEW = "PageView"
    DEPOSIT_REQUESTED = "DepositRequested"
    DEPOSIT_SETTLED = "DepositSettled"
    DEPOSIT_FAILED = "DepositFailed"
    WITHDRAWAL_REQUESTED = "WithdrawalRequested"
    WITHDRAWAL_SETTLED = "WithdrawalSettled"
    WITHDRAWAL_FAILED = "WithdrawalFailed"
    INTERNAL_TRANSFER_REQUESTED = "InternalTransferRequested"
    INTERNAL_TRANSFER_SETTLED = "InternalTransferSettled"
    INTERNAL_TRANSFER_FAILED = "InternalTransferFailed"
    DREAM_CREATED = "DreamCreated"
    DREAM_UPDATED = "DreamUpdated"
    DREAM_DELETED = "DreamDeleted"
    DREAM_ACHIEVED = "DreamAchieved"
    DREAM_MILESTONE = "DreamMilestone"
    SAVEHACK_LAUNCHED = "SavehackLaunched"
    SAVEHACK_LAUNCH_UPDATED = "SavehackLaunchUpdated"


class FeedEventType(OpenEnum):
    """What happened outside DES, for the savehacks that live on it (ours: the sandbox)."""

    PURCHASE = "purchase"
    SALARY = "salary"
    GOAL = "goal"
    SAVING = "saving"


class WebhookEndpointState(OpenEnum):
    """Whether DES still sends: an endpoint that answers 410 is unsubscribed (ours: the sandbox)."""

    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"

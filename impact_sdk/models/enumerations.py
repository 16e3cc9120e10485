"""Open enumerations: DES may add values, and a value that this SDK does not know is kept as it came."""

import enum
from typing import Self


class OpenEnum(enum.StrEnum):
    """A text with a set of known values. An unknown value becomes a member too, equal to its text."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value
        member._value_ = value
        return member

    def __reduce_ex__(self, protocol: object) -> tuple[object, ...]:
        # By its value: some versions of Python pickle a member by its name, and an unknown member has none.
        return type(self), (self.value,)

    @property
    def is_known(self) -> bool:
        """Whether this SDK knows the value."""
        return type(self).__members__.get(self.name) is self


class AccountType(OpenEnum):
    """The kind of an account."""

    SHARED_SAVINGS = "SharedSavings"
    PERFORMANCE = "Performance"


class DreamState(OpenEnum):
    """The state of a Dream."""

    # docs/des.md 1.4
    ACTIVE = "active"
    DELETED = "deleted"


class LaunchState(OpenEnum):
    """The state of a savehack launch, derived from its timestamps."""

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
    """The state of a transaction. Settled and failed are final."""

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
    """What extends a session: another ID token, or the user's activity."""

    # docs/des.md 5.8
    TOKEN = "token"
    ACTIVITY = "activity"


class EventType(OpenEnum):
    """The kind of an event in DES."""

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
    """The kind of an event outside DES that triggers savehacks (ours: the sandbox)."""

    PURCHASE = "purchase"
    SALARY = "salary"
    GOAL = "goal"
    SAVING = "saving"


class WebhookEndpointState(OpenEnum):
    """Whether DES still sends: an endpoint that answers 410 is unsubscribed (ours: the sandbox)."""

    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"

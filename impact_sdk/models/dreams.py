"""Dreams: the savings goals."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NewType

import attrs

from .enumerations import DreamState
from .users import Reference

# A whole number. Some answers send it as a text, and so does the vendor's own example.
# docs/des.md 2.4, durationSeconds
Seconds = NewType("Seconds", int)


@attrs.frozen(kw_only=True)
class DreamReference:
    """The Dream in a transaction. Older answers have these three fields, newer ones the whole Dream."""

    # docs/des.md 2.1, 8.2
    id: str
    type: str
    name: str | None = None


@attrs.frozen(kw_only=True)
class DreamInspiration:
    """A proposal of the bank for a Dream.

    Attributes:
        translated_name: Its name for people, by locale. It may hold `%{…}`, which the app fills in.
        target_cents: The proposed amount, in the smallest unit of the tenant's currency.
        duration_seconds: The proposed time.
    """

    # docs/des.md 2.4
    id: str
    type: str = "DreamInspiration"
    translated_name: Mapping[str, str] = attrs.field(factory=dict)
    target_cents: int | None = None
    duration_seconds: Seconds | None = None
    image_url: str | None = None


@attrs.frozen(kw_only=True)
class Dream:
    """A savings goal of one user.

    Attributes:
        name: Its name; None if it has none yet.
        target_cents: The amount to save, in the smallest unit of the tenant's currency; None if the user has not said
            how much. Such a Dream has no milestones and is never achieved.
        expires_at: The day by which the user wants it; a moment (UTC) if DES sends one.
        achieved_at: When its balance first reached the target (UTC).
        deleted_at: When it was deleted (UTC). It is kept, but no longer listed.
        balance_cents: The sum of its settled transactions.
        account: The account that holds its money; None while no account exists.
        image_url: Only in listings that asked for it.
        active_savehacks_count: Only in listings that asked for it.
        group_dream: The Dream that it shares with others.
        dream_inspiration: The proposal that it was made from.
        provisioning_initiated_at: If each Dream has its own account: when the bank began to open it (UTC).
        account_provision_request_id: If each Dream has its own account: the open request for it.
    """

    # docs/des.md 2.4; the last two are ours
    id: str
    type: str
    user: Reference
    name: str | None = None
    target_cents: int | None = None
    expires_at: date | None = None
    achieved_at: datetime | None = None
    deleted_at: datetime | None = None
    balance_cents: int = 0
    account: Reference | None = None
    image_url: str | None = None
    active_savehacks_count: int | None = None
    group_dream: Reference | None = None
    dream_inspiration: DreamInspiration | None = None
    provisioning_initiated_at: datetime | None = None
    account_provision_request_id: str | None = None

    @property
    def state(self) -> DreamState:
        """Deleted after it was deleted, else active. An achieved Dream stays active."""
        return DreamState.ACTIVE if self.deleted_at is None else DreamState.DELETED

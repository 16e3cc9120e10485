"""Dreams: the savings goals."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NewType

import attrs

from .enumerations import DreamState
from .users import Reference

# A whole number that some answers send as a text, as the vendor's own example does.
# docs/des.md 2.4, durationSeconds
Seconds = NewType("Seconds", int)


@attrs.frozen(kw_only=True)
class DreamReference:
    """How a transaction names a Dream; older answers carry these three, newer ones the whole Dream."""

    # docs/des.md 2.1, 8.2
    id: str
    type: str
    name: str | None = None


@attrs.frozen(kw_only=True)
class DreamInspiration:
    """What the bank proposes to save for.

    Attributes:
        translated_name: Its name for people, by locale; it may hold `%{…}` for the reader to fill in.
        target_cents: The amount that is proposed, in the smallest unit of the tenant's currency.
        duration_seconds: The time that is proposed for it.
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
        name: What it is called; None where nobody has said so.
        target_cents: The amount wanted, in the smallest unit of the tenant's currency; None where nobody has said how
            much: such a Dream has no milestones and is never achieved.
        expires_at: The day by which it is wanted; a moment (UTC) where DES sends one.
        achieved_at: When its balance first reached the target (UTC).
        deleted_at: Since when it is deleted (UTC); it is kept, and no longer listed.
        balance_cents: What has been settled for it.
        account: Where its money is; None while no account exists.
        image_url: Only in listings that asked for it.
        active_savehacks_count: Only in listings that asked for it.
        group_dream: The Dream that it shares with others.
        dream_inspiration: What it was made from.
        provisioning_initiated_at: Where each Dream has an account of its own: when opening that one began (UTC).
        account_provision_request_id: Where each Dream has an account of its own: which request for one is open.
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
        """Deleted once it was deleted, else active; an achieved Dream stays active."""
        return DreamState.ACTIVE if self.deleted_at is None else DreamState.DELETED

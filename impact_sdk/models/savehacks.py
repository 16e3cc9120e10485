"""Savehacks: the automatic saving rules, and their launches."""

from collections.abc import Mapping
from datetime import datetime

import attrs

from ..mistakes.errors import ConfigurationError
from .dreams import Dream, DreamInspiration
from .enumerations import LaunchState, PauseReason
from .terms import SAVEHACK_TYPES, SavehackTerms
from .users import Reference

TERMS_BY_LAUNCH_TYPE: Mapping[str, type[SavehackTerms]] = {
    f"{name}Launch": terms for terms, name in SAVEHACK_TYPES.items()
}


@attrs.frozen(kw_only=True)
class Savehack:
    """A saving rule that can be launched (ours: the vendor documents no list of them).

    Attributes:
        translated_name: Its name for people, by locale.
    """

    id: str
    type: str
    translated_name: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class SavehackLaunch:
    """A savehack at work for a Dream.

    Attributes:
        pause_reason: Why it is paused, if DES says so.
        account_provision_request_id: The request for an account that it waits for. All launches that wait for one
            account have the same id.
        drafted_at: When it became a draft that waits for a transfer consent (UTC).
        transfer_consent_id: The consent that it needs.
        amount_cents: This field and those after it are the terms; each type has some. `terms` has them together.
    """

    # docs/des.md 2.6; from `pause_reason` on ours
    id: str
    type: str
    dream: Dream
    savehack: Reference
    paused_at: datetime | None = None
    stopped_at: datetime | None = None
    dream_inspiration: DreamInspiration | None = None
    pause_reason: PauseReason | None = None
    account_provision_request_id: str | None = None
    drafted_at: datetime | None = None
    transfer_consent_id: str | None = None
    amount_cents: int | None = None
    min_amount_cents: int | None = None
    max_amount_cents: int | None = None
    weekday: int | None = None
    day_of_month: int | None = None
    percentage: int | None = None
    round_to_cents: int | None = None
    team: str | None = None
    friend: str | None = None

    @property
    def state(self) -> LaunchState:
        """Stopped, draft, paused or active: the first that applies."""
        if self.stopped_at is not None:
            return LaunchState.STOPPED
        if self.drafted_at is not None:
            return LaunchState.DRAFT
        return LaunchState.ACTIVE if self.paused_at is None else LaunchState.PAUSED

    @property
    def waits_for_account(self) -> bool:
        """Whether it is paused until the user has an account, or opening one has begun."""
        return self.state is LaunchState.PAUSED and self.pause_reason == PauseReason.ACCOUNT_REQUIRED

    @property
    def terms(self) -> SavehackTerms | None:
        """The terms of the launch; None if this SDK does not know the type, or DES does not send the terms."""
        kind = TERMS_BY_LAUNCH_TYPE.get(self.type)
        if kind is None:
            return None
        try:
            return kind(**{field.name: getattr(self, field.name) for field in attrs.fields(kind)})
        except ConfigurationError:
            return None

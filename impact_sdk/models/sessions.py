"""A session at DES (ours: the vendor documents only a cookie)."""

from datetime import datetime

import attrs

from .enumerations import SessionRenewal
from .users import User


@attrs.frozen(kw_only=True)
class SessionSettings:
    """The facts about a session, and the tenant's settings that the host needs.

    Attributes:
        expires_at: When the session ends (UTC), unless it is renewed.
        maximum_expires_at: When it ends even if renewed (UTC); None if it can be renewed for ever.
        renewal: What renews it: another ID token, or the user's activity. None if DES does not say.
        currency: ISO 4217; every amount of this tenant is in its smallest unit.
        account_setup: One account for all Dreams of a user, or one for each.
        performance_dreams: Whether Dreams may have Performance accounts.
        transfer_consents: Whether the user signs each launch before it starts.
        timezone: The user's IANA time zone. Savehacks count days in it.
    """

    expires_at: datetime
    maximum_expires_at: datetime | None = None
    renewal: SessionRenewal | None = None
    currency: str | None = None
    account_setup: str | None = None
    performance_dreams: bool = False
    transfer_consents: bool = False
    locale: str | None = None
    timezone: str | None = None


@attrs.frozen(kw_only=True)
class VerifiedToken:
    """The answer to a launch."""

    user: User
    session: SessionSettings

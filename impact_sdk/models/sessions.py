"""What DES says of a session when it begins."""

from datetime import datetime

import attrs

from .users import User


@attrs.frozen(kw_only=True)
class SessionSettings:
    """The session's own facts, and the tenant's settings that the host needs.

    Attributes:
        expires_at: When the session ends (UTC).
        currency: ISO 4217; every amount of this tenant is in its smallest unit.
        account_setup: How accounts and Dreams belong together at this bank.
    """

    expires_at: datetime
    currency: str | None = None
    account_setup: str | None = None
    locale: str | None = None


@attrs.frozen(kw_only=True)
class VerifiedToken:
    """The answer to a launch."""

    user: User
    session: SessionSettings

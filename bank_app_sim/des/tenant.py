"""A bank as DES knows it: one record of settings for each."""

import enum
from datetime import timedelta

import attrs

from ..server.secret_rules import what_is_wrong_with_client_secret


class AccountSetup(enum.StrEnum):
    """Which accounts hold the money of a user's Dreams."""

    # docs/des.md 7
    SHARED = "one SharedSavings per user"
    PER_DREAM = "one SharedSavings per Dream"


class SessionRenewal(enum.StrEnum):
    """What makes a session last: new ID tokens, or what the user does."""

    # docs/des.md 5.8
    TOKEN = "token"
    ACTIVITY = "activity"


@attrs.frozen(kw_only=True)
class Tenant:
    """A bank that has its users here.

    Attributes:
        client_id: Names the bank's app at a launch, and the bank's backend at `POST /oauth/token`.
        client_secret: Of the bank's backend; ValueError for fewer than 16 characters. Only its hash is stored.
        issuer: What `iss` of the bank's ID tokens must say.
        audience: What `aud` of the bank's ID tokens must say.
        jwks_url: Where the bank publishes the keys that its ID tokens are signed with.
        currency: Each bank has exactly one, so that no amount names its currency.
        performance_dreams: A Dream's money can be on a Performance account of its own.
        transfer_consents: The user signs for a savehack launch before it starts.
        session_inactivity_timeout: How long a session lasts without activity, if activity renews it.
        session_maximum_duration: The longest time of any session; None for no maximum.
        access_token_lifetime: How long an access token of the bank's backend is valid.
    """

    id: str
    client_id: str
    client_secret: str = attrs.field(repr=False)

    @client_secret.validator
    def _cannot_be_guessed(self, _field: object, secret: str) -> None:
        if wrong := what_is_wrong_with_client_secret(secret):
            raise ValueError(f"the client_secret of bank {self.id!r} {wrong}")

    issuer: str
    audience: str
    jwks_url: str
    currency: str = "SEK"
    account_setup: AccountSetup = AccountSetup.SHARED
    performance_dreams: bool = False
    transfer_consents: bool = False
    session_renewal: SessionRenewal = SessionRenewal.TOKEN
    session_inactivity_timeout: timedelta = timedelta(minutes=15)
    session_maximum_duration: timedelta | None = None
    access_token_lifetime: timedelta = timedelta(hours=24)

    @property
    def asks_per_dream(self) -> bool:
        """Whether the bank is asked for an account for each Dream, and not once for all Dreams of a user."""
        return self.account_setup is AccountSetup.PER_DREAM or self.performance_dreams

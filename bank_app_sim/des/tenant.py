"""A bank as DES knows it: one record of settings for each."""

import attrs


@attrs.frozen(kw_only=True)
class Tenant:
    """A bank that has its users here.

    Attributes:
        client_id: Names the bank's app at a launch, and the bank's backend at `POST /oauth/token`.
        client_secret: Of the bank's backend. Only its hash is stored.
        issuer: What `iss` of the bank's ID tokens must say.
        audience: What `aud` of the bank's ID tokens must say.
        jwks_url: Where the bank publishes the keys that its ID tokens are signed with.
        currency: There is exactly one for each bank, so that no amount here names its own.
    """

    id: str
    client_id: str
    client_secret: str = attrs.field(repr=False)
    issuer: str
    audience: str
    jwks_url: str
    currency: str = "SEK"
    account_setup: str = "one SharedSavings per user"

"""Transfer consents: the user's yes to what a savehack will move."""

from datetime import datetime

import attrs

from .enumerations import ConsentFrequency
from .users import Reference


@attrs.frozen(kw_only=True)
class TransferConsent:
    """What the user is asked to consent to.

    Attributes:
        max_frequency: How often money moves at most.
        max_amount_cents: How much moves at most each time, in the smallest unit of the tenant's currency.
        savehack_launch_id: The launch that waits for it as a draft.
        obsolete_savehack_launch_id: The launch that this one replaces, if it does.
        consented_at: When the user said yes (UTC).
        rejected_at: When the user said no (UTC); never both.
    """

    # docs/des.md 2.7
    id: str
    max_frequency: ConsentFrequency
    max_amount_cents: int
    savehack_launch_id: str
    user: Reference
    type: str = "TransferConsent"
    obsolete_savehack_launch_id: str | None = None
    consented_at: datetime | None = None
    rejected_at: datetime | None = None


@attrs.frozen(kw_only=True)
class TransferConsentTicket:
    """What the bank's backend needs in order to fetch a consent (ours).

    Attributes:
        request_id: The consent's id; the same each time the same consent is asked for.
        temporary_id: Good for one `api.transfer_consents.get()`.
        expires_at: Until when (UTC).
        savehack_launch_id: The draft that waits.
    """

    request_id: str
    temporary_id: str
    expires_at: datetime
    savehack_launch_id: str

"""Transfer consents: the user agrees to the transfers of a savehack."""

from datetime import datetime

import attrs

from .enumerations import ConsentFrequency
from .users import Reference


@attrs.frozen(kw_only=True)
class TransferConsent:
    """The transfers that the user is asked to consent to.

    Attributes:
        max_frequency: How often money moves at most.
        max_amount_cents: The largest amount of one transfer, in the smallest unit of the tenant's currency.
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
    """The ids with which the bank's backend fetches a consent (ours).

    Attributes:
        request_id: The consent's id; the same each time the consent is requested.
        temporary_id: Good for one `api.transfer_consents.get()`.
        expires_at: When `temporary_id` expires (UTC).
        savehack_launch_id: The draft that waits.
    """

    request_id: str
    temporary_id: str
    expires_at: datetime
    savehack_launch_id: str

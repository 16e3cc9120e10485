"""The host is asked for the user's consent to a savehack launch, which is a draft until then (docs/handover.md)."""

from typing import ClassVar

import attrs

from ..callbacks import ConsentDeclined, TransferConsentRequest
from ..errors import (
    Conflict,
    HandoverError,
    StillRunning,
    TransferConsentDeclined,
    TransferConsentFailed,
    TransferConsentTimedOut,
)
from ..models import LaunchState, SavehackLaunch
from .question import Launches, MakeError, NothingToAsk, Owner, Question, names


@attrs.define(eq=False, kw_only=True)
class LaunchConsent(Question):
    """The consent to one launch.

    Attributes:
        request_id: The id of the consent that the host was asked for last.
    """

    # docs/des.md 5.4
    keyword: ClassVar[str] = "transfer_consent_requested"
    needed: ClassVar[str] = "the user has to sign for the savehack"
    declines: ClassVar[type[Exception]] = ConsentDeclined
    declined = TransferConsentDeclined
    failed: ClassVar[type[HandoverError]] = TransferConsentFailed
    timed_out: ClassVar[type[HandoverError]] = TransferConsentTimedOut

    launch: SavehackLaunch
    request_id: str | None = attrs.field(default=None, init=False)

    @property
    def key(self) -> str:
        return self.launch.id

    async def request(self, owner: Owner) -> TransferConsentRequest:
        try:
            ticket = await owner.consents.request(savehack_launch_id=self.launch.id)
        except StillRunning:
            raise
        except Conflict as no_draft:
            raise NothingToAsk from no_draft
        self.request_id = ticket.request_id
        return TransferConsentRequest(
            request_id=ticket.request_id,
            temporary_id=ticket.temporary_id,
            user_id=owner.user.id,
            external_user_id=owner.user.external_id,
            launch=self.launch,
            expires_at=ticket.expires_at,
        )

    async def deliver(self, owner: Owner) -> MakeError | None:
        """Ask DES what the bank's backend has told it; the SDK itself never consents."""
        launch = await owner.launches.get(self.launch.id)
        if launch.state != LaunchState.DRAFT:
            return None
        # A rejected consent does not belong to the launch any more: the launch has none, or a newer one.
        return self._unanswered if launch.transfer_consent_id == self.request_id else self._rejected

    def _unanswered(self, launches: Launches) -> Exception:
        sentence = (
            f"{self.keyword} returned, and the bank's backend has neither consented nor rejected: it has to "
            f"PATCH /v1/transfer-consents/{self.request_id} before the callback returns"
        )
        return self.error(TransferConsentFailed, sentence, launches)

    def _rejected(self, launches: Launches) -> Exception:
        sentence = "the bank's backend says that the user rejects the consent"
        return self.error(TransferConsentDeclined, sentence, launches)

    def stay(self, launches: Launches) -> str:
        return f"drafts: {names(launches)}. resume_paused_launches() asks again"

"""The host is asked for the user's consent to a savehack launch, which is a draft until then.

The rules are those of `handover`. What they come to here:

 1. A launch that comes back as a draft is asked for; otherwise nobody is. One launch is one question.
 2. Several who wait for the same launch, in two sessions of the user, are one question, and all get its answer.
 3. The callback returns: DES is asked what has become of the launch. It runs: done. The SDK itself never consents.
 4. It returns, and the bank's backend has told DES nothing: `TransferConsentFailed`, saying so.
 5. The bank's backend has told DES that the user rejects it: `TransferConsentDeclined`, whatever the callback does.
 6. It raises: `TransferConsentFailed` from that; `ConsentDeclined`: `TransferConsentDeclined` with its reason.
 7. It is silent: cancelled after the limit, `TransferConsentTimedOut`; a consent that arrives later starts the launch.
 8. Nothing is registered: `CallbackNotRegistered` at once, naming the draft and what to register.
 9. It calls the SDK itself: no deadlock.
10. DES cannot be asked what has become of it: it is asked later, and the host is not asked again.
11. The process dies, or the session ends: the draft is in DES; `resume_paused_launches()` finds it.
12. Each asking has a temporary id of its own, because each is good for one look.
13. In every case but 3 the launch stays a draft, nothing is saved, and it can be asked for again.
"""

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
from .asking import Launches, MakeError, NothingToAsk, Owner, Question, names


@attrs.define(eq=False, kw_only=True)
class LaunchConsent(Question):
    """The consent to one launch. `request_id` is of the consent that was asked for last."""

    # docs/des.md 5.4
    keyword: ClassVar[str] = "transfer_consent_requested"
    needed: ClassVar[str] = "the user has to sign for the savehack"
    declines: ClassVar[type[Exception]] = ConsentDeclined
    declined: ClassVar[type[HandoverError]] = TransferConsentDeclined
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
        """Nothing is told: the bank's backend does that. DES is asked what it heard."""
        launch = await owner.launches.get(self.launch.id)
        if launch.state != LaunchState.DRAFT:
            return None
        # A rejected consent is not the launch's any more: it has none then, or a newer one.
        return self._unanswered if launch.transfer_consent_id == self.request_id else self._rejected

    def _unanswered(self, launches: Launches) -> Exception:
        sentence = (
            f"{self.keyword} returned, and the bank's backend has neither consented nor rejected: it has to "
            f"PATCH /v1/transfer-consents/{self.request_id} before the callback returns"
        )
        return TransferConsentFailed(f"{sentence}; {self.stay(launches)}", launches=launches)

    def _rejected(self, launches: Launches) -> Exception:
        sentence = "the bank's backend says that the user rejects the consent"
        return TransferConsentDeclined(f"{sentence}; {self.stay(launches)}", launches=launches)

    def stay(self, launches: Launches) -> str:
        return f"drafts: {names(launches)}. resume_paused_launches() asks again"

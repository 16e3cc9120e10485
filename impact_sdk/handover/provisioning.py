"""The host is asked to open an account: for a user, or for one Dream if each Dream has its own account."""

from datetime import datetime
from typing import ClassVar

import attrs

from ..callbacks import AccountProvisioningRequest, ProvisioningDeclined
from ..clock import Clock
from ..errors import AccountProvisioningDeclined, AccountProvisioningFailed, AccountProvisioningTimedOut, HandoverError
from ..models import Dream, User
from .question import Launches, MakeError, Owner, Question, names

# About half a minute of attempts: the user has just gone through opening an account.
DELIVERY_ATTEMPTS = 8


@attrs.define(eq=False, kw_only=True)
class AccountQuestion(Question):
    """What both questions for an account have in common.

    Attributes:
        initiated_at: When the host answered; every delivery says the same.
    """

    keyword: ClassVar[str] = "account_provisioning_requested"
    declines: ClassVar[type[Exception]] = ProvisioningDeclined
    declined = AccountProvisioningDeclined
    failed: ClassVar[type[HandoverError]] = AccountProvisioningFailed
    timed_out: ClassVar[type[HandoverError]] = AccountProvisioningTimedOut

    request_id: str
    clock: Clock
    initiated_at: datetime | None = attrs.field(default=None, init=False)

    @property
    def key(self) -> str:
        return self.request_id

    def _initiated(self) -> datetime:
        self.initiated_at = self.initiated_at or self.clock.now()
        return self.initiated_at


@attrs.define(eq=False, kw_only=True)
class UserAccount(AccountQuestion):
    """One account for all Dreams of a user."""

    needed: ClassVar[str] = "the user needs an account"

    async def request(self, owner: Owner) -> AccountProvisioningRequest:
        return AccountProvisioningRequest(
            request_id=self.request_id,
            user_id=owner.user.id,
            external_user_id=owner.user.external_id,
            # It has to be unique for one user only, and the user's id says whose account it is.
            account_external_id=owner.user.id,
        )

    async def deliver(self, owner: Owner) -> MakeError | None:
        await owner.users.update(
            owner.user.id,
            provisioning_initiated_at=self._initiated(),
            account_provision_request_id=self.request_id,
            attempts=DELIVERY_ATTEMPTS,
        )
        return None

    def accepted_by(self, user: User) -> User:
        return attrs.evolve(user, provisioning_initiated_at=self.initiated_at)

    def stay(self, launches: Launches) -> str:
        return f"paused: {names(launches)}. The next launch of a savehack, or resume_paused_launches(), asks again"


@attrs.define(eq=False, kw_only=True)
class DreamAccount(AccountQuestion):
    """An account for one Dream."""

    # docs/des.md 5.3
    needed: ClassVar[str] = "the Dream needs an account"
    dream: Dream

    async def request(self, owner: Owner) -> AccountProvisioningRequest:
        return AccountProvisioningRequest(
            request_id=self.request_id,
            user_id=owner.user.id,
            external_user_id=owner.user.external_id,
            account_external_id=self.dream.id,
            dream=self.dream,
        )

    async def deliver(self, owner: Owner) -> MakeError | None:
        await owner.dreams.update(
            self.dream.id,
            provisioning_initiated_at=self._initiated(),
            account_provision_request_id=self.request_id,
            attempts=DELIVERY_ATTEMPTS,
        )
        return None

    def stay(self, launches: Launches) -> str:
        paused = f"paused: {names(launches)}" if launches else "nothing is paused yet"
        return (
            f"the Dream {self.dream.id} is kept, {paused}. "
            "The next launch of a savehack for it, or resume_paused_launches(), asks again"
        )

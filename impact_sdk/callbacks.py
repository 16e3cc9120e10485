"""What the host can be asked, what it can answer, and who is asked at present."""

from collections.abc import Awaitable, Callable

import attrs

from .errors import ConfigurationError
from .models import DreamReference


@attrs.frozen(kw_only=True)
class AccountProvisioningRequest:
    """DES needs an account for a user, and the host is to open one.

    Attributes:
        request_id: The same each time the same question is asked: after a crash, after a refusal, after a time-out.
        user_id: The user's id in DES.
        external_user_id: The bank's own id of the user: the subject of the ID token.
        account_external_id: Send it as `externalId` when you post the account, and asking twice cannot open two.
        dream: Set when the account is to belong to one Dream; None when it is the user's account for all of them.
    """

    request_id: str
    user_id: str
    external_user_id: str | None
    account_external_id: str
    dream: DreamReference | None = None


AccountProvisioningRequested = Callable[[AccountProvisioningRequest], Awaitable[object]]


class ProvisioningDeclined(Exception):
    """Raise it from the callback when the user says no; it is an answer, not a failure.

    Args:
        reason: For the one who launched the savehack, who finds it on `AccountProvisioningDeclined`.
    """

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


@attrs.define(eq=False)
class Callbacks:
    """The callbacks that are registered at present, at most one of each kind."""

    account_provisioning_requested: AccountProvisioningRequested | None = None

    def register(self, account_provisioning_requested: AccountProvisioningRequested | None) -> "Registration":
        if account_provisioning_requested is None:
            raise ConfigurationError("register() was given no callback; pass account_provisioning_requested=…")
        if not callable(account_provisioning_requested):
            raise ConfigurationError(
                f"account_provisioning_requested is {account_provisioning_requested!r}, which cannot be called; "
                "pass an async function that takes an AccountProvisioningRequest"
            )
        self.account_provisioning_requested = account_provisioning_requested
        return Registration(self, account_provisioning_requested)


@attrs.frozen(eq=False)
class Registration:
    """A callback's registration, to be taken back."""

    _callbacks: Callbacks = attrs.field(repr=False)
    _callback: AccountProvisioningRequested

    def remove(self) -> bool:
        """Take the callback back. A call that is running goes on.

        Returns:
            True when it was registered until now; False when it was removed or replaced before.
        """
        was_registered = self._callbacks.account_provisioning_requested is self._callback
        if was_registered:
            self._callbacks.account_provisioning_requested = None
        return was_registered

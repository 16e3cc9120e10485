"""The callbacks that a host can register, their requests, and the exceptions with which they say no."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import attrs

from .errors import ConfigurationError
from .mistakes.shown import shown
from .models import Dream, OpenEnum, SavehackLaunch
from .secrets import Secret


@attrs.frozen(kw_only=True)
class AccountProvisioningRequest:
    """DES needs an account for a user: the host opens one.

    The host may get the same request again, and must not open a second account then.

    Attributes:
        request_id: The same each time the same question is asked: after a crash, a refusal or a time-out.
        user_id: The user's id in DES.
        external_user_id: The bank's own id of the user: the subject of the ID token.
        account_external_id: Send it as `externalId` when you post the account. DES then refuses a second account.
        dream: Set if the account is for one Dream; its name, target and date help to choose the product. None if the
            account is for all Dreams of the user.
    """

    # docs/des.md 4.3, onAccountProvisionRequested and onAccountRequested
    request_id: str
    user_id: str
    external_user_id: str | None
    account_external_id: str
    dream: Dream | None = None


@attrs.frozen(kw_only=True)
class TransferConsentRequest:
    """The user has to sign for a savehack launch, which is a draft until then.

    Give `temporary_id` to the bank's backend at once. The backend fetches the consent with it, shows it to the user,
    and tells DES what the user said. Return after that.

    Attributes:
        request_id: The consent's id. The same each time, until the user rejects it.
        temporary_id: Good for one look at the consent. A new one each time.
        user_id: The user's id in DES.
        external_user_id: The bank's own id of the user: the subject of the ID token.
        launch: What the user signs for.
        expires_at: When the temporary id expires (UTC).
    """

    # docs/des.md 4.3, onTransferConsentRequested; 5.4
    request_id: str
    temporary_id: str
    user_id: str
    external_user_id: str | None
    launch: SavehackLaunch
    expires_at: datetime


@attrs.frozen(kw_only=True)
class IDTokenExpired:
    """The session is about to end, or DES does not know it any more: a new ID token of the same user saves it.

    The host is asked 30 seconds before the end of a session that ID tokens renew. If the session is shorter than a
    minute, it is asked when half of that is over.

    Attributes:
        user_id: The user's id in DES.
        external_user_id: The bank's own id of the user: the subject of the ID token.
        expires_at: When the session ends without an answer (UTC).
    """

    # docs/des.md 4.3, onIdTokenDidExpire
    user_id: str
    external_user_id: str | None
    expires_at: datetime


class ExitReason(OpenEnum):
    """Why a session has ended. These reasons are ours: the vendor gives none."""

    EXPIRED = "expired"
    MAXIMUM_REACHED = "maximum_reached"
    TOKEN_MISSING = "token_missing"
    TOKEN_REFUSED = "token_refused"
    SIGNED_OUT = "signed_out"


@attrs.frozen(kw_only=True)
class ExitRequest:
    """The session has ended: leave Impact Finance, or launch again.

    Attributes:
        user_id: The user's id in DES.
        external_user_id: The bank's own id of the user: the subject of the ID token.
        explanation: A sentence for the log, with the way out.
    """

    # docs/des.md 4.3, onExitRequested
    user_id: str
    external_user_id: str | None
    reason: ExitReason
    explanation: str


@attrs.frozen(kw_only=True)
class TelemetryEvent:
    """The user has done something: proof of activity, for a bank that watches for inactivity.

    Attributes:
        name: What happened. The vendor documents `UserClicked` alone.
        payload: `action` is the method that was called.
        user_id: The user's id in DES.
    """

    # docs/des.md 4.3, onTelemetryEvent
    name: str
    payload: Mapping[str, Any]
    user_id: str


class ProvisioningDeclined(Exception):
    """Raise it from the callback if the user says no. It is an answer, not a failure.

    Args:
        reason: The caller who launched the savehack finds it on `AccountProvisioningDeclined`.
    """

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class ConsentDeclined(Exception):
    """Raise it from the callback if the user does not sign. It is an answer, not a failure.

    Args:
        reason: The caller who launched the savehack finds it on `TransferConsentDeclined`.
    """

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


AccountProvisioningRequested = Callable[[AccountProvisioningRequest], Awaitable[object]]
TransferConsentRequested = Callable[[TransferConsentRequest], Awaitable[object]]
TokenExpired = Callable[[IDTokenExpired], Awaitable[str | Secret]]
ExitRequested = Callable[[ExitRequest], Awaitable[object]]
Telemetry = Callable[[TelemetryEvent], Awaitable[object]]

Callback = Callable[[Any], Awaitable[Any]]


@attrs.frozen(eq=False)
class Callbacks:
    """The callbacks that are registered now, at most one of each kind, by the keywords of `register()`."""

    _registered: dict[str, "Registration"] = attrs.field(factory=dict, init=False)

    def get(self, keyword: str) -> Callback | None:
        registration = self._registered.get(keyword)
        return None if registration is None else registration.callbacks[keyword]

    def register(self, by_keyword: Mapping[str, Callback | None]) -> "Registration":
        callbacks = {keyword: callback for keyword, callback in by_keyword.items() if callback is not None}
        if not callbacks:
            raise ConfigurationError(f"register() was given no callback; pass one of {', '.join(by_keyword)}")
        for keyword, callback in callbacks.items():
            if not callable(callback):
                raise ConfigurationError(
                    f"{keyword} is {shown(callback)}, which cannot be called; pass an async function of one argument"
                )
        registration = Registration(self._registered, callbacks)
        self._registered.update(dict.fromkeys(callbacks, registration))
        return registration


@attrs.frozen(eq=False)
class Registration:
    """What one `register()` has registered; `remove()` removes it.

    Attributes:
        callbacks: By the keywords of `register()`.
    """

    _registered: dict[str, "Registration"] = attrs.field(repr=False)
    callbacks: Mapping[str, Callback]

    def remove(self) -> bool:
        """Remove the callbacks. A running call goes on.

        Returns:
            True if any of them was registered until now; False if all were removed or replaced before.
        """
        present = [keyword for keyword in self.callbacks if self._registered.get(keyword) is self]
        for keyword in present:
            del self._registered[keyword]
        return bool(present)

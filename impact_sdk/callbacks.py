"""What the host can be asked and told, what it can answer, and who is asked at present."""

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
    """DES needs an account for a user, and the host is to open one.

    Attributes:
        request_id: The same each time the same question is asked: after a crash, after a refusal, after a time-out.
        user_id: The user's id in DES.
        external_user_id: The bank's own id of the user: the subject of the ID token.
        account_external_id: Send it as `externalId` when you post the account, and asking twice cannot open two.
        dream: Set when the account is to belong to one Dream, whose name, target and date help to choose the product;
            None when it is the user's account for all of them.
    """

    # docs/des.md 4.3, onAccountProvisionRequested and onAccountRequested
    request_id: str
    user_id: str
    external_user_id: str | None
    account_external_id: str
    dream: Dream | None = None


@attrs.frozen(kw_only=True)
class TransferConsentRequest:
    """The user is to sign for a savehack launch, which is a draft until then.

    Hand `temporary_id` to the bank's backend, which fetches the consent with it, at once, shows it to the user, and
    tells DES what the user said. Return when it has.

    Attributes:
        request_id: The consent's id; the same each time, until the user rejects it.
        temporary_id: Good for one look at the consent; another one each time.
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
    """The session is about to end, and a new ID token of the same user prolongs it.

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
    """Why a session has ended (ours: the vendor gives no reason)."""

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
        name: What happened; `UserClicked` is all that the vendor documents.
        payload: More about it; `action` is the method that was called.
        user_id: The user's id in DES.
    """

    # docs/des.md 4.3, onTelemetryEvent
    name: str
    payload: Mapping[str, Any]
    user_id: str


class ProvisioningDeclined(Exception):
    """Raise it from the callback when the user says no; it is an answer, not a failure.

    Args:
        reason: For the one who launched the savehack, who finds it on `AccountProvisioningDeclined`.
    """

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class ConsentDeclined(Exception):
    """Raise it from the callback when the user does not sign; it is an answer, not a failure.

    Args:
        reason: For the one who launched the savehack, who finds it on `TransferConsentDeclined`.
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
    """The callbacks that are registered at present, at most one of each kind, by the keywords of `register()`."""

    _registered: dict[str, "Registration"] = attrs.field(factory=dict, init=False)

    def get(self, keyword: str) -> Callback | None:
        registration = self._registered.get(keyword)
        return None if registration is None else registration.callbacks[keyword]

    def register(self, given: Mapping[str, Callback | None]) -> "Registration":
        callbacks = {keyword: callback for keyword, callback in given.items() if callback is not None}
        if not callbacks:
            raise ConfigurationError(f"register() was given no callback; pass one of {', '.join(given)}")
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
    """What one `register()` has registered, to be taken back.

    Attributes:
        callbacks: By the keywords of `register()`.
    """

    _registered: dict[str, "Registration"] = attrs.field(repr=False)
    callbacks: Mapping[str, Callback]

    def remove(self) -> bool:
        """Take the callbacks back. A call that is running goes on.

        Returns:
            True when any of them was registered until now; False when all were removed or replaced before.
        """
        present = [keyword for keyword in self.callbacks if self._registered.get(keyword) is self]
        for keyword in present:
            del self._registered[keyword]
        return bool(present)

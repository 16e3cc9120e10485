"""Every error of the SDK.

ImpactError
  ConfigurationError            the SDK was set up in a way that cannot work
    UnknownArgument             there is no argument of this name, or one is missing
  LaunchError                   launch() did not give a session
    InvalidCredentials          DES does not accept the ID token (422)
    AlreadyLaunching            a launch with this ID token is under way
  APIError                      DES answered, and the answer is no
    BadRequest                  400, 413, 415, 422: the request is wrong; `errors` says where
    Unauthorized                401: no credentials, or they have expired
    Forbidden                   403: these credentials may not do that
    NotFound                    404: it is not there, or not yours
    Conflict                    409: it is there already
      StillRunning              409: the first request with this idempotency key is being worked on
    RateLimited                 429: too many requests; `retry_after` in seconds, when DES says it
    ServerError                 5xx: the fault is with DES
    UnexpectedResponse          the answer cannot be read
  TransportError                there was no answer
    NotSent                     the request never reached DES: nothing has happened
    OutcomeUnknown              the request may have reached DES: unless it was a GET, it may have happened
  HandoverError                 the host did not take over; `launches` are paused, or drafts
    CallbackNotRegistered       nobody to ask
    AccountProvisioningDeclined the user said no; `reason` says why
    AccountProvisioningFailed   the callback raised, or was none
    AccountProvisioningTimedOut the callback took too long
    TransferConsentDeclined     the user did not sign; `reason` says why
    TransferConsentFailed       the callback raised, or was none, or DES has heard nothing from the bank
    TransferConsentTimedOut     the callback took too long
  SessionClosed                 the session has ended
  WebhookError                  what claims to be a webhook of DES is not accepted
    InvalidSignature            DES has not signed it
    StaleWebhook                it was sent too long ago, or has a time yet to come
    ReplayedWebhook             it has been here before
    UnreadableWebhook           DES has signed it, and it is no batch of events
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from .mistakes.errors import ConfigurationError as ConfigurationError
from .mistakes.errors import ImpactError as ImpactError
from .mistakes.errors import UnknownArgument as UnknownArgument
from .parsing.visible import visible

if TYPE_CHECKING:
    from .attempts import Attempt
    from .models import Dream, SavehackLaunch
    from .parsing.rate_limits import RateLimit


# Of what DES says about one field: the rest is in `FieldError.errors`.
LONGEST_QUOTATION = 1_000


class LaunchError(ImpactError):
    """`launch()` did not give a session."""


class InvalidCredentials(LaunchError):
    """DES does not accept the ID token (it answered 422), or there was none. Get a new one and launch again."""


class AlreadyLaunching(LaunchError):
    """A launch with this ID token is under way on this SDK; wait for it."""


@attrs.frozen
class FieldError:
    """What DES finds wrong with one field.

    Attributes:
        field: The path of the field, such as `dream.targetCents`; `base` for the request as a whole.
        errors: Sentences, in the words of DES.
    """

    field: str
    errors: tuple[str, ...]

    def __str__(self) -> str:
        sentences = ", ".join(self.errors)
        return visible(sentences if self.field == "base" else f"{self.field} {sentences}", longest=LONGEST_QUOTATION)


class APIError(ImpactError):
    """DES answered, and the answer is no.

    Attributes:
        status: The HTTP status.
        errors: What DES finds wrong, field by field; empty when it does not say.
        request_id: What to tell the vendor's support; None when DES did not name one.
        attempts: How often the request was sent, the first time included.
        rate_limit: How much DES still lets us ask, when it says so.
        idempotency_key: The key that was sent; None for a request that needs none.
        history: These attempts, one by one; empty where the first answer was a good one that cannot be read.
        retry_after: Seconds to wait before asking again, when DES says so.
    """

    history: tuple["Attempt", ...] = ()
    retry_after: float | None = None

    def __init__(
        self,
        message: str,
        *,
        status: int,
        errors: Sequence[FieldError] = (),
        request_id: str | None = None,
        attempts: int = 1,
        rate_limit: "RateLimit | None" = None,
        idempotency_key: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.errors = tuple(errors)
        self.request_id = request_id
        self.attempts = attempts
        self.rate_limit = rate_limit
        self.idempotency_key = idempotency_key


class BadRequest(APIError):
    """The request is wrong (400, 413, 415, 422); `errors` says where. It changed nothing."""


class Unauthorized(APIError):
    """There are no credentials, or they have expired (401). It changed nothing."""


class Forbidden(APIError):
    """These credentials may not do that (403). It changed nothing."""


class NotFound(APIError):
    """It is not there, or it belongs to somebody else (404)."""


class Conflict(APIError):
    """It is there already (409). It changed nothing. `StillRunning` says that it may yet come to be."""


class StillRunning(Conflict):
    """The first request with this `idempotency_key` is still being worked on (409). This one changed nothing.

    Ask again later with the same key for the first one's answer; the SDK has done so as often as `attempts` allow.
    """


class RateLimited(APIError):
    """Too many requests (429). It changed nothing. `retry_after` says how long to wait, when DES does."""


class ServerError(APIError):
    """The fault is with DES (5xx), or with what stands before it. A write may have happened all the same."""


class UnexpectedResponse(APIError):
    """The answer is not what was asked for: it cannot be read, or leads elsewhere, or is not from DES at all.

    The message says which call it was, what came, and what is wrong with it. What a GET asks changes nothing; anything
    else may have happened, unless it was sent elsewhere with 307 or 308.
    """


class TransportError(ImpactError):
    """There was no answer.

    Attributes:
        attempts: How often the request was sent, the first time included.
        history: These attempts, one by one.
    """

    history: tuple["Attempt", ...] = ()

    def __init__(self, message: str, *, attempts: int = 1) -> None:
        super().__init__(message)
        self.attempts = attempts


class NotSent(TransportError):
    """The request never reached DES: it is known not to have happened, and may be repeated."""


class OutcomeUnknown(TransportError):
    """The request may have reached DES, and no answer came.

    What a GET asks changes nothing, and may be asked again. Anything else may have happened. A PATCH, PUT or DELETE may
    be repeated: twice does what once does. Before you repeat a POST, look whether it has happened; or repeat it with
    the same `idempotency_key`, where DES honours keys. The message says which of these it is, and after how long.

    Attributes:
        idempotency_key: The key that was sent; None for a request that needs none.
    """

    def __init__(self, message: str, *, attempts: int = 1, idempotency_key: str | None = None) -> None:
        super().__init__(message, attempts=attempts)
        self.idempotency_key = idempotency_key


class HandoverError(ImpactError):
    """The host was needed and did not take over.

    Attributes:
        launches: The savehack launches that stay paused, or stay drafts. They are kept in DES, and
            `Session.resume_paused_launches()` asks the host again for all of them; for paused ones the next launch of
            a savehack does so too.
        dream: The Dream that an account was to be opened for, where each Dream has one of its own. It is kept as well.
    """

    def __init__(
        self, message: str, *, launches: Sequence["SavehackLaunch"] = (), dream: "Dream | None" = None
    ) -> None:
        super().__init__(message)
        self.launches = tuple(launches)
        self.dream = dream


class CallbackNotRegistered(HandoverError):
    """Nothing is registered for what the host must do."""


class AccountProvisioningDeclined(HandoverError):
    """The host raised `ProvisioningDeclined`: the user does not want the account now.

    Attributes:
        reason: What the host gave as reason.
    """

    reason: str = ""


class AccountProvisioningFailed(HandoverError):
    """The host's callback raised; its exception is the `__cause__`."""


class AccountProvisioningTimedOut(HandoverError):
    """The host's callback did not return within the limit and was cancelled."""


class TransferConsentDeclined(HandoverError):
    """The user does not sign: the host raised `ConsentDeclined`, or the bank's backend told DES.

    Attributes:
        reason: What the host gave as reason; empty where it gave none.
    """

    reason: str = ""


class TransferConsentFailed(HandoverError):
    """The host's callback raised, and its exception is the `__cause__`; or it returned, and nobody had told DES."""


class TransferConsentTimedOut(HandoverError):
    """The host's callback did not return within the limit and was cancelled."""


class SessionClosed(ImpactError):
    """The session has ended; launch again for a new one."""


class WebhookError(ImpactError):
    """What claims to be a webhook of DES is not accepted. Answer 400, but for `ReplayedWebhook`."""


class InvalidSignature(WebhookError):
    """DES has not signed this, or not with a secret that you know, or the body was changed on its way to you."""


class StaleWebhook(WebhookError):
    """It was sent longer ago than is tolerated, or has a time yet to come: somebody may have kept it, or a clock is
    wrong."""


class ReplayedWebhook(WebhookError):
    """It has been here before. Answer 200, so that DES does not send it again; 503 while it `is_under_way`.

    Attributes:
        webhook_id: Which one.
        is_under_way: It is being dealt with at this moment, in this process, and may yet fail.
    """

    def __init__(self, message: str, *, webhook_id: str, is_under_way: bool = False) -> None:
        super().__init__(message)
        self.webhook_id = webhook_id
        self.is_under_way = is_under_way


class UnreadableWebhook(WebhookError):
    """DES has signed it, and it is no batch of events; the message names the place."""

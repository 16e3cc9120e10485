"""Every error of the SDK.

ImpactError
  ConfigurationError            the SDK was set up in a way that cannot work
    UnknownArgument             there is no argument of this name, or one is missing
  LaunchError                   launch() failed
    InvalidCredentials          DES does not accept the ID token (422)
    AlreadyLaunching            a launch with this ID token is under way
  APIError                      DES refused
    BadRequest                  400, 413, 415, 422: the request is wrong; `errors` says where
    Unauthorized                401: no credentials, or they have expired
    Forbidden                   403: these credentials may not do that
    NotFound                    404: it does not exist, or is not yours
    Conflict                    409: it exists already
      StillRunning              409: the first request with this idempotency key is still running
    RateLimited                 429: too many requests; `retry_after` in seconds, if DES says it
    ServerError                 5xx: DES failed
    UnexpectedResponse          the answer cannot be read
  TransportError                there was no answer
    NotSent                     the request never reached DES: nothing has happened
    OutcomeUnknown              the request may have reached DES: unless it was a GET, it may have happened
  HandoverError                 the host did not take over; `launches` are paused, or drafts
    CallbackNotRegistered       no callback is registered
    AccountProvisioningDeclined the user said no; `reason` says why
    AccountProvisioningFailed   the callback raised, or is not one
    AccountProvisioningTimedOut the callback took too long
    TransferConsentDeclined     the user did not sign; `reason` says why
    TransferConsentFailed       the callback raised, or is not one, or the bank has told DES nothing
    TransferConsentTimedOut     the callback took too long
  SessionClosed                 the session has ended
  WebhookError                  a webhook is not accepted
    InvalidSignature            DES did not sign it
    StaleWebhook                it was sent too long ago, or its time is in the future
    ReplayedWebhook             it was received before
    UnreadableWebhook           DES signed it, but it is not a batch of events
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


# A message quotes so much about one field. `FieldError.errors` has all.
LONGEST_QUOTATION = 1_000


class LaunchError(ImpactError):
    """`launch()` failed: there is no session."""


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
    """DES refused the request.

    Attributes:
        status: The HTTP status.
        errors: What DES finds wrong, field by field; empty if it does not say.
        request_id: Tell it to the vendor's support; None if DES did not send one.
        attempts: How often the request was sent, including the first time.
        rate_limit: How many requests DES still accepts, if it says so.
        idempotency_key: The key that was sent; None for a request that needs none.
        history: The attempts, one by one; empty if the first answer was good but could not be read.
        retry_after: Seconds to wait before asking again, if DES says so.
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
    """It does not exist, or belongs to another user or bank (404)."""


class Conflict(APIError):
    """It exists already (409). The request changed nothing. `StillRunning`: it may exist in a moment."""


class StillRunning(Conflict):
    """The first request with this `idempotency_key` is still running (409). This one changed nothing.

    Send it again later with the same key to get the first answer. The SDK did so as often as `attempts` allow.
    """


class RateLimited(APIError):
    """Too many requests (429). It changed nothing. `retry_after` says how long to wait, if DES says so."""


class ServerError(APIError):
    """DES, or a proxy before it, failed (5xx). A write may still have happened."""


class UnexpectedResponse(APIError):
    """The answer cannot be read, or redirects elsewhere, or is not from DES at all.

    The message names the call, what came, and what is wrong with it. A GET changes nothing; any other request may have
    happened, unless it was redirected with 307 or 308.
    """


class TransportError(ImpactError):
    """There was no answer.

    Attributes:
        attempts: How often the request was sent, including the first time.
        history: The attempts, one by one.
    """

    history: tuple["Attempt", ...] = ()

    def __init__(self, message: str, *, attempts: int = 1) -> None:
        super().__init__(message)
        self.attempts = attempts


class NotSent(TransportError):
    """The request never reached DES. It has not happened, and may be repeated."""


class OutcomeUnknown(TransportError):
    """The request may have reached DES, and no answer came.

    A GET changes nothing, and may be repeated. Any other request may have happened. A PATCH, PUT or DELETE may be
    repeated: twice has the same effect as once. Before you repeat a POST, check whether it has happened; or repeat it
    with the same `idempotency_key`, if DES honours keys. The message says which case it is, and after how long.

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

"""Impact Finance for a bank's app and its backend.

`ImpactSDK` is for the app, `ImpactAPI` for the backend; the rest is what they take and give.

Each name is imported when it is first asked for: a host pays at its start for what it uses. `exports` says where each
comes from.
"""

from typing import TYPE_CHECKING, Any

from .exports import PUBLIC

if TYPE_CHECKING:
    from .api import (
        Accounts,
        Dreams,
        Events,
        Following,
        ImpactAPI,
        Sandbox,
        SavehackLaunches,
        Savehacks,
        Transactions,
        TransferConsents,
        Users,
    )
    from .attempts import Attempt
    from .auth import ClientCredentials
    from .callbacks import (
        AccountProvisioningRequest,
        AccountProvisioningRequested,
        ConsentDeclined,
        ExitReason,
        ExitRequest,
        ExitRequested,
        IDTokenExpired,
        ProvisioningDeclined,
        Registration,
        Telemetry,
        TelemetryEvent,
        TokenExpired,
        TransferConsentRequest,
        TransferConsentRequested,
    )
    from .clock import Clock, SystemClock
    from .errors import (
        AccountProvisioningDeclined,
        AccountProvisioningFailed,
        AccountProvisioningTimedOut,
        AlreadyLaunching,
        APIError,
        BadRequest,
        CallbackNotRegistered,
        ConfigurationError,
        Conflict,
        FieldError,
        Forbidden,
        HandoverError,
        ImpactError,
        InvalidCredentials,
        InvalidSignature,
        LaunchError,
        NotFound,
        NotSent,
        OutcomeUnknown,
        RateLimited,
        ReplayedWebhook,
        ServerError,
        SessionClosed,
        StaleWebhook,
        StillRunning,
        TransferConsentDeclined,
        TransferConsentFailed,
        TransferConsentTimedOut,
        TransportError,
        Unauthorized,
        UnexpectedResponse,
        UnknownArgument,
        UnreadableWebhook,
        WebhookError,
    )
    from .http.carriers.connection_options import HTTPTransport
    from .http.deprecations import DeprecatedOperation
    from .http.hooks import (
        AttemptEnded,
        AttemptStarted,
        CallEnded,
        CallStarted,
        HandoverEnded,
        HandoverOutcome,
        HandoverStarted,
        Hook,
        HookEvent,
        WaitStarted,
    )
    from .http.identity import AppInfo
    from .http.options import CallOptions, ClientOptions, PostOptions
    from .http.replies import Reply
    from .http.retry_budget import RetryBudget
    from .models import (
        UNSET,
        Account,
        AccountType,
        AccountUpdate,
        Autopilot,
        CalendarChaos,
        ConsentFrequency,
        Copycat,
        Daily,
        Dream,
        DreamInspiration,
        DreamMilestone,
        DreamReference,
        DreamState,
        Eurocup,
        Event,
        EventBatch,
        EventData,
        EventType,
        Everest,
        FeedEvent,
        FeedEventType,
        LaunchState,
        Monthly,
        Moonstruck,
        OneTime,
        PageView,
        PauseReason,
        Percentage,
        Reference,
        Rocket,
        Roulette,
        Roundup,
        Savehack,
        SavehackLaunch,
        SavehackTerms,
        SaveLeague,
        SessionRenewal,
        SessionSettings,
        Thief,
        Transaction,
        TransactionState,
        TransactionType,
        TransactionUpdate,
        TransferConsent,
        TransferConsentTicket,
        Unset,
        User,
        WebhookEndpoint,
        WebhookEndpointState,
        Weekly,
    )
    from .parsing.rate_limits import RateLimit
    from .sdk import ImpactSDK
    from .secrets import Secret
    from .session.session import Session
    from .tasks.blocking import Blocking
    from .version import __version__ as __version__
    from .webhooks.receiver import Receiving, WebhookVerifier
    from .webhooks.replay_stores import MemoryReplayStore, ReplayStore

_MODULE_OF = {name: module for module, names in PUBLIC.items() for name in names.split()}
_MODULE_OF["__version__"] = "version"


def _at_first_use(name: str) -> Any:
    """A public name, or a module that has some."""
    if name not in _MODULE_OF and name not in PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module = import_module(f".{_MODULE_OF.get(name, name)}", __name__)
    value = globals()[name] = getattr(module, name) if name in _MODULE_OF else module
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])


if not TYPE_CHECKING:  # a type checker that saw it would believe in any name
    __getattr__ = _at_first_use


__all__ = [
    "UNSET",
    "APIError",
    "Account",
    "AccountProvisioningDeclined",
    "AccountProvisioningFailed",
    "AccountProvisioningRequest",
    "AccountProvisioningRequested",
    "AccountProvisioningTimedOut",
    "AccountType",
    "AccountUpdate",
    "Accounts",
    "AlreadyLaunching",
    "AppInfo",
    "Attempt",
    "AttemptEnded",
    "AttemptStarted",
    "Autopilot",
    "BadRequest",
    "Blocking",
    "CalendarChaos",
    "CallEnded",
    "CallOptions",
    "CallStarted",
    "CallbackNotRegistered",
    "ClientCredentials",
    "ClientOptions",
    "Clock",
    "ConfigurationError",
    "Conflict",
    "ConsentDeclined",
    "ConsentFrequency",
    "Copycat",
    "Daily",
    "DeprecatedOperation",
    "Dream",
    "DreamInspiration",
    "DreamMilestone",
    "DreamReference",
    "DreamState",
    "Dreams",
    "Eurocup",
    "Event",
    "EventBatch",
    "EventData",
    "EventType",
    "Events",
    "Everest",
    "ExitReason",
    "ExitRequest",
    "ExitRequested",
    "FeedEvent",
    "FeedEventType",
    "FieldError",
    "Following",
    "Forbidden",
    "HTTPTransport",
    "HandoverEnded",
    "HandoverError",
    "HandoverOutcome",
    "HandoverStarted",
    "Hook",
    "HookEvent",
    "IDTokenExpired",
    "ImpactAPI",
    "ImpactError",
    "ImpactSDK",
    "InvalidCredentials",
    "InvalidSignature",
    "LaunchError",
    "LaunchState",
    "MemoryReplayStore",
    "Monthly",
    "Moonstruck",
    "NotFound",
    "NotSent",
    "OneTime",
    "OutcomeUnknown",
    "PageView",
    "PauseReason",
    "Percentage",
    "PostOptions",
    "ProvisioningDeclined",
    "RateLimit",
    "RateLimited",
    "Receiving",
    "Reference",
    "Registration",
    "ReplayStore",
    "ReplayedWebhook",
    "Reply",
    "RetryBudget",
    "Rocket",
    "Roulette",
    "Roundup",
    "Sandbox",
    "SaveLeague",
    "Savehack",
    "SavehackLaunch",
    "SavehackLaunches",
    "SavehackTerms",
    "Savehacks",
    "Secret",
    "ServerError",
    "Session",
    "SessionClosed",
    "SessionRenewal",
    "SessionSettings",
    "StaleWebhook",
    "StillRunning",
    "SystemClock",
    "Telemetry",
    "TelemetryEvent",
    "Thief",
    "TokenExpired",
    "Transaction",
    "TransactionState",
    "TransactionType",
    "TransactionUpdate",
    "Transactions",
    "TransferConsent",
    "TransferConsentDeclined",
    "TransferConsentFailed",
    "TransferConsentRequest",
    "TransferConsentRequested",
    "TransferConsentTicket",
    "TransferConsentTimedOut",
    "TransferConsents",
    "TransportError",
    "Unauthorized",
    "UnexpectedResponse",
    "UnknownArgument",
    "UnreadableWebhook",
    "Unset",
    "User",
    "Users",
    "WaitStarted",
    "WebhookEndpoint",
    "WebhookEndpointState",
    "WebhookError",
    "WebhookVerifier",
    "Weekly",
]

"""Impact Finance for a bank's app and its backend.

`ImpactSDK` is for the app, `ImpactAPI` for the backend; the rest is what they take and give.

A name is imported when it is first used, so that a host's start pays only for what the host uses.
"""

from typing import TYPE_CHECKING

from .exports import MODULE_OF, PUBLIC

if TYPE_CHECKING:  # the same names as in `exports`, for type checkers and editors
    from .api import Accounts as Accounts
    from .api import Dreams as Dreams
    from .api import Events as Events
    from .api import Following as Following
    from .api import ImpactAPI as ImpactAPI
    from .api import Sandbox as Sandbox
    from .api import SavehackLaunches as SavehackLaunches
    from .api import Savehacks as Savehacks
    from .api import Transactions as Transactions
    from .api import TransferConsents as TransferConsents
    from .api import Users as Users
    from .attempts import Attempt as Attempt
    from .auth import ClientCredentials as ClientCredentials
    from .callbacks import AccountProvisioningRequest as AccountProvisioningRequest
    from .callbacks import AccountProvisioningRequested as AccountProvisioningRequested
    from .callbacks import ConsentDeclined as ConsentDeclined
    from .callbacks import ExitReason as ExitReason
    from .callbacks import ExitRequest as ExitRequest
    from .callbacks import ExitRequested as ExitRequested
    from .callbacks import IDTokenExpired as IDTokenExpired
    from .callbacks import ProvisioningDeclined as ProvisioningDeclined
    from .callbacks import Registration as Registration
    from .callbacks import Telemetry as Telemetry
    from .callbacks import TelemetryEvent as TelemetryEvent
    from .callbacks import TokenExpired as TokenExpired
    from .callbacks import TransferConsentRequest as TransferConsentRequest
    from .callbacks import TransferConsentRequested as TransferConsentRequested
    from .clock import Clock as Clock
    from .clock import SystemClock as SystemClock
    from .errors import AccountProvisioningDeclined as AccountProvisioningDeclined
    from .errors import AccountProvisioningFailed as AccountProvisioningFailed
    from .errors import AccountProvisioningTimedOut as AccountProvisioningTimedOut
    from .errors import AlreadyLaunching as AlreadyLaunching
    from .errors import APIError as APIError
    from .errors import BadRequest as BadRequest
    from .errors import CallbackNotRegistered as CallbackNotRegistered
    from .errors import ConfigurationError as ConfigurationError
    from .errors import Conflict as Conflict
    from .errors import FieldError as FieldError
    from .errors import Forbidden as Forbidden
    from .errors import HandoverError as HandoverError
    from .errors import ImpactError as ImpactError
    from .errors import InvalidCredentials as InvalidCredentials
    from .errors import InvalidSignature as InvalidSignature
    from .errors import LaunchError as LaunchError
    from .errors import NotFound as NotFound
    from .errors import NotSent as NotSent
    from .errors import OutcomeUnknown as OutcomeUnknown
    from .errors import RateLimited as RateLimited
    from .errors import ReplayedWebhook as ReplayedWebhook
    from .errors import ServerError as ServerError
    from .errors import SessionClosed as SessionClosed
    from .errors import StaleWebhook as StaleWebhook
    from .errors import StillRunning as StillRunning
    from .errors import TransferConsentDeclined as TransferConsentDeclined
    from .errors import TransferConsentFailed as TransferConsentFailed
    from .errors import TransferConsentTimedOut as TransferConsentTimedOut
    from .errors import TransportError as TransportError
    from .errors import Unauthorized as Unauthorized
    from .errors import UnexpectedResponse as UnexpectedResponse
    from .errors import UnknownArgument as UnknownArgument
    from .errors import UnreadableWebhook as UnreadableWebhook
    from .errors import WebhookError as WebhookError
    from .http.carriers.connection_options import HTTPTransport as HTTPTransport
    from .http.deprecations import DeprecatedOperation as DeprecatedOperation
    from .http.hooks import AttemptEnded as AttemptEnded
    from .http.hooks import AttemptStarted as AttemptStarted
    from .http.hooks import CallEnded as CallEnded
    from .http.hooks import CallStarted as CallStarted
    from .http.hooks import HandoverEnded as HandoverEnded
    from .http.hooks import HandoverOutcome as HandoverOutcome
    from .http.hooks import HandoverStarted as HandoverStarted
    from .http.hooks import Hook as Hook
    from .http.hooks import HookEvent as HookEvent
    from .http.hooks import WaitStarted as WaitStarted
    from .http.identity import AppInfo as AppInfo
    from .http.options import CallOptions as CallOptions
    from .http.options import ClientOptions as ClientOptions
    from .http.options import PostOptions as PostOptions
    from .http.replies import Reply as Reply
    from .http.retry_budget import RetryBudget as RetryBudget
    from .models import UNSET as UNSET
    from .models import Account as Account
    from .models import AccountType as AccountType
    from .models import AccountUpdate as AccountUpdate
    from .models import Autopilot as Autopilot
    from .models import CalendarChaos as CalendarChaos
    from .models import ConsentFrequency as ConsentFrequency
    from .models import Copycat as Copycat
    from .models import Daily as Daily
    from .models import Dream as Dream
    from .models import DreamInspiration as DreamInspiration
    from .models import DreamMilestone as DreamMilestone
    from .models import DreamReference as DreamReference
    from .models import DreamState as DreamState
    from .models import Eurocup as Eurocup
    from .models import Event as Event
    from .models import EventBatch as EventBatch
    from .models import EventData as EventData
    from .models import EventType as EventType
    from .models import Everest as Everest
    from .models import FeedEvent as FeedEvent
    from .models import FeedEventType as FeedEventType
    from .models import LaunchState as LaunchState
    from .models import Monthly as Monthly
    from .models import Moonstruck as Moonstruck
    from .models import OneTime as OneTime
    from .models import PageView as PageView
    from .models import PauseReason as PauseReason
    from .models import Percentage as Percentage
    from .models import Reference as Reference
    from .models import Rocket as Rocket
    from .models import Roulette as Roulette
    from .models import Roundup as Roundup
    from .models import Savehack as Savehack
    from .models import SavehackLaunch as SavehackLaunch
    from .models import SavehackTerms as SavehackTerms
    from .models import SaveLeague as SaveLeague
    from .models import SessionRenewal as SessionRenewal
    from .models import SessionSettings as SessionSettings
    from .models import Thief as Thief
    from .models import Transaction as Transaction
    from .models import TransactionState as TransactionState
    from .models import TransactionType as TransactionType
    from .models import TransactionUpdate as TransactionUpdate
    from .models import TransferConsent as TransferConsent
    from .models import TransferConsentTicket as TransferConsentTicket
    from .models import Unset as Unset
    from .models import User as User
    from .models import WebhookEndpoint as WebhookEndpoint
    from .models import WebhookEndpointState as WebhookEndpointState
    from .models import Weekly as Weekly
    from .parsing.rate_limits import RateLimit as RateLimit
    from .sdk import ImpactSDK as ImpactSDK
    from .secrets import Secret as Secret
    from .session.session import Session as Session
    from .tasks.blocking import Blocking as Blocking
    from .version import __version__ as __version__
    from .webhooks.receiver import Receiving as Receiving
    from .webhooks.receiver import WebhookVerifier as WebhookVerifier
    from .webhooks.replay_stores import MemoryReplayStore as MemoryReplayStore
    from .webhooks.replay_stores import ReplayStore as ReplayStore


def _at_first_use(name: str) -> object:
    """A public name, or a module that has public names."""
    if name == "__version__":
        module = "version"
    elif name in MODULE_OF or name in PUBLIC:
        module = MODULE_OF.get(name, name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # only here: `import impact_sdk` loads nothing else

    found = import_module(f".{module}", __name__)
    value = globals()[name] = found if name in PUBLIC else getattr(found, name)
    return value


if not TYPE_CHECKING:  # a type checker would then believe in any name
    __getattr__ = _at_first_use
    # Not for a type checker either: it reads literal lists only, and takes each `X as X` above as public.
    __all__ = sorted(MODULE_OF, key=lambda name: (not name.isupper(), name))


def __dir__() -> list[str]:
    return sorted([*MODULE_OF, "__version__"])

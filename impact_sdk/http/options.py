"""What every call and every client may be told besides its own arguments, in one place."""

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TypedDict

from ..clock import Clock
from ..secrets import Secret
from .carriers.connection_options import ConnectionOptions
from .hooks import Hook
from .identity import AppInfo
from .retry_budget import RetryBudget


class CallOptions(TypedDict, total=False):
    """Keyword arguments of every method that asks DES, of `ImpactAPI` and of a `Session`.

    Attributes:
        timeout: How long DES may keep one attempt waiting, at each step of it: to connect, to take the request, to
            go on with its answer. A timedelta or seconds; 30 seconds when left out, and never more than 5 to connect.
            However its answer trickles, an attempt ends after the timeout and the time to connect together.
        attempts: How often to try, the first time included, where trying again is right; 3 when left out.
        deadline: One limit over everything that the call does: to fetch an access token, to wait for a place among
            the connections, all attempts and the waits between them, all pages of a listing. A timedelta or seconds;
            no limit when left out. What others take does not count, as it has limits of its own: the host's callbacks,
            and what the program does between two items of a listing. No attempt is begun that cannot end in time.
            Where it is reached, the error says so, and says by its type whether the request was sent: `NotSent`,
            `OutcomeUnknown`, or the last answer of DES. `events.follow()` never ends: there it is for each page.

    Timeout and attempts hold as well for the access token, where one has to be fetched first. A client has its own
    values for all three (`ClientOptions`); what is left out, or None, is as the client has it.
    """

    timeout: timedelta | float | None
    attempts: int | None
    deadline: timedelta | float | None


class PostOptions(CallOptions, total=False):
    """Keyword arguments of every method that makes something.

    Attributes:
        idempotency_key: To repeat, after `OutcomeUnknown` or a crash, what may have happened already: DES gives the
            first answer again. A new one for each call when left out or None; all attempts of a call share it.
    """

    # ours: docs/des.md 6, Idempotency-Key
    idempotency_key: str | None


class ClientOptions(CallOptions, ConnectionOptions, total=False):
    """Keyword arguments of `ImpactAPI` and of `ImpactSDK`; what is None is as if it were left out.

    Those of `CallOptions` are for all calls that do not say otherwise; those of `ConnectionOptions` say how the client
    travels to DES.

    Attributes:
        retry_budget: How many retries all calls together may make. 100 at first, and one more for each ten good
            answers, when left out: while DES is out, a client does not send three times as much.
        hooks: What watches calls and attempts: see `HookEvent`. They are called one after the other, change nothing,
            and one that fails is logged. One that is asynchronous holds its call up, for a second at most.
        app_info: The program that uses the SDK. It stands in the `User-Agent`.
        default_headers: Sent with every request, besides the SDK's own, which they cannot replace. A value that
            is a key may be a `Secret`.
        clock: Where the time comes from; the machine's when left out.
        source: Where idempotency keys and jitter come from; the machine's entropy when left out.
    """

    retry_budget: RetryBudget | None
    hooks: Sequence[Hook] | None
    app_info: AppInfo | None
    default_headers: Mapping[str, str | Secret] | None
    clock: Clock | None
    source: random.Random | None

"""The options of every call and of every client, besides their own arguments."""

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
        timeout: How long DES may take for each step of one attempt: to connect, to accept the request, to send the next
            part of the answer. A timedelta or seconds; 30 seconds if left out, and never more than 5 to connect. An
            attempt ends after the timeout plus the time to connect, even if the answer still comes bit by bit.
        attempts: How often to try, including the first time, if trying again is right; 3 if left out.
        deadline: One limit over everything that the call does: it fetches an access token, waits for a place among the
            connections, makes all attempts, waits between them, and reads all pages of a listing. A timedelta or
            seconds; no limit if left out. The time of the host's callbacks, and of your program between two items of a
            listing, does not count. No attempt begins that cannot end in time. When the deadline is reached, the error
            says so, and its class says whether the request was sent: `NotSent`, `OutcomeUnknown`, or the last answer of
            DES. `events.follow()` never ends: there each page has the deadline.

    Timeout and attempts also apply to the access token, if one must be fetched first. A client has its own values for
    all three (`ClientOptions`); they apply if a call leaves one out, or gives None.
    """

    timeout: timedelta | float | None
    attempts: int | None
    deadline: timedelta | float | None


class PostOptions(CallOptions, total=False):
    """Keyword arguments of every method that makes something.

    Attributes:
        idempotency_key: Repeats, after `OutcomeUnknown` or a crash, what may have happened already: DES gives the first
            answer again. If left out or None, each call has a new key; all attempts of a call share it.
    """

    # ours: docs/des.md 6, Idempotency-Key
    idempotency_key: str | None


class ClientOptions(CallOptions, ConnectionOptions, total=False):
    """Keyword arguments of `ImpactAPI` and of `ImpactSDK`. None means the same as left out.

    Those of `CallOptions` apply to all calls that do not say otherwise; those of `ConnectionOptions` say how the client
    reaches DES.

    Attributes:
        retry_budget: How many retries all calls together may make. If left out, 100 at first, and one more for each
            ten good answers: while DES is down, a client does not send three times as much.
        hooks: They watch calls and attempts: see `HookEvent`. They are called one after the other and change nothing.
            If one fails, that is logged. An asynchronous hook delays its call, for a second at most.
        app_info: The program that uses the SDK, for the `User-Agent`.
        default_headers: Sent with every request. They cannot replace the SDK's own headers. A value may be a `Secret`.
        clock: Gives the time; the machine's clock if left out.
        source: Gives idempotency keys and jitter; the machine's entropy if left out.
    """

    retry_budget: RetryBudget | None
    hooks: Sequence[Hook] | None
    app_info: AppInfo | None
    default_headers: Mapping[str, str | Secret] | None
    clock: Clock | None
    source: random.Random | None

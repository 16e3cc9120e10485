"""What the host's callbacks answer: tests of the handover register them here, so that each answer is seen."""

import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import anyio

from impact_sdk import ImpactSDK, Registration

# The answers of a callback that asks a question, of one whose request nobody can decline, and of one that only tells.
QUESTION = ("returned", "declined", "raised", "cancelled")
REQUEST = ("returned", "raised", "cancelled")
NOTICE = ("returned",)

KINDS = {
    "account_provisioning_requested": QUESTION,
    "transfer_consent_requested": QUESTION,
    "id_token_expired": REQUEST,
    "exit_requested": NOTICE,
    "telemetry": NOTICE,
}


def wanted() -> dict[str, tuple[str, ...]]:
    """The answers of each callback that the whole suite has to show."""
    names = [name for name in inspect.signature(ImpactSDK.register).parameters if name != "self"]
    return {name: KINDS.get(name, NOTICE) for name in names}


# What callbacks answered so far: callback, and what it did.
SEEN: set[tuple[str, str]] = set()


def register(sdk: ImpactSDK, **callbacks: Callable[..., object]) -> Registration:
    """`sdk.register()`, with every answer of these callbacks noted in `SEEN`."""
    watched: dict[str, Any] = {name: _watched(name, each) for name, each in callbacks.items()}
    return sdk.register(**watched)


def _watched(name: str, callback: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(callback)
    def called(*arguments: Any) -> Any:
        answer = callback(*arguments)
        return _awaited(name, answer) if inspect.isawaitable(answer) else answer

    return called


async def _awaited(name: str, answer: Awaitable[Any]) -> Any:
    try:
        result = await answer
    except anyio.get_cancelled_exc_class():
        SEEN.add((name, "cancelled"))
        raise
    except Exception as error:
        # A host declines with an error of such a name: ProvisioningDeclined, ConsentDeclined.
        is_declined = type(error).__name__.endswith("Declined")
        SEEN.add((name, "declined" if is_declined else "raised"))
        raise
    SEEN.add((name, "returned"))
    return result

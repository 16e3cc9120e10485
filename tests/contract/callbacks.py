"""What the host's callbacks answer: seen where they are registered, whoever registers them."""

import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import anyio

from impact_sdk import ImpactSDK

from .coverage import Coverage

# Of a callback that asks something; of one that asks for something that cannot be declined; of one that only tells.
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
    """Each callback that can be registered, with the answers that the suite has to have seen."""
    names = [name for name in inspect.signature(ImpactSDK.register).parameters if name != "self"]
    return {name: KINDS.get(name, NOTICE) for name in names}


def watch(coverage: Coverage) -> Callable[[], None]:
    """Look at every callback that is registered from now on.

    Returns:
        How to stop it.
    """
    register = ImpactSDK.register

    @functools.wraps(register)
    def watched_register(self: ImpactSDK, **callbacks: Any) -> Any:
        watched = {name: _watched(name, each, coverage) if callable(each) else each for name, each in callbacks.items()}
        return register(self, **watched)

    setattr(ImpactSDK, "register", watched_register)  # noqa: B010  # mypy: a method is not assigned to
    return lambda: setattr(ImpactSDK, "register", register)


def _watched(name: str, callback: Callable[..., Any], coverage: Coverage) -> Callable[..., Any]:
    @functools.wraps(callback)
    def called(*arguments: Any) -> Any:
        answer = callback(*arguments)
        return _awaited(name, answer, coverage) if inspect.isawaitable(answer) else answer

    return called


async def _awaited(name: str, answer: Awaitable[Any], coverage: Coverage) -> Any:
    try:
        result = await answer
    except anyio.get_cancelled_exc_class():
        coverage.callback_answers.add((name, "cancelled"))
        raise
    except Exception as error:
        # Hosts decline with errors that are called so, such as ProvisioningDeclined.
        is_declined = type(error).__name__.endswith("Declined")
        coverage.callback_answers.add((name, "declined" if is_declined else "raised"))
        raise
    coverage.callback_answers.add((name, "returned"))
    return result

"""The rules of the handover that a bank has to keep, as a table. `docs/check.md` shows it to people."""

from collections.abc import Callable

import attrs

from . import trials, verdicts
from .observations import Trial
from .trials import TrialOf
from .verdicts import Verdict


@attrs.frozen(kw_only=True)
class Rule:
    """One thing that the contract wants of a callback and of the backend behind it.

    Attributes:
        id: Short; never changes.
        statement: What is wanted.
        tried: How the check tries it.
        remedy: What to change after a failure.
        trial: The trial that shows it.
        judge: Gives the verdict on the trial.
    """

    id: str
    statement: str
    tried: str
    remedy: str
    trial: TrialOf
    judge: Callable[[Trial], Verdict]


# They are those of docs/handover.md, and are tried in this order: after `cancel` a callback may still run.
RULES: tuple[Rule, ...] = (
    Rule(
        id="awaitable",
        statement="It returns something that can be awaited.",
        tried="A user launches a savehack, and nothing is in the way.",
        remedy="Make it an async function: `async def open_account(request)`. A plain function may also return a "
        "coroutine, a task or a future.",
        trial=trials.ordinary,
        judge=verdicts.awaitable,
    ),
    Rule(
        id="returns",
        statement="It returns within the time limit, as soon as opening the account is under way.",
        tried="The same launch. To raise is not to return.",
        remedy="Order the account and return; do not wait until it is open, which may take days: see "
        "bank_app_sim/app/callbacks.py. If the user needs longer, raise --time-limit here and "
        "account_provisioning_timeout in your app.",
        trial=trials.ordinary,
        judge=verdicts.returns,
    ),
    Rule(
        id="loop",
        statement="It does not block the event loop of the app.",
        tried="DES takes 0.45 s for each answer. The loop on which the callback runs may stand still for 0.3 s.",
        remedy="Await everything that takes time: an asynchronous HTTP client, `await anyio.sleep()`, and "
        "`await anyio.to_thread.run_sync(…)` around what cannot be awaited.",
        trial=trials.slow,
        judge=verdicts.loop,
    ),
    Rule(
        id="posts-once",
        statement="It leads to one POST /accounts.",
        tried="The same launch: what reaches DES until some time after the account has come.",
        remedy="Post the account from one place, once for each request_id. Repeat it only when no answer came; "
        "api.accounts.ensure() may be repeated safely.",
        trial=trials.ordinary,
        judge=verdicts.posts_once,
    ),
    Rule(
        id="external-id",
        statement="POST /accounts carries an externalId.",
        tried="The same launch.",
        remedy="Send request.account_external_id as externalId. Without one every POST opens another account, and no "
        "409 ever protects you.",
        trial=trials.ordinary,
        judge=verdicts.external_id,
    ),
    Rule(
        id="twice",
        statement="Asked twice with the same request, it leads to one account.",
        tried="The callback gets the request that it has just answered once more, as after a crash of the app.",
        remedy="Make externalId from the request, never a new one: request.account_external_id is the same each "
        "time. The app in bank_app_sim/app/callbacks.py hands it to its backend with the request_id.",
        trial=trials.twice,
        judge=verdicts.twice,
    ),
    Rule(
        id="conflict",
        statement="A 409 means that the account exists: it goes on, and posts no other account.",
        tried="When its POST /accounts comes, the check posts the same account first, as another worker would.",
        remedy="Catch the 409 of POST /accounts (impact_sdk.Conflict) and go on, or use api.accounts.ensure(), which "
        "returns the account that exists.",
        trial=trials.conflict,
        judge=verdicts.conflict,
    ),
    Rule(
        id="declines",
        statement="When the user says no, it raises ProvisioningDeclined.",
        tried="The customer of `--declines` launches a savehack.",
        remedy='Raise impact_sdk.ProvisioningDeclined("why") before anything is ordered, as '
        "bank_app_sim/app/callbacks.py does. Returning means that an account is under way; any other exception is a "
        "failure.",
        trial=trials.declining,
        judge=verdicts.declines,
    ),
    Rule(
        id="secrets",
        statement="It shows no secret in logs, output, exceptions, or what it sends to DES.",
        tried="Everything that was logged (at DEBUG), printed, raised or sent in all trials, and in one more in "
        "which DES refuses the account.",
        remedy="Log ids, never headers, tokens or whole requests; keep secrets out of exceptions and out of the "
        "`repr` of your classes. A secret that was shown has to be changed.",
        trial=trials.refused,
        judge=verdicts.secrets,
    ),
    Rule(
        id="cancel",
        statement="When it is cancelled, it ends soon, and does not say that an account is under way.",
        tried="The user leaves: once as soon as the callback waits for anything, once while its POST /accounts is "
        "under way.",
        remedy="Let the cancellation through: no `except BaseException`, no bare `except`, and after cleaning up in "
        "`except asyncio.CancelledError` a `raise`.",
        trial=trials.cancelling,
        judge=verdicts.cancel,
    ),
)

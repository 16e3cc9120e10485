"""Each rule catches what breaks it, and lets through what is right. A rule that never fails is a defect."""

import asyncio
from datetime import timedelta
from typing import Any

import anyio
import pytest
import trio

from bank_app_sim.check import RULES, Result
from impact_sdk import AccountProvisioningRequest

from . import wrong_callbacks
from .conftest import OPTIONS, Checker
from .wrong_callbacks import TIME_LIMITS, WRONG, right

EVERY_RULE = [rule.id for rule in RULES]


def test_every_rule_has_a_callback_that_breaks_it() -> None:
    assert sorted(WRONG) == sorted(EVERY_RULE)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("rule_id", "wrong"),
    [pytest.param(rule_id, wrong, id=f"{rule_id}-{wrong.__name__}") for rule_id in WRONG for wrong in WRONG[rule_id]],
)
def test_a_rule_catches_what_breaks_it(rule_id: str, wrong: Any, checker: Checker) -> None:
    callback = wrong() if isinstance(wrong, type) else wrong

    time_limit = TIME_LIMITS.get(wrong, OPTIONS.time_limit)

    verdict = checker.verdicts(callback, [rule_id], time_limit=time_limit)[rule_id]

    assert verdict.result is Result.FAIL, verdict


@pytest.mark.thorough
def test_a_right_callback_passes_on_trio_too(checker: Checker) -> None:
    """On asyncio: the good bank of the examples."""
    verdicts = checker.verdicts(right, event_loop="trio")

    assert list(verdicts) == EVERY_RULE
    assert {rule_id: verdict for rule_id, verdict in verdicts.items() if verdict.result is not Result.PASS} == {}


async def does_several_things_at_once(request: AccountProvisioningRequest) -> None:
    """On trio, what is cancelled in here comes out as a group of cancellations."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(right, request)
        nursery.start_soon(trio.sleep, 0.2)


@pytest.mark.thorough
def test_a_group_of_cancellations_is_a_cancellation(checker: Checker) -> None:
    verdicts = checker.verdicts(does_several_things_at_once, ["cancel"], event_loop="trio")

    assert verdicts["cancel"].result is Result.PASS, verdicts


async def finishes_what_it_has_begun(request: AccountProvisioningRequest) -> None:
    with anyio.CancelScope(shield=True):
        await right(request)


@pytest.mark.thorough
def test_a_cancelled_callback_may_finish_what_it_has_begun(checker: Checker) -> None:
    """It says that an account is under way, and one is."""
    assert checker.verdicts(finishes_what_it_has_begun, ["cancel"])["cancel"].result is Result.PASS


@pytest.mark.thorough
def test_an_account_may_be_posted_after_the_callback_has_returned(checker: Checker) -> None:
    tasks = set()

    async def orders_an_account(request: AccountProvisioningRequest) -> None:
        tasks.add(asyncio.create_task(later(request)))

    async def later(request: AccountProvisioningRequest) -> None:
        await anyio.sleep(0.1)
        await right(request)

    verdicts = checker.verdicts(
        orders_an_account, ["returns", "posts-once", "twice", "conflict", "cancel"], patience=timedelta(seconds=5)
    )

    assert verdicts.pop("cancel").result is Result.COULD_NOT_TELL  # there is no moment at which it could be
    assert {rule_id: verdict for rule_id, verdict in verdicts.items() if verdict.result is not Result.PASS} == {}


def test_a_rule_that_cannot_be_tried_says_why_and_does_not_pass(checker: Checker) -> None:
    verdicts = checker.verdicts(wrong_callbacks.is_no_coroutine_function)

    assert verdicts.pop("awaitable").result is Result.FAIL
    assert {verdict.result for verdict in verdicts.values()} == {Result.COULD_NOT_TELL}
    assert {verdict.seen for rule_id, verdict in verdicts.items() if rule_id not in ("posts-once", "external-id")} == {
        "not tried: what it returns cannot be awaited (see awaitable)"
    }


def test_a_failure_is_shown_with_the_messages_of_its_own_trial(checker: Checker) -> None:
    finding = checker.findings(wrong_callbacks.forgets_the_external_id, ["external-id"])["external-id"]

    labels = [message.label for message in finding.trial.messages]
    assert labels.count("callback: Account Provisioning Requested") == 1
    assert labels.count("POST /accounts") == 1
    assert finding.verdict.seen == "POST /accounts came without an externalId"


@pytest.mark.thorough
def test_an_account_that_another_worker_posts_is_no_fault_of_the_bank(checker: Checker) -> None:
    finding = checker.findings(right, ["conflict"])["conflict"]

    assert [posting.status for posting in finding.trial.postings] == [201, 409]
    assert "the check posts the same account first" in str([message.label for message in finding.trial.messages])


@pytest.mark.thorough
def test_an_account_for_an_unknown_user_is_shown_with_the_answer_of_des(checker: Checker) -> None:
    verdict = checker.verdicts(wrong_callbacks.posts_for_the_customer_by_the_banks_own_id, ["posts-once"])["posts-once"]

    assert verdict.seen.startswith("DES refused what was posted: 400 account.userId does not exist")

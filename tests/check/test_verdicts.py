"""What is thought of what was seen, without anything being tried."""

from typing import Any

import attrs
import pytest

from bank_app_sim.check import Result, Trial, verdicts
from bank_app_sim.check.leaks import Leak
from bank_app_sim.check.observations import Call, Cancellation, Ending, Posting
from impact_sdk import AccountProvisioningDeclined, AccountProvisioningRequest, AccountProvisioningTimedOut

REQUEST = AccountProvisioningRequest(request_id="r1", user_id="u1", external_user_id="ada", account_external_id="u1")
PASS, FAIL, COULD_NOT_TELL = Result.PASS, Result.FAIL, Result.COULD_NOT_TELL


def call(ending: Ending | None = Ending.RETURNED, said: str = "") -> Call:
    return Call(request=REQUEST, began_at=1.0, ended_at=None if ending is None else 1.5, ending=ending, said=said)


def posting(status: int = 201, external_id: str | None = "u1", **other: Any) -> Posting:
    account_id = None if status >= 400 else "a1"
    plain = Posting(at=2.0, user_id="u1", external_id=external_id, status=status, account_id=account_id)
    return attrs.evolve(plain, **other)


def trial(*calls: Call, **seen: Any) -> Trial:
    return Trial(name="a trial", calls=list(calls), **seen)


RAISED = call(Ending.RAISED, "KeyError: 'x'")
TIMED_OUT, DECLINED = AccountProvisioningTimedOut("late"), AccountProvisioningDeclined("no")
CANCELLED_EARLY = Cancellation(moment="early", is_tried=True, ending=Ending.CANCELLED, seconds=0.1)


@pytest.mark.parametrize(
    ("judge", "seen", "result", "said"),
    [
        (verdicts.awaitable, trial(attrs.evolve(call(), is_awaitable=True)), PASS, "can be awaited"),
        (verdicts.awaitable, trial(attrs.evolve(RAISED, is_awaitable=True)), PASS, "can be awaited"),
        (verdicts.awaitable, trial(call(Ending.NOT_AWAITABLE, "None")), FAIL, "returned None, which"),
        (verdicts.awaitable, trial(RAISED), COULD_NOT_TELL, "raised KeyError"),
        (verdicts.awaitable, trial(call(None), stuck_seconds=4.0), COULD_NOT_TELL, "given up"),
        (verdicts.awaitable, trial(), COULD_NOT_TELL, "never called"),
        (verdicts.returns, trial(call()), PASS, "after 0.50 s"),
        (verdicts.returns, trial(RAISED), FAIL, "raised KeyError: 'x'"),
        (verdicts.returns, trial(call(Ending.CANCELLED), told=TIMED_OUT), FAIL, "its time was over"),
        (verdicts.returns, trial(call(), told=TIMED_OUT), FAIL, "its time was over"),
        (verdicts.returns, trial(call(None)), FAIL, "its time was over"),
        (verdicts.returns, trial(RAISED, told=DECLINED), FAIL, "said that the user declines"),
        (verdicts.returns, trial(call(Ending.NOT_AWAITABLE, "3")), COULD_NOT_TELL, "see awaitable"),
        (verdicts.loop, trial(longest_gap_seconds=0.1, shows_blocking=True), PASS, "at most 0.10 s"),
        (verdicts.loop, trial(longest_gap_seconds=0.31, shows_blocking=True), FAIL, "stood still for 0.31 s"),
        (verdicts.loop, trial(longest_gap_seconds=0.1), COULD_NOT_TELL, "returned before"),
        (verdicts.loop, trial(longest_gap_seconds=0.6, machine_gap_seconds=0.4), COULD_NOT_TELL, "machine is busy"),
        (verdicts.loop, trial(longest_gap_seconds=9, machine_gap_seconds=0.4), FAIL, "stood still for 9.00 s"),
        (verdicts.loop, trial(stuck_seconds=4.2), FAIL, "more than 4.2 s"),
        (verdicts.posts_once, trial(call(), postings=[posting()]), PASS, "one POST"),
        (verdicts.posts_once, trial(call()), FAIL, "no account was posted"),
        (verdicts.posts_once, trial(RAISED), COULD_NOT_TELL, "raised KeyError"),
        (
            verdicts.posts_once,
            trial(call(), postings=[posting(), posting(409)]),
            FAIL,
            "2 times, and DES answered 201, 409",
        ),
        (verdicts.posts_once, trial(call(), postings=[posting(422, refusal="type bad")]), FAIL, "422 type bad"),
        (verdicts.external_id, trial(postings=[posting()]), PASS, "'u1'"),
        (verdicts.external_id, trial(postings=[posting(), posting(external_id=None)]), FAIL, "without an externalId"),
        (verdicts.external_id, trial(), COULD_NOT_TELL, "nothing was posted"),
        (verdicts.twice, trial(call(), call(), postings=[posting()]), PASS, "one account"),
        (verdicts.twice, trial(call(), RAISED, postings=[posting(), posting(409)]), PASS, "see conflict"),
        (verdicts.twice, trial(call(), RAISED, postings=[posting()]), FAIL, "raised KeyError"),
        (verdicts.twice, trial(call(), call(Ending.CANCELLED), postings=[posting()]), FAIL, "did not return in time"),
        (verdicts.twice, trial(call(), call(), postings=[posting(), posting(account_id="a2")]), FAIL, "2 accounts"),
        (verdicts.twice, trial(call(), call()), COULD_NOT_TELL, "no account was posted"),
        (verdicts.twice, trial(call(), postings=[posting()]), COULD_NOT_TELL, "could not be asked"),
        (verdicts.conflict, trial(call(), postings=[posting(is_quicker=True), posting(409)]), PASS, "one account"),
        (verdicts.conflict, trial(RAISED, postings=[posting(is_quicker=True), posting(409)]), FAIL, "raised KeyError"),
        (verdicts.conflict, trial(call(Ending.CANCELLED), postings=[posting(409)]), FAIL, "did not return"),
        (
            verdicts.conflict,
            trial(call(), postings=[posting(is_quicker=True), posting(409), posting(account_id="a2")]),
            FAIL,
            "opened another account",
        ),
        (verdicts.conflict, trial(call(), postings=[posting(is_quicker=True), *[posting(409)] * 3]), FAIL, "3 times"),
        (verdicts.conflict, trial(call(), postings=[posting(external_id=None)]), COULD_NOT_TELL, "never answers 409"),
        (verdicts.conflict, trial(call(), postings=[posting()]), COULD_NOT_TELL, "but 201"),
        (verdicts.conflict, trial(call(), postings=[posting(is_quicker=True)]), COULD_NOT_TELL, "nothing was posted"),
        (verdicts.declines, trial(RAISED, customer="cleo", told=DECLINED), PASS, "no account was posted"),
        (verdicts.declines, trial(call(), customer="cleo"), FAIL, "under way"),
        (verdicts.declines, trial(RAISED, customer="cleo"), FAIL, "something went wrong"),
        (
            verdicts.declines,
            trial(RAISED, customer="cleo", told=DECLINED, postings=[posting()]),
            FAIL,
            "but an account was posted",
        ),
        (verdicts.declines, trial(call(Ending.CANCELLED), customer="cleo"), FAIL, "had not answered"),
        (verdicts.declines, trial(), COULD_NOT_TELL, "--declines"),
        (verdicts.declines, trial(customer="cleo"), COULD_NOT_TELL, "another folder"),
        (verdicts.cancel, trial(cancellations=[CANCELLED_EARLY]), PASS, "ended after 0.10 s"),
        (verdicts.cancel, trial(cancellations=[Cancellation(moment="early")]), COULD_NOT_TELL, "returned before"),
        (verdicts.cancel, trial(), COULD_NOT_TELL, "returned before"),
        (
            verdicts.cancel,
            trial(posts_accounts=False, cancellations=[attrs.evolve(CANCELLED_EARLY, ending=Ending.RETURNED)]),
            COULD_NOT_TELL,
            "its return says nothing",
        ),
    ],
)
def test_each_observation_gets_its_verdict(judge: Any, seen: Trial, result: Result, said: str) -> None:
    verdict = judge(seen)

    assert verdict.result is result
    assert said in verdict.seen


@pytest.mark.parametrize(
    ("ending", "account_came", "result"),
    [
        (Ending.CANCELLED, False, PASS),
        (Ending.RETURNED, True, PASS),
        (Ending.RETURNED, False, FAIL),
        (Ending.RAISED, False, FAIL),
        (None, False, FAIL),
    ],
)
def test_one_bad_cancellation_of_two_is_a_failure(ending: Ending | None, account_came: bool, result: Result) -> None:
    late = Cancellation(moment="late", is_tried=True, ending=ending, seconds=0.2, account_came=account_came)

    assert verdicts.cancel(trial(cancellations=[CANCELLED_EARLY, late])).result is result


def test_a_leak_is_a_failure_that_names_secret_and_place() -> None:
    leak = Leak(secret="client secret", place="log", trial="ordinary", excerpt="I am [client secret]")

    assert verdicts.secrets(trial()).result is PASS
    assert verdicts.secrets(trial(leaks=[leak])) == verdicts.failed(
        "the client secret in the log: I am [client secret]"
    )


@pytest.mark.parametrize(
    ("ordinary", "said"),
    [
        (trial(call()), ""),
        (trial(RAISED), "it raised KeyError although"),
        (trial(call(Ending.CANCELLED)), "did not return in time"),
        (trial(call(Ending.NOT_AWAITABLE)), "cannot be awaited"),
        (trial(call(), stuck_seconds=3.0), "given up"),
    ],
)
def test_if_the_ordinary_trial_fails_the_others_say_nothing(ordinary: Trial, said: str) -> None:
    found = verdicts.obstacle(ordinary)

    assert said in found
    assert bool(found) == bool(said)

"""Pure functions from a trial to a verdict.

If a trial has not observed enough, the verdict is that we could not tell, and why. That is never a pass.
"""

import enum
from collections.abc import Sequence

import attrs

from impact_sdk import AccountProvisioningDeclined, AccountProvisioningTimedOut

from .leaks import PLACES
from .observations import Call, Cancellation, Ending, Posting, Trial
from .pulse import STANDSTILL_SECONDS
from .trials import CANCELLED_WITHIN_SECONDS

# One for the account that exists, and one more look. A worker that goes on after that will never stop.
CONFLICTS_AT_MOST = 2


class Result(enum.Enum):
    PASS = "pass"
    FAIL = "fail"
    COULD_NOT_TELL = "could not tell"


@attrs.frozen
class Verdict:
    """The result of one rule.

    Attributes:
        seen: What was observed, as a sentence for people.
    """

    result: Result
    seen: str


def passed(seen: str) -> Verdict:
    return Verdict(Result.PASS, seen)


def failed(seen: str) -> Verdict:
    return Verdict(Result.FAIL, seen)


def could_not_tell(why: str) -> Verdict:
    return Verdict(Result.COULD_NOT_TELL, why)


def obstacle(ordinary: Trial) -> str:
    """Why the ordinary trial makes all others useless; empty if it does not."""
    if ordinary.stuck_seconds is not None:
        return "it blocked the event loop, which was given up"
    if not ordinary.calls:
        return f"the callback was never called: {ordinary.told}"
    call = ordinary.calls[0]
    if call.ending is Ending.NOT_AWAITABLE:
        return "what it returns cannot be awaited (see awaitable)"
    if call.ending is Ending.RAISED:
        return f"it raised {_named(call)} although nothing was in its way (see returns)"
    if call.ending is not Ending.RETURNED:
        return "it did not return in time (see returns)"
    return ""


def awaitable(trial: Trial) -> Verdict:
    (call, *_) = trial.calls or (None,)
    if call is None:
        return could_not_tell(obstacle(trial))
    if call.ending is Ending.NOT_AWAITABLE:
        return failed(f"it returned {call.said}, which cannot be awaited")
    if call.is_awaitable:
        return passed("it returned something that can be awaited")
    return could_not_tell(f"it raised {call.said} before it returned anything" if call.ending else obstacle(trial))


def returns(trial: Trial) -> Verdict:
    if not trial.calls or trial.calls[0].ending is Ending.NOT_AWAITABLE:
        return could_not_tell(f"not tried: {obstacle(trial)}")
    call = trial.calls[0]
    if isinstance(trial.told, AccountProvisioningTimedOut) or call.ending in (None, Ending.CANCELLED):
        return failed("it had not returned when its time was over")
    if isinstance(trial.told, AccountProvisioningDeclined):
        return failed("it said that the user declines, but this user has not declined")
    if call.ending is Ending.RAISED:
        return failed(f"it raised {call.said}, although nothing was in its way")
    return passed(f"it returned after {_seconds(call)}")


def loop(trial: Trial) -> Verdict:
    if trial.stuck_seconds is not None:
        return failed(f"the event loop stood still for more than {trial.stuck_seconds:.1f} s, and was given up")
    gap = trial.longest_gap_seconds
    of_the_machine = trial.machine_gap_seconds if trial.machine_gap_seconds > STANDSTILL_SECONDS else 0.0
    if gap - of_the_machine > STANDSTILL_SECONDS:
        return failed(f"the event loop stood still for {gap:.2f} s; at most {STANDSTILL_SECONDS} s are allowed")
    if gap > STANDSTILL_SECONDS:
        return could_not_tell(
            f"the event loop stood still for {gap:.2f} s, and so did another one: this machine is busy, try again"
        )
    if not trial.shows_blocking:
        return could_not_tell("it returned before it had to wait for anything slow, so blocking could not show")
    return passed(f"the event loop stood still for at most {gap:.2f} s while DES was slow")


def posts_once(trial: Trial) -> Verdict:
    postings = trial.own_postings
    if not postings:
        why = obstacle(trial)
        return could_not_tell(f"nothing was posted: {why}") if why else failed("no account was posted in time")
    if not trial.account_ids:
        return failed(f"DES refused what was posted: {_refusals(postings)}")
    if len(postings) > 1:
        return failed(f"it posted {len(postings)} times, and DES answered {_statuses(postings)}")
    return passed("one POST /accounts, answered 201")


def external_id(trial: Trial) -> Verdict:
    if not trial.own_postings:
        return could_not_tell("nothing was posted")
    if any(posting.external_id is None for posting in trial.own_postings):
        return failed("POST /accounts came without an externalId")
    return passed(f"externalId was {trial.own_postings[0].external_id!r}")


def twice(trial: Trial) -> Verdict:
    if len(trial.account_ids) > 1:
        return failed(f"there are {len(trial.account_ids)} accounts in the end, {_external_ids(trial)}")
    if not trial.account_ids:
        return could_not_tell("no account was posted in time, neither the first time nor the second")
    again = trial.calls[1] if len(trial.calls) > 1 else None
    if again is None:
        return could_not_tell("it could not be asked a second time")
    if again.ending is Ending.CANCELLED:
        return failed("asked again, it did not return in time")
    if again.ending is Ending.RAISED and not _conflicts(trial):
        return failed(f"asked again, it raised {again.said}")
    if again.ending is Ending.RAISED:
        return passed("there is one account in the end (it raised at a 409: see conflict)")
    return passed("there is one account in the end")


def conflict(trial: Trial) -> Verdict:
    if not trial.own_postings:
        return could_not_tell("nothing was posted")
    if all(posting.external_id is None for posting in trial.own_postings):
        return could_not_tell("it posts without an externalId, so DES never answers 409")
    conflicts = _conflicts(trial)
    if not conflicts:
        return could_not_tell(f"DES did not answer 409, but {_statuses(trial.own_postings)}")
    (call, *_) = trial.calls
    if call.ending is Ending.RAISED:
        return failed(f"it took the 409 for a failure and raised {call.said}")
    if call.ending is not Ending.RETURNED:
        return failed("after the 409 it did not return in time")
    if len(trial.account_ids) > 1:
        return failed(f"after the 409 it opened another account: {_external_ids(trial)}")
    if len(conflicts) > CONFLICTS_AT_MOST:
        return failed(f"it posted the account again and again, and was answered 409 {len(conflicts)} times")
    return passed("DES answered 409, it returned, and there is one account")


def declines(trial: Trial) -> Verdict:
    if trial.customer is None:
        return could_not_tell("no customer is known who says no: name one with --declines")
    if not trial.calls:
        return could_not_tell(
            f"the callback was not called for {trial.customer!r}, who has already saved in the world of --data; name "
            "another customer or another folder"
        )
    call = trial.calls[0]
    if trial.account_ids:
        return failed(f"{trial.customer!r} said no, but an account was posted")
    if isinstance(trial.told, AccountProvisioningDeclined):
        return passed(f"it raised {_named(call)}, and no account was posted")
    if call.ending is Ending.RETURNED:
        return failed("it returned, which says that an account is under way")
    if call.ending is Ending.RAISED:
        return failed(f"it raised {call.said}, which says that something went wrong")
    return failed("it had not answered when its time was over")


def cancel(trial: Trial) -> Verdict:
    tried = [cancellation for cancellation in trial.cancellations if cancellation.is_tried]
    if not tried:
        return could_not_tell("it returned before it could be cancelled")
    for cancellation in tried:
        if cancellation.ending is Ending.RETURNED and not trial.posts_accounts:
            return could_not_tell("it never posts an account, so its return says nothing")
        wrong = _wrong_about(cancellation)
        if wrong:
            return failed(f"cancelled {cancellation.moment}, it {wrong}")
    return passed("; ".join(f"cancelled {one.moment}, it ended after {one.seconds or 0:.2f} s" for one in tried))


def secrets(trial: Trial) -> Verdict:
    if trial.leaks:
        found = "; ".join(f"the {leak.secret} {PLACES[leak.place]}: {leak.excerpt}" for leak in trial.leaks)
        return failed(found)
    return passed("no secret was shown anywhere")


def _wrong_about(cancellation: Cancellation) -> str:
    if cancellation.ending is None:
        return f"ran on for more than {CANCELLED_WITHIN_SECONDS:.0f} s"
    if cancellation.ending is Ending.RAISED:
        return f"raised {cancellation.said} instead of the cancellation"
    if cancellation.ending is Ending.RETURNED and not cancellation.account_came:
        return "returned, which says that an account is under way, and none came"
    return ""


def _conflicts(trial: Trial) -> list[Posting]:
    return [posting for posting in trial.own_postings if posting.status == 409]


def _external_ids(trial: Trial) -> str:
    ids = [repr(posting.external_id) for posting in trial.postings if posting.account_id is not None]
    return f"with externalId {' and '.join(ids)}"


def _statuses(postings: Sequence[Posting]) -> str:
    return ", ".join(str(posting.status) for posting in postings)


def _refusals(postings: Sequence[Posting]) -> str:
    return "; ".join(f"{posting.status} {posting.refusal}".strip() for posting in postings)


def _seconds(call: Call) -> str:
    return f"{(call.ended_at or call.began_at) - call.began_at:.2f} s"


def _named(call: Call) -> str:
    return call.said.partition(":")[0]

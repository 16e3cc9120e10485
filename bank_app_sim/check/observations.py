"""What a trial observes of a callback: values for the verdicts, without I/O and without a clock."""

import enum
from collections.abc import Sequence

import attrs

from impact_sdk import AccountProvisioningRequest, ImpactError

from ..timeline.trace import Message
from .leaks import Leak


class Ending(enum.Enum):
    """How a call of the callback ended."""

    NOT_AWAITABLE = "gave back something that cannot be awaited"
    RETURNED = "returned"
    RAISED = "raised"
    CANCELLED = "was cancelled"


@attrs.define(eq=False, kw_only=True)
class Call:
    """One call of the callback, so far.

    Attributes:
        began_at: In seconds, on the monotonic clock, as all times here.
        is_awaitable: The callback returned something that can be awaited.
        ending: None while it runs.
        said: The exception that it raised, or what it returned instead of an awaitable.
    """

    request: AccountProvisioningRequest
    began_at: float
    is_awaitable: bool = False
    ended_at: float | None = None
    ending: Ending | None = None
    said: str = ""


@attrs.frozen(kw_only=True)
class Posting:
    """One `POST /accounts`, and the answer.

    Attributes:
        account_id: The account in the answer; None if DES refused.
        refusal: Why DES refused, in its own words.
        is_quicker: The check itself posted this one, as another worker of the bank would.
    """

    at: float
    user_id: str
    external_id: str | None
    status: int
    account_id: str | None = None
    refusal: str = ""
    is_quicker: bool = False


@attrs.define(kw_only=True)
class Cancellation:
    """One attempt to cancel the callback.

    Attributes:
        moment: When to cancel, in words.
        is_tried: The callback was still running at that moment.
        seconds: From the cancellation to the end; None if it had not ended when we stopped waiting.
        account_came: The user got an account all the same.
    """

    moment: str
    is_tried: bool = False
    ending: Ending | None = None
    said: str = ""
    seconds: float | None = None
    account_came: bool = False


@attrs.define(kw_only=True)
class Trial:
    """One situation that the callback was put into, with users of its own, and everything that was observed.

    Attributes:
        obstacle: Why it could not be tried at all; empty if it was.
        customer: The customer, if the trial needs a certain one.
        told: The error that the SDK raised for the launch of the savehack; None after a success.
        begins_after: The number of the last message before this trial.
        leaving_since: When the app began to close the SDK, which waits for callbacks to end; None before and after.
        posts_accounts: An account came in the ordinary trial.
        longest_gap_seconds: The longest time that the callback's event loop stood still.
        machine_gap_seconds: The same of another event loop at the same time: that is the machine's fault.
        stuck_seconds: How long the event loop stood still before it was given up; None if it was not.
        shows_blocking: The callback had to wait, so blocking would have shown.
        messages: Between the participants, in order.
        leaks: Secrets that were shown, in this trial or in any other.
    """

    name: str
    obstacle: str = ""
    customer: str | None = None
    user_ids: set[str] = attrs.field(factory=set)
    calls: list[Call] = attrs.field(factory=list)
    postings: Sequence[Posting] = ()
    told: ImpactError | None = None
    begins_after: int = 0
    leaving_since: float | None = None
    posts_accounts: bool = True
    longest_gap_seconds: float = 0.0
    machine_gap_seconds: float = 0.0
    stuck_seconds: float | None = None
    shows_blocking: bool = False
    cancellations: list[Cancellation] = attrs.field(factory=list)
    messages: Sequence[Message] = ()
    leaks: Sequence[Leak] = ()

    @property
    def own_postings(self) -> list[Posting]:
        """The postings of the bank, without the check's own."""
        return [posting for posting in self.postings if not posting.is_quicker]

    @property
    def account_ids(self) -> set[str]:
        """The accounts that exist in the end, whoever posted them."""
        return {posting.account_id for posting in self.postings if posting.account_id is not None}

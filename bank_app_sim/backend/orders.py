"""The states of an order for an account, from ordered to reported: a table, no I/O, no clock.

    ORDERED --approved--> APPROVED --opened--> OPENED --introduced--> INTRODUCED --posted--> REPORTED
       `-----refused----> REFUSED --refusal told--> REFUSAL_REPORTED

An account for one Dream has one more step, and its Dream may have been deleted by then:

    INTRODUCED --posted for a Dream--> POSTED --linked--> REPORTED
                                         `----Dream gone--> UNLINKED

    any that is not refused --the user is deleted at DES--> CLOSED

Each state, except the last ones, has one step to take. A step is repeated until it is written down as taken, so its
effect must happen once: the ledger changes in the same transaction as the state, and DES recognizes the user and the
account by their external ids. Linking a Dream twice to the same account links it once.
"""

import enum
from collections.abc import Collection

import attrs


class OrderState(enum.StrEnum):
    """The state of an order. The names are stored and shown."""

    ORDERED = "ORDERED"
    APPROVED = "APPROVED"
    OPENED = "OPENED"
    INTRODUCED = "INTRODUCED"
    POSTED = "POSTED"
    UNLINKED = "UNLINKED"
    REPORTED = "REPORTED"
    REFUSED = "REFUSED"
    REFUSAL_REPORTED = "REFUSAL_REPORTED"
    CLOSED = "CLOSED"

    @property
    def is_final(self) -> bool:
        return self in (OrderState.REPORTED, OrderState.UNLINKED, OrderState.REFUSAL_REPORTED, OrderState.CLOSED)


# The states in which the customer may order another account.
MAKES_ROOM = (OrderState.REFUSED, OrderState.REFUSAL_REPORTED, OrderState.CLOSED)


class OrderEvent(enum.Enum):
    """What happens to an order."""

    APPROVED = enum.auto()
    REFUSED = enum.auto()
    ACCOUNT_OPENED = enum.auto()
    CUSTOMER_INTRODUCED = enum.auto()
    ACCOUNT_POSTED = enum.auto()
    ACCOUNT_POSTED_FOR_DREAM = enum.auto()
    DREAM_LINKED = enum.auto()
    DREAM_GONE = enum.auto()
    REFUSAL_TOLD = enum.auto()


TRANSITIONS = {
    (OrderState.ORDERED, OrderEvent.APPROVED): OrderState.APPROVED,
    (OrderState.ORDERED, OrderEvent.REFUSED): OrderState.REFUSED,
    (OrderState.APPROVED, OrderEvent.ACCOUNT_OPENED): OrderState.OPENED,
    (OrderState.OPENED, OrderEvent.CUSTOMER_INTRODUCED): OrderState.INTRODUCED,
    (OrderState.INTRODUCED, OrderEvent.ACCOUNT_POSTED): OrderState.REPORTED,
    (OrderState.INTRODUCED, OrderEvent.ACCOUNT_POSTED_FOR_DREAM): OrderState.POSTED,
    (OrderState.POSTED, OrderEvent.DREAM_LINKED): OrderState.REPORTED,
    (OrderState.POSTED, OrderEvent.DREAM_GONE): OrderState.UNLINKED,
    (OrderState.REFUSED, OrderEvent.REFUSAL_TOLD): OrderState.REFUSAL_REPORTED,
}


def after(state: OrderState, event: OrderEvent) -> OrderState:
    """The state that follows; RuntimeError if the event cannot happen, which is a mistake in this program."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise RuntimeError(f"an order that is {state} cannot become {event.name}") from None


@attrs.frozen
class Order:
    """A customer's order for a savings account.

    Attributes:
        request_id: The request of DES that it answers; None if nobody requested it.
        user_id: The customer's id at DES. Until OPENED it is what the app said, if anything; then what DES says.
        dream_id: The id at DES of the Dream that the account is for; None for one account for all Dreams.
        product: The type of the account, as DES names it.
        account_external_id: The account's external id at DES; None for the id of the Dream or the user.
        account_id: The account's id at DES, once it is posted.
        savings_account: The account's name in the bank's books.
        attempts: Failed attempts at the present step.
        last_error: Why the latest of them failed.
        n: Its number among all orders; of an order that was read.
    """

    id: str
    customer: str
    request_id: str | None
    user_id: str | None
    dream_id: str | None
    product: str
    account_external_id: str | None
    account_id: str | None
    savings_account: str
    state: OrderState = attrs.field(converter=OrderState)
    ordered_at: str
    attempts: int = 0
    last_error: str | None = None
    n: int = 0


def decide(customer: str, refuses: Collection[str]) -> OrderEvent:
    """The bank's decision. A real bank asks a register, a credit bureau, or a person."""
    return OrderEvent.REFUSED if customer in refuses else OrderEvent.APPROVED

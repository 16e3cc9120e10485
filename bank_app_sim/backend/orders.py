"""How an order for an account goes from ordered to reported: a table of states, no I/O, no clock.

    ORDERED --approved--> APPROVED --opened--> OPENED --introduced--> INTRODUCED --posted--> REPORTED
       `-----refused----> REFUSED --refusal told--> REFUSAL_REPORTED

An account that is for one Dream has another step to go, and its Dream may have been deleted by then:

    INTRODUCED --posted for a Dream--> POSTED --linked--> REPORTED
                                         `----Dream gone--> UNLINKED

    any that is not refused --the user is destroyed at DES--> CLOSED

Every state but the last ones is one step to take. A step is taken again until it is written down that it was taken, so
its effect must be one that happens once: the ledger's is written in the same transaction as the state, and DES knows
the user and the account by their external ids. To link a Dream twice to one account is to link it once.
"""

import enum
from collections.abc import Collection

import attrs


class OrderState(enum.StrEnum):
    """Where an order stands; the names are what is stored and shown."""

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


# Orders that stand in nobody's way: the customer may have another account ordered.
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
    """The state that follows; RuntimeError where the event cannot happen, which is a mistake of ours."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise RuntimeError(f"an order that is {state} cannot become {event.name}") from None


@attrs.frozen
class Order:
    """A customer's order for a savings account.

    Attributes:
        n: Its place in the order of ordering.
        request_id: DES's request that it answers; None for an order that nobody requested.
        user_id: The customer's id at DES. From OPENED on it is what DES says; before, what the app said, if anything.
        dream_id: DES's id of the Dream that the account is for; None for one account for all of the customer's Dreams.
        product: What kind of account it is, as DES calls it.
        account_external_id: What to call the account at DES; None: by the Dream's id, or the user's.
        account_id: The account's id at DES, once it is posted.
        savings_account: What the account is called in the bank's own books.
        attempts: Failed attempts at the present step.
        last_error: Why the latest of them failed.
    """

    n: int
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
    attempts: int
    last_error: str | None


def decide(customer: str, refuses: Collection[str]) -> OrderEvent:
    """The bank's decision. A real one asks a register, a credit bureau, or a person."""
    return OrderEvent.REFUSED if customer in refuses else OrderEvent.APPROVED

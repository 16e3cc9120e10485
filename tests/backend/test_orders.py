"""The table of states of an order, walked in full."""

import itertools

import pytest

from bank_app_sim.backend.orders import TRANSITIONS, OrderEvent, OrderState, after, decide

POSSIBLE = {
    ("ORDERED", "APPROVED", "APPROVED"),
    ("ORDERED", "REFUSED", "REFUSED"),
    ("APPROVED", "ACCOUNT_OPENED", "OPENED"),
    ("OPENED", "CUSTOMER_INTRODUCED", "INTRODUCED"),
    ("INTRODUCED", "ACCOUNT_POSTED", "REPORTED"),
    ("INTRODUCED", "ACCOUNT_POSTED_FOR_DREAM", "POSTED"),
    ("POSTED", "DREAM_LINKED", "REPORTED"),
    ("POSTED", "DREAM_GONE", "UNLINKED"),
    ("REFUSED", "REFUSAL_TOLD", "REFUSAL_REPORTED"),
}


@pytest.mark.parametrize(("state", "event"), list(itertools.product(OrderState, OrderEvent)))
def test_an_order_goes_where_the_table_says_and_nowhere_else(state: OrderState, event: OrderEvent) -> None:
    targets = [target for source, name, target in POSSIBLE if (source, name) == (state, event.name)]

    if targets:
        assert [after(state, event)] == targets
    else:
        with pytest.raises(RuntimeError, match=f"an order that is {state} cannot become {event.name}"):
            after(state, event)


@pytest.mark.parametrize("state", OrderState)
def test_only_a_final_state_has_no_step_left(state: OrderState) -> None:
    assert state.is_final == all(source is not state for source, _ in TRANSITIONS)


@pytest.mark.parametrize("state", OrderState)
def test_every_state_ends_in_a_final_one(state: OrderState) -> None:
    """No circles: each step brings an order nearer to its end."""
    reached, longest_way = {state}, len(OrderState)

    for _ in range(longest_way):
        reached = {target for (source, _), target in TRANSITIONS.items() if source in reached} | {
            end for end in reached if end.is_final
        }

    assert reached
    assert all(end.is_final for end in reached)


def test_only_those_on_the_list_are_refused() -> None:
    assert decide("mallory", {"mallory"}) is OrderEvent.REFUSED
    assert decide("ada", {"mallory"}) is OrderEvent.APPROVED

"""What is expected is looked at whole: no thing hides another of its name, no user another, no total a difference."""

import collections
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim.journeys.expectations import observables
from bank_app_sim.journeys.expectations.books import disagreements
from bank_app_sim.journeys.expectations.expected import as_written, differences
from bank_app_sim.journeys.expectations.look import Look
from bank_app_sim.journeys.results import Outcome

from .written import failed, played, written

TWO_OF_A_NAME = """
- launch
- create a Dream: House
- launch a savehack: one time 50.00
- launch: bo
- create a Dream: {name: House, by: bo}
- launch a savehack: {savehack: one time, amount: 70.00, by: bo}
- wait: 3 days
"""
GIVEN = "{users: [ada, bo]}"


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("saved: 120.00", None),
        ("saved: 70.00", "saved: 120.00 (House of ada: 50.00, House of bo: 70.00)"),
        ("Dreams: {House: 2}", None),
        ("linked Dreams: {House: 2}", None),
        ("of: ada, saved: {House: 50.00}", None),
        ("of: bo, saved: {House: 70.00}", None),
        (
            "saved: {House: 70.00}",
            "saved: 2 Dreams have the name 'House', ada's with 50.00 and bo's with 70.00; look at one user with `of`, "
            "or name them apart",
        ),
        ("saved: {House: at least 0}", "saved: 2 Dreams have the name 'House', ada's with 50.00 and bo's with 70.00"),
    ],
)
async def test_two_dreams_of_one_name_are_two(expected: str, found: str | None) -> None:
    result = await played(written(f"{TWO_OF_A_NAME}- expect: {{{expected}}}", given=GIVEN))

    if found is None:
        assert result.outcome is Outcome.PASSED, failed(result).found
    else:
        assert failed(result).found.startswith(found)


async def test_two_dreams_of_one_user_with_one_name_are_two_and_a_step_that_means_one_says_so() -> None:
    steps = "- launch\n- create a Dream: House\n- create a Dream: House\n- expect: {Dreams: {House: 2}, saved: 0}\n"

    result = await played(written(f"{steps}- launch a savehack: weekly 50.00\n- delete the Dream: House"))
    looked_up = await played(written(f"{steps}- expect: {{saved: {{House: 0}}}}"))

    assert failed(result).number == "6"
    assert "ada has 2 Dreams 'House'; give them different names" in failed(result).found
    assert "ada's with 0.00 and ada's with 0.00" in failed(looked_up).found


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("session: open", "session: ada: open, bo: none"),
        ("session: none", "session: ada: open, bo: none"),
        ("of: ada, session: open", None),
        ("of: bo, session: none", None),
        ("of: bo, session: open", "session: none"),
        ("provisioning initiated: no", None),
        ("of: bo, provisioning initiated: no", "provisioning initiated: no such user at DES"),
    ],
)
async def test_what_is_so_of_one_user_is_not_so_of_all(expected: str, found: str | None) -> None:
    steps = "- launch\n- the user accepts: {by: bo, may do nothing: yes}\n"

    result = await played(written(f"{steps}- expect: {{{expected}}}", given=GIVEN))

    assert (failed(result).found if result.outcome is Outcome.FAILED else None) == found


@pytest.mark.parametrize("expected", ["yes", "no"])
async def test_an_account_that_is_under_way_for_one_user_only_is_neither_for_all(expected: str) -> None:
    steps = "- launch\n- launch: bo\n- create a Dream: Bike\n- launch a savehack: weekly 50.00\n"

    result = await played(written(f"{steps}- expect: {{provisioning initiated: {expected}}}", given=GIVEN))

    assert failed(result).found == "provisioning initiated: ada: yes, bo: no"


async def test_calls_of_the_app_are_a_users_also_when_the_bank_has_deleted_the_user() -> None:
    steps = (
        "- launch\n- create a Dream: Bike\n- the user declines\n- launch a savehack: weekly 50.00\n"
        "  fails: AccountProvisioningDeclined\n- the bank deletes the user\n- expect: {users: 0, callbacks: COUNT}\n"
        "- expect: {of: ada, callbacks: COUNT}"
    )

    result = await played(written(steps.replace("COUNT", "{account provisioning requested: 1}")))

    assert result.outcome is Outcome.PASSED, failed(result).found


def account(user: str, cents: int, kind: str = "SharedSavings") -> dict[str, Any]:
    return {"user": user, "type": kind, "external_id": None, "balance_cents": cents}


def dream(user: str, name: str, cents: int, **more: Any) -> dict[str, Any]:
    return {"user": user, "name": name, "balance_cents": cents, "account_id": None, "deleted_at": None, **more}


def state(**collections: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"users": {}, "accounts": {}, "dreams": {}, "books": {}, "events": {}}
    return {**empty, **collections}


def books(**cents: int) -> dict[str, Any]:
    named = {name.replace("__", ":"): {"balance_cents": each} for name, each in cents.items()}
    return {**named, "bank:funding": {"balance_cents": -sum(cents.values())}}


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (state(), []),
        (state(accounts={"1": account("ada", 5)}, books=books(savings__ada=5)), []),
        (
            # In all it is the same.
            state(accounts={"1": account("ada", 5), "2": account("bo", 7)}, books=books(savings__ada=7, savings__bo=5)),
            [
                "ada, SharedSavings: the bank has 0.07, DES says 0.05",
                "bo, SharedSavings: the bank has 0.05, DES says 0.07",
            ],
        ),
        (
            # Of the user it is the same.
            state(
                accounts={"1": account("ada", 5), "2": account("ada", 7, "Performance")},
                books=books(savings__ada=7, investments__ada__d=5),
            ),
            [
                "ada, Performance: the bank has 0.05, DES says 0.07",
                "ada, SharedSavings: the bank has 0.07, DES says 0.05",
            ],
        ),
        (
            # Of the user and the kind it is the same.
            state(
                accounts={"1": account("ada", 5), "2": account("ada", 7)},
                dreams={"d": dream("ada", "Bike", 5, account_id="1"), "e": dream("ada", "Boat", 7, account_id="2")},
                books=books(savings__ada__d=7, savings__ada__e=5),
            ),
            ["Bike of ada: the bank has 0.07, DES says 0.05", "Boat of ada: the bank has 0.05, DES says 0.07"],
        ),
        (
            state(books={"savings:ada": {"balance_cents": 0}, "current:ada": {"balance_cents": 3}}),
            ["the books sum to 0.03"],
        ),
        (state(accounts={"1": account("ada", 5)}), ["ada, SharedSavings: the bank has 0.00, DES says 0.05"]),
    ],
)
def test_books_agree_user_by_user_and_account_by_account(there: dict[str, Any], said: list[str]) -> None:
    assert disagreements(there, None) == said


def test_books_of_one_user_say_nothing_of_another() -> None:
    there = state(accounts={"1": account("ada", 5), "2": account("bo", 7)}, books=books(savings__ada=5))

    assert disagreements(there, "ada") == []
    assert disagreements(there, "bo") == ["bo, SharedSavings: the bank has 0.00, DES says 0.07"]


def look(there: dict[str, Any], customer: str | None = None) -> Look:
    return Look(state=there, messages=[], customer=customer, elapsed=timedelta(), screens={}, sessions={})


DREAMS = st.lists(
    st.tuples(st.sampled_from(["ada", "bo"]), st.sampled_from(["Bike", "Boat"]), st.integers(0, 10_000), st.booleans()),
    max_size=6,
)


@given(dreams=DREAMS, cents=st.integers(0, 100_000))
def test_what_is_saved_and_what_is_outside_are_all_there_is(
    dreams: list[tuple[str, str, int, bool]], cents: int
) -> None:
    """Whatever Dreams are called, whosever they are, and whether they are deleted."""
    there = state(
        accounts={"1": account("ada", cents), "2": account("bo", cents)},
        dreams={
            str(n): dream(who, name, each, deleted_at="2027-01-04T08:00:00Z" if is_deleted else None)
            for n, (who, name, each, is_deleted) in enumerate(dreams)
        },
    )

    for customer in (None, "ada", "bo"):
        seen = look(there, customer)
        saved = sum(each for _, _, each in observables.saved(seen))
        mine = [each for each in dreams if customer in (None, each[0]) and not each[3]]
        assert saved == sum(each[2] for each in mine)
        assert saved + observables.outside_all_dreams(seen) == observables.balance(seen)
        assert observables.dreams(seen) == collections.Counter(each[1] for each in mine)


def test_to_agree_and_not_to_are_told_apart() -> None:
    agreeing, apart = state(), state(accounts={"1": account("ada", 5)})

    assert differences(as_written({"books_agree": "yes"}), look(agreeing)) == []
    assert differences(as_written({"books_agree": "no"}), look(apart)) == []
    assert differences(as_written({"books_agree": "no"}), look(agreeing)) == [("books agree: no", "books agree: yes")]
    [(_, found)] = differences(as_written({"books_agree": "yes"}), look(apart))
    assert found == "books agree: ada, SharedSavings: the bank has 0.00, DES says 0.05"

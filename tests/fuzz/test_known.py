"""What is put where schemathesis made something up, and what is left alone."""

from typing import Any

import pytest

from .known import Known

USER = "0b5e2a52-4c0e-4d1f-9a3e-7f0c2f1d6a01"
DREAM = "5a0f7f0e-3d65-4a5b-9b1f-1d2a6c4e8b03"
LAUNCH = "9e2f4c1b-7d3a-4f60-8c59-2b1d0e9f7a05"
MADE_UP = "3c6d8076-66c3-336a-a8e0-b93067a717f2"


@pytest.fixture
def known() -> Known:
    known = Known()
    dream = {"type": "Dream", "id": DREAM, "user": {"type": "User", "id": USER}}
    known.learn({"savehackLaunches": [{"type": "WeeklyLaunch", "id": LAUNCH, "dream": dream}]})
    return known


@pytest.mark.parametrize(
    ("made_up", "expected"),
    [
        ({"dreamId": MADE_UP}, {"dreamId": DREAM}),
        ({"transaction": {"fromDreamId": MADE_UP}}, {"transaction": {"fromDreamId": DREAM}}),
        ({"savehackLaunchId": MADE_UP}, {"savehackLaunchId": LAUNCH}),
        ({"dreamId": DREAM}, {"dreamId": DREAM}),
        ({"dreamId": MADE_UP.upper()}, {"dreamId": MADE_UP.upper()}),
        ({"dreamId": ["x"], "userId": 5, "name": MADE_UP}, {"dreamId": ["x"], "userId": 5, "name": MADE_UP}),
        ({"accountId": MADE_UP}, {"accountId": MADE_UP}),
    ],
)
def test_ids_that_were_made_up_become_ids_that_exist(made_up: Any, expected: Any, known: Known) -> None:
    assert known.in_place_of(made_up, "") == expected


def test_an_id_is_named_by_the_path_or_the_list_around_it(known: Known) -> None:
    assert known.in_place_of({"id": MADE_UP}, "", "dreams") == {"id": DREAM}
    assert known.in_place_of({"users": [{"id": MADE_UP}]}, "") == {"users": [{"id": USER}]}

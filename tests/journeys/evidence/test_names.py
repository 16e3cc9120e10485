"""File names for journeys of any name."""

from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim.journeys.evidence.names import file_names
from bank_app_sim.journeys.scripts.identity import LONGEST

from .samples import HOSTILE, made


def named(*names: str) -> list[str]:
    return file_names([made(name) for name in names])


def test_a_name_that_is_safe_stays_as_it_is() -> None:
    assert named("account-while-saving", "v1.2_a") == ["account-while-saving", "v1.2_a"]


def test_a_row_is_part_of_the_name() -> None:
    assert file_names([made("saves", row="amount=50.00, who=ada")]) == ["saves--amount=50.00-who=ada"]


def test_what_would_lead_out_of_the_folder_does_not() -> None:
    assert named("../../etc/passwd", "/") == ["etc-passwd", "journey"]


def test_names_that_one_file_system_does_not_tell_apart_have_signs_of_their_own() -> None:
    names = named("Bike", "bike", "BIKE", "Boat")

    assert [name[:5] for name in names] == ["Bike-", "bike-", "BIKE-", "Boat"]
    assert len({name.casefold() for name in names}) == 4


def test_a_name_does_not_depend_on_the_order() -> None:
    """What a link leads to today it leads to tomorrow, when another journey is played before it."""
    results = [made("se/open"), made("se-open"), made("x", row="a=1, b=2"), made("x", row="a=1 b=2")]

    forwards, backwards = file_names(results), file_names(results[::-1])

    assert forwards == backwards[::-1]


def test_a_seed_is_part_of_the_name_where_there_are_several() -> None:
    assert file_names([made(seed=3), made(seed=4), made("other", seed=3)]) == [
        "saves--seed-3",
        "saves--seed-4",
        "other",
    ]


def test_a_long_name_is_cut_and_still_its_own() -> None:
    assert named("x" * 300) == ["x" * LONGEST]
    assert len(set(named("x" * 300, "x" * 200))) == 2


def test_the_devices_of_windows_are_no_names() -> None:
    assert named("con", "LPT1", "aux.x", "console") == ["journey-con", "journey-LPT1", "journey-aux.x", "console"]


def test_markup_leaves_nothing_to_run() -> None:
    assert named(HOSTILE) == ["img-src=x-onerror=alert-1-script-script-alert-2-script"]


@given(st.lists(st.builds(made, st.text(), row=st.text()), max_size=8))
def test_every_journey_has_a_short_name_of_its_own_of_plain_letters(results: list[object]) -> None:
    names = file_names(results)  # type: ignore[arg-type]

    assert len({name.casefold() for name in names}) == len(results)
    for name in names:
        assert name.isascii()
        assert not set(name) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.=")
        assert name[0] not in "-."
        assert len(name) <= LONGEST + len("journey--8")

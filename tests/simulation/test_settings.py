"""The settings of a world: one value, from which every face derives its own names."""

import re
from datetime import timedelta
from typing import Annotated, Any, get_origin, get_type_hints

import attrs
import click
import pytest

from bank_app_sim import Simulation
from bank_app_sim.cli.serve import serve
from bank_app_sim.journeys.given import GIVEN, given, shown
from bank_app_sim.simulation.remote.settings import FIELDS, arguments, as_json
from bank_app_sim.simulation.settings import DEFAULTS, SETTINGS, START, Kind, SettingsKeywords, WorldSettings

NAMES = [field.name for field in attrs.fields(WorldSettings)]


def test_every_attribute_is_a_setting_with_a_meaning_and_a_word() -> None:
    hints = get_type_hints(WorldSettings, include_extras=True)

    assert {get_origin(hints[name]) for name in NAMES} == {Annotated}
    assert list(SETTINGS) == NAMES
    assert all(setting.meaning.endswith(".") and setting.word for setting in SETTINGS.values())


def test_the_keywords_of_a_simulation_are_the_settings() -> None:
    value, keywords = get_type_hints(WorldSettings), get_type_hints(SettingsKeywords)

    assert keywords.keys() == value.keys()
    for name, setting in SETTINGS.items():
        if setting.kind not in (Kind.CHOICE, Kind.CUSTOMERS):  # where keywords may be plain words, and tuples
            assert keywords[name] == value[name], name


def test_every_setting_is_a_field_of_the_control_plane_and_of_scripts() -> None:
    assert [name.removesuffix("_seconds") for name in FIELDS] == ["seed", *NAMES]
    assert [field.parameter for field in GIVEN.arguments] == ["users", *NAMES]


def test_the_control_plane_reads_what_a_player_writes() -> None:
    settings = WorldSettings(refuses=("bo", "ada"), account_setup="one SharedSavings per Dream")
    body = as_json(7, settings)

    read = {name: FIELDS[name].read(value) for name, value in body.items()}
    assert {"seed": 7, **attrs.asdict(settings, recurse=False)} == arguments(read) | {"refuses": settings.refuses}


def test_serve_has_an_option_for_each_setting_that_names_one() -> None:
    options = {option.opts[0]: option.name for option in serve.params if isinstance(option, click.Option)}

    for name, setting in SETTINGS.items():
        assert (options.get(setting.option) == name) is bool(setting.option), name


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("decision_after", timedelta(hours=36), "1 day 12 hours"),
        ("opening_balance_cents", 5, "0.05"),
        ("webhooks", True, "yes"),
        ("refuses", ("ada", "bo"), "ada, bo"),
        ("session_renewal", "token", "ID tokens"),
        ("start", START, "2027-01-04 08:00"),
    ],
)
def test_evidence_shows_a_setting_as_a_script_has_it(name: str, value: object, written: str) -> None:
    assert shown({name: value}) == {"users": "ada", SETTINGS[name].word: written}


def test_a_script_settles_once_a_day_and_a_simulation_once_an_hour() -> None:
    assert (given().settings.settle_every, DEFAULTS.settle_every) == (timedelta(days=1), timedelta(hours=1))


@pytest.mark.parametrize(
    ("keywords", "sentence"),
    [
        ({"refuses": "ada"}, "give the names of customers in a tuple, such as ('ada',), and not the text 'ada'"),
        ({"decision_aftr": timedelta()}, "Simulation has no argument 'decision_aftr'; did you mean 'decision_after'?"),
        ({"access_token_lifetime": None}, "access_token_lifetime must be a timedelta, not None"),
    ],
)
def test_a_wrong_keyword_is_a_type_error_that_says_what_to_give(keywords: dict[str, Any], sentence: str) -> None:
    with pytest.raises(TypeError, match=re.escape(sentence)):
        Simulation(**keywords)

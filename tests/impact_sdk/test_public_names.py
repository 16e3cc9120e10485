"""What the package promises to export, and that each of it explains itself."""

import inspect
import typing

import pytest

import impact_sdk
from impact_sdk import ImpactAPI
from impact_sdk.exports import MODULE_OF


def test_the_public_names_are_sorted_and_all_there() -> None:
    names = vars(impact_sdk)["__all__"]

    assert {*names} == MODULE_OF.keys()
    assert names == sorted(names, key=lambda name: (not name.isupper(), name))  # as ruff wants them
    assert len(set(names)) == len(names)
    assert all(hasattr(impact_sdk, name) for name in names)


def test_every_error_is_public_and_has_the_one_base() -> None:
    errors = {
        name
        for name, error in vars(impact_sdk.errors).items()
        if inspect.isclass(error) and issubclass(error, Exception)
    }

    assert errors <= set(MODULE_OF)
    assert all(issubclass(getattr(impact_sdk, name), impact_sdk.ImpactError) for name in errors)


def test_every_error_stands_in_the_tree_on_top_of_its_file() -> None:
    tree = impact_sdk.errors.__doc__ or ""
    drawn = [line.split()[0] for line in tree.splitlines()[2:] if line.strip()]
    defined = [
        name
        for name, error in vars(impact_sdk.errors).items()
        if inspect.isclass(error) and issubclass(error, Exception)
    ]

    assert sorted(drawn) == sorted(defined)


def test_every_public_class_and_method_has_a_docstring() -> None:
    missing = []
    for name in MODULE_OF:
        thing = getattr(impact_sdk, name)
        if typing.get_origin(thing) is not None:  # a type of callbacks, which `register()` explains
            continue
        if not inspect.getdoc(thing) or (thing.__doc__ or "").startswith("Method generated"):
            missing.append(name)
        for attribute, member in getattr(thing, "__dict__", {}).items():  # a union of types has none
            is_public = not attribute.startswith("_") and inspect.isfunction(member)
            if is_public and not inspect.getdoc(member) and not getattr(thing, "_is_protocol", False):
                missing.append(f"{name}.{attribute}")

    assert missing == []


def test_dir_of_the_package_has_the_public_names_and_no_other() -> None:
    assert dir(impact_sdk) == sorted([*MODULE_OF, "__version__"])


GROUPS = ["users", "accounts", "dreams", "savehacks", "savehack_launches", "transactions", "transfer_consents"]
GROUPS += ["events", "sandbox"]


@pytest.mark.parametrize("group", GROUPS)
def test_what_the_api_has_is_found_on_its_class_with_its_type_and_a_line(group: str) -> None:
    found = inspect.getattr_static(ImpactAPI, group)
    kind = typing.get_type_hints(found.func)["return"]

    assert group in dir(ImpactAPI)
    assert inspect.getdoc(found)
    assert getattr(impact_sdk, kind.__name__) is kind


def test_every_type_of_ours_in_a_public_signature_is_public() -> None:
    """What a wrapper needs to annotate its own functions."""
    strange: set[str] = set()
    public = {name: getattr(impact_sdk, name) for name in MODULE_OF}
    for name in MODULE_OF:
        thing = getattr(impact_sdk, name)
        if not inspect.isclass(thing):
            continue
        for member, function in inspect.getmembers(thing, inspect.isfunction):
            if not member.startswith("_"):
                strange |= {
                    f"{name}.{member}: {each.__name__}"
                    for hint in typing.get_type_hints(function, localns=public).values()
                    for each in _classes(hint)
                    if each.__module__.startswith("impact_sdk") and each.__name__ not in MODULE_OF
                }

    assert strange == {"Secret.encode: ConcealedBytes"}  # bytes, to whoever annotates


def _classes(hint: typing.Any) -> typing.Iterator[type]:
    if isinstance(hint, type) and not typing.get_args(hint):
        yield hint
    for argument in typing.get_args(hint):
        yield from _classes(argument) if not isinstance(argument, list) else ()

"""What the package promises to export, and that each of it explains itself."""

import inspect

import impact_sdk


def test_the_public_names_are_sorted_and_all_there() -> None:
    names = impact_sdk.__all__

    assert list(names) == sorted(names)
    assert len(set(names)) == len(names)
    assert all(hasattr(impact_sdk, name) for name in names)


def test_every_error_is_public_and_has_the_one_base() -> None:
    errors = {
        name
        for name, error in vars(impact_sdk.errors).items()
        if inspect.isclass(error) and issubclass(error, Exception)
    }

    assert errors <= set(impact_sdk.__all__)
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
    for name in impact_sdk.__all__:
        thing = getattr(impact_sdk, name)
        if not inspect.getdoc(thing) or (thing.__doc__ or "").startswith("Method generated"):
            missing.append(name)
        for attribute, member in vars(thing).items():
            is_public = not attribute.startswith("_") and inspect.isfunction(member)
            if is_public and not inspect.getdoc(member) and not getattr(thing, "_is_protocol", False):
                missing.append(f"{name}.{attribute}")

    assert missing == []

"""What a host's start pays for: a module is imported when something in it is first asked for."""

import ast
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import impact_sdk
from impact_sdk.exports import PUBLIC

HEAVY = ["aiohttp", "cattrs", "email", "h2", "httpcore", "httpx", "httpx2", "opentelemetry", "orjson", "ssl"]
HEAVY += ["bank_app_sim", "pytest", "standardwebhooks"]


def loaded_by(code: str, *asked: str) -> set[str]:
    """Which of the modules `asked` for an interpreter of its own has after `code`."""
    told = f"import sys\n{code}\nprint(*sorted({set(asked)!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


@pytest.mark.parametrize("code", ["import impact_sdk", "from impact_sdk import *\nImpactAPI, ImpactSDK, Weekly"])
def test_no_import_of_the_sdk_loads_what_only_requests_need(code: str) -> None:
    assert loaded_by(code, *HEAVY) == set()


def test_importing_the_package_alone_loads_none_of_its_modules_and_no_dependency() -> None:
    ours = [f"impact_sdk.{path.stem}" for path in Path(impact_sdk.__file__).parent.iterdir() if path.stem != "exports"]

    assert loaded_by("import impact_sdk", *ours, "anyio", "attr", "attrs", "asyncio", "logging", "inspect") == set()


def test_the_names_for_type_checkers_those_at_run_time_and_all_are_the_same() -> None:
    blocks = [node for node in ast.parse(Path(impact_sdk.__file__).read_text()).body if isinstance(node, ast.If)]
    imported = [node for block in blocks for node in block.body if isinstance(node, ast.ImportFrom)]
    for_checkers = [(str(node.module), alias.name) for node in imported for alias in node.names]
    at_run_time = [(module, name) for module, names in PUBLIC.items() for name in names.split()]

    # A type checker takes a name as exported if it is imported as itself.
    assert all(alias.asname == alias.name for node in imported for alias in node.names)
    # `__version__` is there, and a star does not bring it.
    assert sorted([*at_run_time, ("version", "__version__")]) == sorted(for_checkers)
    assert sorted(vars(impact_sdk)["__all__"]) == sorted(name for _, name in at_run_time)


def test_what_is_imported_at_first_use_stays_the_same_thing() -> None:
    from impact_sdk import Weekly

    assert impact_sdk.Weekly is Weekly is impact_sdk.models.Weekly
    assert pickle.loads(pickle.dumps(Weekly)) is Weekly
    assert pickle.loads(pickle.dumps(Weekly(amount_cents=100, weekday=0))) == Weekly(amount_cents=100, weekday=0)


def test_dir_and_star_have_all_public_names_before_any_is_used() -> None:
    code = (
        "import impact_sdk; before = dir(impact_sdk)\n"
        "from impact_sdk import *\n"
        "print(set(impact_sdk.__all__) <= set(before), set(impact_sdk.__all__) <= set(globals()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.split() == ["True", "True"]


def test_a_module_that_was_not_imported_is_there_all_the_same() -> None:
    assert loaded_by("import impact_sdk; impact_sdk.errors.NotSent", "impact_sdk.errors") == {"impact_sdk.errors"}


def test_a_name_that_there_is_not_is_an_attribute_error_and_one_to_mypy() -> None:
    with pytest.raises(AttributeError, match="module 'impact_sdk' has no attribute 'Weakly'"):
        impact_sdk.Weakly  # type: ignore[attr-defined]  # noqa: B018  # mypy warns of it where it is not needed
    with pytest.raises(ImportError, match="cannot import name 'Weakly' from 'impact_sdk'"):
        from impact_sdk import Weakly  # type: ignore[attr-defined]  # noqa: F401

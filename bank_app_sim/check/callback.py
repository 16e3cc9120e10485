"""Finds the callback with a name such as MODULE:CALLABLE, from the current folder."""

import difflib
import importlib
import os
import pkgutil
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .stage import Callback

EXAMPLE = "mybank.callbacks:open_account"


class NoCallback(Exception):
    """The name leads to nothing that can be checked. The message says what exists instead."""


def find_callback(target: str) -> Callback:
    """The callable of that name.

    This imports the module from the current folder, and so runs it.

    Raises:
        NoCallback: There is no such module or attribute, it cannot be imported, or it cannot be called.
    """
    module_name, _, attribute = target.partition(":")
    if not module_name or not attribute:
        raise NoCallback(f"{target!r} does not name a callback; write MODULE:CALLABLE, for example {EXAMPLE}")
    if "/" in module_name or module_name.endswith(".py"):
        dotted = module_name.removesuffix(".py").strip("./").replace("/", ".")
        raise NoCallback(f"{module_name!r} is a file; name the module, as in {dotted}:{attribute}")
    found: Any = _imported(module_name)
    for depth, name in enumerate(attribute.split(".")):
        owner = ".".join([module_name, *attribute.split(".")[:depth]])
        found = _attribute(found, name, owner)
    if not callable(found):
        raise NoCallback(f"{target} is of type {type(found).__name__}, which cannot be called; name a function")
    return found  # type: ignore[no-any-return]


def _imported(name: str) -> Any:
    here = os.getcwd()
    if here not in sys.path:
        sys.path.insert(0, here)
    importlib.invalidate_caches()
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not (name == error.name or name.startswith(f"{error.name}.")):
            raise NoCallback(_failure(name, error)) from error
        raise NoCallback(
            f"there is no module {error.name!r} in {here}{_nearest(error.name, _modules(error.name))}"
        ) from error
    except (Exception, SystemExit) as error:
        raise NoCallback(_failure(name, error)) from error


def _attribute(owner: Any, name: str, owner_name: str) -> Any:
    try:
        return getattr(owner, name)
    except AttributeError as error:
        there = [each for each in dir(owner) if not each.startswith("_")]
        raise NoCallback(f"{owner_name} has no {name!r}{_nearest(name, there)}") from error


def _modules(name: str) -> list[str]:
    """The modules beside a missing one, by their full names."""
    package, _, _ = name.rpartition(".")
    paths = list(getattr(sys.modules[package], "__path__", ())) if package in sys.modules else [os.getcwd()]
    prefix = f"{package}." if package in sys.modules else ""
    return [f"{prefix}{module.name}" for module in pkgutil.iter_modules(paths)]


def _nearest(name: str, there: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(there), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


def _failure(name: str, error: BaseException) -> str:
    """What went wrong in their module, and where, without a traceback."""
    if isinstance(error, SyntaxError):
        place = f"{error.filename}, line {error.lineno}"
        return f"{name} cannot be imported: {type(error).__name__}: {error.msg} ({_short(place)})"
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not _is_of_the_import(frame.filename)]
    place = f" ({_short(frames[-1].filename)}, line {frames[-1].lineno})" if frames else ""
    return f"{name} cannot be imported: {said}{place}"


def _is_of_the_import(filename: str) -> bool:
    return filename.startswith("<frozen") or filename in (__file__, importlib.__file__)


def _short(path: str) -> str:
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return path

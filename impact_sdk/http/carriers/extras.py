"""Packages that only some options need: if one is missing, the error says what to install."""

import importlib.util

from ...errors import ConfigurationError


def require(module: str, what: str, package: str) -> None:
    """`ConfigurationError` if a module is not installed.

    Args:
        what: The option that needs it, such as `http2=True`.
        package: What to give to pip.
    """
    if importlib.util.find_spec(module) is None:
        raise ConfigurationError(f'{what} needs a package that is not installed: pip install "{package}"')


def require_extra(module: str, what: str, extra: str) -> None:
    """The same for a module of one of our extras."""
    require(module, what, f"impact-sdk[{extra}]")

"""The pytest plugin that loads the simulator's plugin; `-p no:bank-app-sim` turns it off.

Every run of pytest loads it where the SDK is installed. So it is small, and does nothing where pytest is older than
the simulator's plugin can be.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

OLDEST_PYTEST = 7
SIMULATOR = "bank_app_sim.pytest_plugin"


def pytest_addoption(parser: "pytest.Parser", pluginmanager: "pytest.PytestPluginManager") -> None:
    """Register the simulator's plugin, or one that says that it is not installed."""
    import pytest

    if int(pytest.__version__.partition(".")[0]) < OLDEST_PYTEST or pluginmanager.has_plugin(SIMULATOR):
        return
    plugin: object
    try:
        plugin = import_module(SIMULATOR)
    except ModuleNotFoundError as error:
        if error.name != "bank_app_sim":  # as the simulator and its stand-in name themselves
            raise
        from .pytest_without import WithoutSimulator

        plugin = WithoutSimulator(str(error))
    pluginmanager.register(plugin, SIMULATOR)

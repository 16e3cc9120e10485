"""The program `bank-app-sim`."""

import sys
from importlib import import_module


def main() -> None:
    """Run the simulator's program. If the simulator, or a part of it, is missing, say so and exit with 2."""
    try:
        program = import_module("bank_app_sim.__main__")
    except ModuleNotFoundError as error:
        if error.name != "bank_app_sim":  # as the simulator and its stand-in name themselves
            raise
        sys.stderr.write(f"Error: {error}\n")
        sys.exit(2)
    program.main()

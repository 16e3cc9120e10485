"""The program: `bank-app-sim`, or `python -m bank_app_sim` where that is not on the path."""

import sys


def main() -> None:
    """Read the command line and do what it says; Ctrl-C ends it quietly, also while all of it is being loaded."""
    try:
        from .cli import main as command_line

        command_line()
    except KeyboardInterrupt:
        sys.stderr.write("Aborted!\n")
        sys.exit(130)


if __name__ == "__main__":
    main()

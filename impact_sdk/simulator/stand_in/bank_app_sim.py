"""In the place of the simulator where only the SDK is installed: whoever imports or runs it reads what to install.

The wheel has it beside `impact_sdk`. The simulator is a folder of the same name, which Python takes first.
"""

import sys

NOT_INSTALLED = (
    'the simulator is not installed: it is an extra of the SDK; install it with: pip install "impact-sdk[simulator]"'
)

if __name__ == "__main__":
    sys.stderr.write(f"Error: {NOT_INSTALLED}\n")
    sys.exit(2)

raise ModuleNotFoundError(NOT_INSTALLED, name=__name__)

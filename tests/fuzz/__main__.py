"""Serve a sandbox and let schemathesis loose on it: as the bank's backend and as a user, side by side.

uv run python -m tests.fuzz
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.simulation.served import served

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


def main() -> int:
    """The exit code: 0 where the sandbox has kept the contract with both."""
    # A sandbox for each: the one deletes users while the other is one.
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder, "bank")) as of_bank,
        served(Path(folder, "user")) as of_user,
    ):
        runs = {"bank": start("bank", of_bank.ready), "user": start("user", of_user.ready)}
        for principal, run in runs.items():
            output, _ = run.communicate()
            print(f"\nThe sandbox and schemathesis as {principal}\n{output}")
    return max(run.returncode for run in runs.values())


def start(principal: str, ready: Mapping[str, Any]) -> "subprocess.Popen[str]":
    """Begin a run against the sandbox that printed this line; `hooks.py` takes it from there."""
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION)]
    return subprocess.Popen(
        [*command, "run", f"{ready['des_url']}/openapi.json"],
        env={**os.environ, "FUZZ_PRINCIPAL": principal, "FUZZ_SANDBOX": json.dumps(ready)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


if __name__ == "__main__":
    sys.exit(main())

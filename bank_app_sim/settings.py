"""What every world has in common, and what a served one keeps beside its databases."""

import os
from pathlib import Path

from .ids import Ids

TENANT = "demo"
CLIENT_ID = "demo-bank"

SECRET_FILE = "client_secret"


def client_secret(folder: Path | None, ids: Ids) -> str:
    """The bank's secret at DES: kept in the folder of a served world, so that it outlives a restart."""
    if folder is None:
        return ids.secret()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / SECRET_FILE
    if not file.exists():
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            opened.write(ids.secret())
    return file.read_text()

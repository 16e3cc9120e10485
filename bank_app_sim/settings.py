"""What every world has in common, and what a served one keeps beside its databases."""

import contextlib
import os
import tempfile
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
        # Of several processes that start together one is first, and none may read half a secret: it appears whole.
        with tempfile.NamedTemporaryFile("w", dir=folder) as whole, contextlib.suppress(FileExistsError):
            whole.write(ids.secret())
            whole.flush()
            os.link(whole.name, file)
    return file.read_text()

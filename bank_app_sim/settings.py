"""What every world has in common, and what a served one keeps beside its databases."""

import base64
import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from . import private_files
from .ids import Ids

TENANT = "demo"
CLIENT_ID = "demo-bank"

SECRET_FILE = "client_secret"
WEBHOOK_SECRET_FILE = "webhook_secret"

# All that a served world puts into its folder; databases have their logs beside them.
_OURS = (SECRET_FILE, WEBHOOK_SECRET_FILE, "des.sqlite3", "backend.sqlite3", "worlds")


def client_secret(folder: Path | None, ids: Ids) -> str:
    """The bank's secret at DES: kept in the folder of a served world, so that it outlives a restart."""
    return _kept(folder, SECRET_FILE, ids.secret)


def webhook_secret(folder: Path | None, ids: Ids) -> str:
    """What DES signs its webhooks to the bank with: 32 bytes, as Standard Webhooks writes them; kept likewise."""
    return _kept(folder, WEBHOOK_SECRET_FILE, lambda: "whsec_" + base64.b64encode(bytes.fromhex(ids.secret())).decode())


def _kept(folder: Path | None, name: str, made: Callable[[], str]) -> str:
    if folder is None:
        return made()
    private_files.make_folder(folder, is_ours=lambda name: name.startswith(_OURS))
    file = folder / name
    if file.exists():
        private_files.make_file(file)
    else:
        # Of several processes that start together one is first, and none may read half a secret: it appears whole.
        with tempfile.NamedTemporaryFile("w", dir=folder) as whole, contextlib.suppress(FileExistsError):
            os.chmod(whole.name, private_files.FILE_MODE)  # whatever the umask
            whole.write(made())
            whole.flush()
            os.link(whole.name, file)
    return file.read_text()

"""The secrets that DES and the bank share; a served world keeps them in files beside its databases."""

import base64
import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from ..server import private_files
from ..server.ids import Ids
from ..server.secret_rules import what_is_wrong_with_client_secret, what_is_wrong_with_webhook_secret

SECRET_FILE = "client_secret"
WEBHOOK_SECRET_FILE = "webhook_secret"

# All that a served world puts into its folder; databases have their logs beside them.
_OURS = (SECRET_FILE, WEBHOOK_SECRET_FILE, "des.sqlite3", "backend.sqlite3", "worlds")


class UnusableSecret(Exception):
    """A file that holds no secret; the message says why, and the way out."""


def client_secret(folder: Path | None, ids: Ids) -> str:
    """The bank's secret at DES: kept in the folder of a served world, so that it outlives a restart.

    Raises:
        UnusableSecret: Somebody has put something else into the file.
    """
    return _kept(folder, SECRET_FILE, ids.secret, what_is_wrong_with_client_secret)


def webhook_secret(folder: Path | None, ids: Ids) -> str:
    """What DES signs its webhooks to the bank with: 32 bytes, as Standard Webhooks writes them; kept likewise."""

    def made() -> str:
        return "whsec_" + base64.b64encode(bytes.fromhex(ids.secret())).decode()

    return _kept(folder, WEBHOOK_SECRET_FILE, made, what_is_wrong_with_webhook_secret)


def _kept(
    folder: Path | None, name: str, made: Callable[[], str], what_is_wrong_with: Callable[[str], str | None]
) -> str:
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
    try:
        secret = file.read_text(encoding="utf-8").strip()  # whoever writes it by hand ends the line
    except UnicodeDecodeError:
        secret = ""
    if wrong := what_is_wrong_with(secret):
        raise UnusableSecret(f"what is in {file} {wrong}; write another secret into it, or delete it, and one is made")
    return secret

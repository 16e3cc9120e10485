"""The secrets that DES and the bank share; a served world keeps them in files beside its databases."""

import base64
import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Self

import attrs

from ..server import private_files
from ..server.ids import Ids
from ..server.secret_rules import what_is_wrong_with_client_secret, what_is_wrong_with_webhook_secret

SECRET_FILE = "client_secret"
WEBHOOK_SECRET_FILE = "webhook_secret"

# The names of everything that a served world puts into its folder; log files of databases begin with theirs.
_OURS = (SECRET_FILE, WEBHOOK_SECRET_FILE, "des.sqlite3", "backend.sqlite3", "worlds")


class UnusableSecret(Exception):
    """A file has no usable secret; the message says why, and the way out."""


@attrs.frozen
class Secrets:
    """What DES and the bank know of each other, and nobody else does.

    Attributes:
        client: The bank's client secret at DES.
        webhook: The secret with which DES signs its webhooks; None for a bank without webhooks.
    """

    client: str = attrs.field(repr=False)
    webhook: str | None = attrs.field(repr=False)

    @classmethod
    def made(cls, ids: Ids, *, webhooks: bool) -> Self:
        """New secrets."""
        return cls(ids.secret(), _new_webhook_secret(ids) if webhooks else None)

    @classmethod
    def kept(cls, folder: Path, ids: Ids, *, webhooks: bool) -> Self:
        """The secrets in the folder of a served world, so that they outlive a restart; missing ones are made.

        Raises:
            UnusableSecret: A file contains something else.
        """
        return cls(client_secret(folder, ids), webhook_secret(folder, ids) if webhooks else None)


def client_secret(folder: Path, ids: Ids) -> str:
    """The bank's client secret at DES, as `Secrets.kept()` reads it."""
    return _kept(folder, SECRET_FILE, ids.secret, what_is_wrong_with_client_secret)


def webhook_secret(folder: Path, ids: Ids) -> str:
    """The secret of webhooks, as `Secrets.kept()` reads it."""
    return _kept(folder, WEBHOOK_SECRET_FILE, lambda: _new_webhook_secret(ids), what_is_wrong_with_webhook_secret)


def _new_webhook_secret(ids: Ids) -> str:
    """32 bytes, as Standard Webhooks writes them."""
    return "whsec_" + base64.b64encode(bytes.fromhex(ids.secret())).decode()


def _kept(folder: Path, name: str, made: Callable[[], str], what_is_wrong_with: Callable[[str], str | None]) -> str:
    private_files.make_folder(folder, is_ours=lambda name: name.startswith(_OURS))
    file = folder / name
    if file.exists():
        private_files.make_file(file)
    else:
        _make(file, made)
    try:
        secret = file.read_text(encoding="utf-8").strip()  # an editor may have added the end of the line
    except UnicodeDecodeError:
        secret = ""
    if wrong := what_is_wrong_with(secret):
        raise UnusableSecret(f"the secret in {file} {wrong}; write another one, or delete the file to get a new one")
    return secret


def _make(file: Path, made: Callable[[], str]) -> None:
    """Write a new secret. The file appears complete: another process that starts now must not read half of it."""
    with tempfile.NamedTemporaryFile("w", dir=file.parent) as whole, contextlib.suppress(FileExistsError):
        os.chmod(whole.name, private_files.FILE_MODE)  # whatever the umask is
        whole.write(made())
        whole.flush()
        os.link(whole.name, file)  # fails where another process was first

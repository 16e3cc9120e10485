"""Files that only this user may read: databases hold a private key, webhook secrets and what users save.

Windows has no such modes: there the rights of the folder apply, as everywhere in the user's profile.
"""

import logging
import os
import stat
from collections.abc import Callable
from pathlib import Path

logger = logging.getLogger(__name__)

FOLDER_MODE = 0o700
FILE_MODE = 0o600

_HAS_MODES = os.name == "posix"


def make_folder(folder: Path, *, is_ours: Callable[[str], bool] = lambda _name: True) -> None:
    """Make a folder for this user alone, whatever the umask; folders above it get the usual mode.

    If the folder exists and holds only our files, it is closed to others, and the log says so. Any other folder keeps
    its mode, because it may be somebody's home: the files in it are private by themselves.

    Args:
        is_ours: Whether a file with this name is ours.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(FOLDER_MODE)
    except FileExistsError:
        if _is_open_to_others(folder) and all(is_ours(name) for name in os.listdir(folder)):
            _tighten(folder, FOLDER_MODE)
    else:
        _set(folder, FOLDER_MODE)


def make_file(file: Path, *beside: Path) -> None:
    """Make an empty file for this user alone, whatever the umask. An existing one is closed to others; that is logged.

    Args:
        beside: Files that belong to it and that another program makes: closed to others too, if they exist.
    """
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, FILE_MODE))
    except FileExistsError:
        for each in (file, *beside):
            if each.is_file() and _is_open_to_others(each):
                _tighten(each, FILE_MODE)
    else:
        _set(file, FILE_MODE)


def _is_open_to_others(path: Path) -> bool:
    return _HAS_MODES and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _tighten(path: Path, mode: int) -> None:
    was = stat.S_IMODE(path.stat().st_mode)
    try:
        path.chmod(mode)
    except PermissionError:
        logger.warning("others can look into %s (mode %04o), and it belongs to somebody else who lets them", path, was)
    else:
        logger.warning("others could look into %s (mode %04o): now it is for you alone (mode %04o)", path, was, mode)


def _set(path: Path, mode: int) -> None:
    if _HAS_MODES:
        path.chmod(mode)

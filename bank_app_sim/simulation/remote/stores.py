"""Where worlds keep their data: a folder of SQLite files for each, or schemas in PostgreSQL."""

import contextlib
import re
import shutil
from pathlib import Path
from typing import Protocol

from ...server import private_files
from ...server.database import file_address, postgresql_address

ACTORS = ("des", "backend")

# A world's id has so many hexadecimal digits.
ID_LENGTH = 12

# A world ends with its server. So no commit has to wait for the disk.
_WITHOUT_WAITING = "-c synchronous_commit=off"


class Store(Protocol):
    """Places for the databases of worlds."""

    def address(self, id: str) -> str:
        """The `database` of a new world's `Simulation`."""

    def remove(self, id: str) -> None:
        """Delete the data of a world."""

    def clear(self) -> None:
        """Delete the data of worlds whose servers have ended."""


class Files:
    """A folder for each world.

    Args:
        folder: The folder of all worlds, with nothing else in it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def address(self, id: str) -> str:
        private_files.make_folder(self._folder)
        private_files.make_folder(self._folder / id)
        return file_address(self._folder / id, synchronous="OFF")

    def remove(self, id: str) -> None:
        shutil.rmtree(self._folder / id)
        with contextlib.suppress(OSError):  # other worlds are in it
            self._folder.rmdir()

    def clear(self) -> None:
        if self._folder.exists():
            shutil.rmtree(self._folder)


class Schemas:
    """Two schemas for each world, in the database that the server uses itself.

    Args:
        url: The server's database.
    """

    def __init__(self, url: str) -> None:
        self._url = postgresql_address(url)
        named = self._url.query.get("schema")
        self._prefix = f"{named}_world_" if isinstance(named, str) else "world_"

    def address(self, id: str) -> str:
        given = self._url.query.get("options", "")
        options = " ".join([given] if isinstance(given, str) else given)
        changed = {"schema": f"{self._prefix}{id}", "options": f"{options} {_WITHOUT_WAITING}".strip()}
        return self._url.update_query_dict(changed).render_as_string(hide_password=False)

    def remove(self, id: str) -> None:
        from ...server.database import schemas

        schemas.drop(self._plain, [f"{self._prefix}{id}_{actor}" for actor in ACTORS])

    def clear(self) -> None:
        from ...server.database import schemas

        length = len(self._prefix) + ID_LENGTH
        left = schemas.unused(self._plain, prefix=self._prefix, length=length)
        schemas.drop(self._plain, [name for name in left if self._is_of_a_world(name)])

    def _is_of_a_world(self, name: str) -> bool:
        whole = rf"{re.escape(self._prefix)}[0-9a-f]{{{ID_LENGTH}}}_({'|'.join(ACTORS)})"
        return re.fullmatch(whole, name) is not None

    @property
    def _plain(self) -> str:
        return self._url.render_as_string(hide_password=False)


def store(data: Path, database: str | None) -> Store:
    """Where the worlds of a server keep their data, by where the server keeps its own."""
    return Files(data / "worlds") if database is None else Schemas(database)

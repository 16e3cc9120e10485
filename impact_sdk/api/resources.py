"""One resource of the API: how it is made, fetched and changed. Each is one request, and one value below one key."""

from collections.abc import Mapping
from typing import Generic, TypeVar, Unpack

import attrs

from .. import wire
from ..addresses import segment
from ..http.options import CallOptions, PostOptions
from ..http.replies import read
from ..http.request import Asked
from ..http.transport import Transport

T = TypeVar("T")


@attrs.frozen
class Resource(Generic[T]):
    """One resource of the API.

    Attributes:
        path: Such as `/v1/dreams`.
        root: The key of the value in bodies, such as `dream`.
        kind: The class of the value.
        id_name: The argument of the methods that holds the id, such as `dream_id`.
    """

    path: str
    root: str
    kind: type[T]
    id_name: str = attrs.field()

    @id_name.default
    def _(self) -> str:
        return f"{self.root}_id"

    async def create(self, transport: Transport, values: Mapping[str, object], **options: Unpack[PostOptions]) -> T:
        """Make one. A value of None is left out."""
        body = wire.body(self.root, wire.given(values))
        return await self.ask(transport, "POST", self.path, body=body, **options)

    async def get(self, transport: Transport, id: str, **options: Unpack[CallOptions]) -> T:
        """Fetch one."""
        return await self.ask(transport, "GET", self.path_of(id), **options)

    async def change(
        self, transport: Transport, id: str, values: Mapping[str, object], **options: Unpack[CallOptions]
    ) -> T:
        """Change one. UNSET is left out, None clears."""
        return await self.ask(transport, "PATCH", self.path_of(id), body=wire.body(self.root, values), **options)

    async def ask(self, transport: Transport, method: str, path: str, **asked: Unpack[Asked]) -> T:
        """Any request whose answer has the value."""
        return read(await transport.request(method, path, **asked), self.root, self.kind)

    def path_of(self, id: str) -> str:
        """The path of one; `ConfigurationError` if the id cannot stand in an address."""
        return f"{self.path}/{segment(self.id_name, id)}"

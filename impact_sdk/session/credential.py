"""In whose name a session's requests are sent: its cookie, and a newer one when DES does not know it any more."""

from ..http.headers import Proof
from ..http.replies import Reply
from ..http.transport import Auth, Transport
from .lifetime import Lifetime


class Credential(Auth):
    """The proof of one session."""

    def __init__(self, lifetime: Lifetime) -> None:
        self._lifetime = lifetime

    @property
    def owner(self) -> object:
        return self._lifetime

    async def headers(self, asking: Transport) -> Proof:
        await self._lifetime.ready()
        return self._lifetime.validity.cookie.headers

    async def refused(self, proof: Proof) -> bool:
        if not self._lifetime.has_ended and proof != self._lifetime.validity.cookie.headers:
            return True  # there is a newer cookie since
        return await self._lifetime.recovered()

    def answered(self, reply: Reply) -> None:
        self._lifetime.validity.answered(reply)

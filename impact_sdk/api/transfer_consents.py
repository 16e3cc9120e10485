"""`/v1/transfer-consents`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Unpack

import attrs

from .. import wire
from ..arguments import required
from ..errors import OutcomeUnknown, ServerError
from ..http.options import CallOptions, PostOptions
from ..http.transport import Transport
from ..models import TransferConsent, TransferConsentTicket
from .naming import called_by_name
from .resources import Resource

PATH = "/v1/transfer-consents"
CONSENT = Resource(PATH, "transferConsent", TransferConsent, "consent_id")
TICKET = Resource(PATH, "transferConsentRequest", TransferConsentTicket)


@called_by_name
@attrs.frozen
class TransferConsents:
    """The users' consents to the transfers of savehacks."""

    _transport: Transport

    async def get(self, temporary_id: str, **options: Unpack[CallOptions]) -> TransferConsent:
        """The consent that the user is asked for. A temporary id is good for one call, for some minutes.

        So the request is sent only once, even if the answer is lost: then the id is used up, and the app asks DES for
        another one.

        Raises:
            NotFound: The id is unknown, used, expired, or belongs to another bank.
        """
        # docs/des.md 1.12
        query = wire.sent(required({"temporary_id": temporary_id}))
        try:
            return await CONSENT.ask(self._transport, "GET", PATH, query=query, is_repeatable=False, **options)
        except (OutcomeUnknown, ServerError) as error:
            error.add_note("the temporary id may be used up; have the app request the consent again for a new one")
            raise

    async def request(self, *, savehack_launch_id: str, **options: Unpack[PostOptions]) -> TransferConsentTicket:
        """In a user's session: get a temporary id with which the backend fetches the consent (ours).

        Each call gives a new one. The request id stays the same until the consent is rejected.

        Raises:
            Conflict: The launch is not a draft.
        """
        body = wire.body("transfer_consent", required({"savehack_launch_id": savehack_launch_id}))
        return await TICKET.ask(self._transport, "POST", PATH, body=body, **options)

    async def consent(
        self, consent_id: str, *, at: datetime | None = None, **options: Unpack[CallOptions]
    ) -> TransferConsent:
        """Report that the user consents: the launch starts. A second time changes nothing.

        Args:
            consent_id: The consent's own id, not the temporary one.
            at: When the user did; now if left out.

        Raises:
            BadRequest: The user has rejected it.
        """
        return await self._answer(consent_id, {"consented_at": self._transport.moment(at)}, **options)

    async def reject(
        self, consent_id: str, *, at: datetime | None = None, **options: Unpack[CallOptions]
    ) -> TransferConsent:
        """Report that the user does not consent: the launch stays a draft. A second time changes nothing.

        Raises:
            BadRequest: The user has consented.
        """
        return await self._answer(consent_id, {"rejected_at": self._transport.moment(at)}, **options)

    async def _answer(
        self, consent_id: str, values: Mapping[str, object], **options: Unpack[CallOptions]
    ) -> TransferConsent:
        # The only root key in snake case, and only in the request (docs/des.md 8.2).
        body = {"transfer_consent": wire.sent(values)}
        return await CONSENT.ask(self._transport, "PATCH", CONSENT.path_of(consent_id), body=body, **options)

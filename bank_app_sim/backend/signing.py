"""The HTTP API with which the bank's app has a customer sign a consent."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import attrs

from impact_sdk import ImpactError

from ..server.database import Database
from ..server.http.answers import Answer, Refused
from ..server.http.fields import Fields
from ..server.http.operation import Handler, Operation
from ..server.http.readers import YES_OR_NO, Reader, text
from ..server.http.request import HTTPRequest
from ..timeline.clock import Clock
from .consents import AnsweredOtherwise, Consents
from .customers import customer_of
from .ordering import EarlierUser
from .store.consents import Consent

T = TypeVar("T")

ID = text(most=100)

NO_CONSENT = "there is no such consent; the temporary id may be used or expired, and Impact Finance gives another one"


@attrs.frozen(kw_only=True)
class Signing:
    """Shows consents to the app, and takes the customer's answers.

    Attributes:
        woken: Called when there may be work.
    """

    consents: Consents
    database: Database
    clock: Clock
    woken: Callable[[], None]

    def operations(self) -> list[Operation[Handler]]:
        return [
            Operation("POST", "/consents", self.fetch),
            Operation("GET", "/consents/{id}", self.get),
            Operation("PUT", "/consents/{id}/answer", self.answer),
        ]

    async def fetch(self, request: HTTPRequest) -> Answer:
        """The consent with the temporary id that Impact Finance gave to the app."""
        customer = await customer_of(request, self.database, now=self.clock.now())
        temporary_id = _only(request.body, "temporary_id", ID)
        try:
            return _shown(await self.consents.fetch(customer, temporary_id))
        except ImpactError as error:
            raise Refused(503, {"base": [f"Impact Finance cannot be asked: {error}"]}) from error

    async def get(self, request: HTTPRequest) -> Answer:
        """One consent of the customer: 200 when Impact Finance knows the answer, 202 before."""
        customer = await customer_of(request, self.database, now=self.clock.now())
        return _shown(await self.consents.get(customer, request.parameters["id"]))

    async def answer(self, request: HTTPRequest) -> Answer:
        """Take the customer's answer. The same answer again changes nothing; the opposite is 409."""
        customer = await customer_of(request, self.database, now=self.clock.now())
        signed = _only(request.body, "signed", YES_OR_NO)
        try:
            consent = await self.consents.answer(customer, request.parameters["id"], signed=signed)
        except AnsweredOtherwise as error:
            raise Refused(409, {"signed": [str(error)]}) from error
        except EarlierUser as error:
            raise Refused(409, {"user_id": [str(error)]}) from error
        self.woken()
        return _shown(consent)


def _shown(consent: Consent | None) -> Answer:
    if consent is None:
        raise Refused(404, {"base": [NO_CONSENT]})
    return Answer(202 if consent.state.is_due else 200, {"consent": attrs.asdict(consent)})


def _only(body: Mapping[str, Any], name: str, read: Reader[T]) -> T:
    """The value of the only field that a body may have."""
    fields = Fields(body)
    value = fields.required(name, read)
    fields.check()
    return value

"""Transfer consents: what a user must sign before a savehack launch may start.

A launch is a draft until then. The bank's app gets a temporary id. With it the bank's backend fetches the consent,
once, shows it to the user, and tells DES the user's answer. If the user has no account yet, consenting opens one.
"""

# docs/des.md 1.12, 2.7, 5.4; that the app asks for a temporary id by a request is ours

from datetime import timedelta
from typing import Any

import attrs

from ...server.http.answers import Answer, Refused
from ...server.http.fields import Fields
from ...server.http.readers import TEXT
from ...timeline.clock import moment, timestamp
from .. import store
from ..readers import happened
from ..request import Request
from ..store.consents import ConsentRow, TicketRow
from ..store.dreams import DreamRow
from ..store.launches import LaunchRow
from ..store.listings import CONSENTS, DREAMS, LAUNCHES
from . import launching, provisioning, users

# The bank fetches a consent at once; this is long enough for an app and a backend on a bad day. Ours.
TEMPORARY_ID_LIFETIME = timedelta(minutes=15)

# The vendor's answers and errors spell these fields differently.
NAMED_IN_ERRORS = {"consentedAt": "consented_at", "rejectedAt": "rejected_at"}


def as_json(consent: ConsentRow) -> dict[str, Any]:
    return {
        "type": "TransferConsent",
        "id": consent.id,
        "maxFrequency": consent.max_frequency,
        "maxAmountCents": consent.max_amount_cents,
        "savehackLaunchId": consent.launch_id,
        "obsoleteSavehackLaunchId": consent.obsolete_launch_id,
        "user": users.reference(consent.user_id, consent.user_external_id),
        "consentedAt": consent.consented_at,
        "rejectedAt": consent.rejected_at,
    }


def open_for(request: Request, launch: LaunchRow, dream: DreamRow) -> str:
    """Open a consent for a draft launch and return its id."""
    cover = launching.consent_for(launch, dream)
    consent = ConsentRow(
        id=request.ids.uuid(),
        user_id=launch.user_id,
        tenant_id=request.tenant.id,
        launch_id=launch.id,
        max_frequency=cover.max_frequency,
        max_amount_cents=cover.max_amount_cents,
    )
    store.consents.add(request.connection, consent)
    _set_consent_of_launch(request, launch.id, consent.id)
    return consent.id


def ask(request: Request) -> Answer:
    """A new temporary id, which the app hands to its backend; after a rejection it is of a new consent."""
    fields = Fields(request.http.body, "transferConsent")
    launch_id = fields.required("savehackLaunchId", TEXT)
    fields.check()
    launch = request.one(LAUNCHES, launch_id, field=fields.path("savehackLaunchId"))
    if launch.drafted_at is None or launch.stopped_at is not None:
        sentence = "is of no draft: the launch has started, was stopped, or never needed a consent"
        raise Refused(409, {fields.path("savehackLaunchId"): [sentence]})

    consent_id = launch.transfer_consent_id
    if consent_id is None:  # the last one was rejected
        dream = request.one(DREAMS, launch.dream_id)
        consent_id = open_for(request, launch, dream)
    ticket = TicketRow(
        temporary_id=request.ids.uuid(),
        consent_id=consent_id,
        expires_at=timestamp(moment(request.now) + TEMPORARY_ID_LIFETIME),
    )
    request.connection.execute(store.consents.ISSUE, attrs.asdict(ticket))
    shown = {
        "requestId": consent_id,
        "temporaryId": ticket.temporary_id,
        "expiresAt": ticket.expires_at,
        "savehackLaunchId": launch_id,
    }
    return Answer(201, {"transferConsentRequest": shown})


def fetch(request: Request) -> Answer:
    """The consent of a temporary id. This uses the id up, except for HEAD, whose answer has no body."""
    temporary_id = request.http.query.get("temporaryId", "")
    if not temporary_id.strip():
        raise Refused(400, {"TransferConsent.temporaryId": ["can't be blank"]})
    this = {"temporary_id": temporary_id}
    ticket = store.consents.TICKET.one_or_none(request.connection, **this)
    consent = None if ticket is None else request.find(CONSENTS, ticket.consent_id)
    if ticket is None or consent is None or ticket.expires_at <= request.now:
        sentence = "is unknown, used or expired; the app gets another one by asking again"
        raise Refused(404, {"TransferConsent.temporaryId": [sentence]})
    if not request.http.is_head:
        request.connection.execute(store.consents.USE_UP, this)
    return Answer(200, {"transferConsent": as_json(consent)})


def answer(request: Request) -> Answer:
    """Write down the user's answer. The same answer again changes nothing; the other one is refused."""
    consent = request.the_one_asked_for(CONSENTS)
    fields = Fields(request.http.body, "transfer_consent", named_in_errors=NAMED_IN_ERRORS)
    said = {
        "consented_at": fields.optional("consentedAt", happened(now=request.now)),
        "rejected_at": fields.optional("rejectedAt", happened(now=request.now)),
    }
    _check(fields, consent, said)

    if consent.consented_at is None and consent.rejected_at is None:
        request.connection.execute(store.consents.ANSWER, {"consent_id": consent.id, **said})
        if said["consented_at"] is None:
            # It has no consent now: so the user's session sees that it can ask for another one.
            _set_consent_of_launch(request, consent.launch_id, None)
        else:
            _consented(request, consent, said["consented_at"])
    return Answer(200, {"transferConsent": as_json(request.one(CONSENTS, consent.id))})


def _check(fields: Fields, consent: ConsentRow, said: dict[str, str | None]) -> None:
    if fields.are_right:
        given = [name for name, column in NAMED_IN_ERRORS.items() if said[column] is not None]
        if len(given) != 1:
            sentence = "is mutually exclusive with the other one" if given else "is missing; give it, or the other one"
            for name in NAMED_IN_ERRORS:
                fields.refuse(name, sentence)
        elif consent.consented_at is not None and given == ["rejectedAt"]:
            fields.refuse("rejectedAt", f"can't be set: the user consented at {consent.consented_at}")
        elif consent.rejected_at is not None and given == ["consentedAt"]:
            fields.refuse("consentedAt", f"can't be set: the user rejected it at {consent.rejected_at}")
    fields.check()


def _consented(request: Request, consent: ConsentRow, at: str) -> None:
    """Start the draft. If there is no account, its opening is under way from now on."""
    launch = request.one(LAUNCHES, consent.launch_id)
    user = request.owner(launch.user_id, field="user")
    dream = request.one(DREAMS, launch.dream_id)
    if launch.stopped_at is None:
        launching.start(request, launch.id)
        request.outbox.note("SavehackLaunchUpdated", "savehackLaunches", launch.id)
    if launching.must_wait(request.tenant, user, dream):
        per_dream = request.tenant.asks_per_dream
        wanting = provisioning.of_dream(dream) if per_dream else provisioning.of_user(user)
        provisioning.initiate(request, wanting, at=at)


def _set_consent_of_launch(request: Request, launch_id: str, consent_id: str | None) -> None:
    change = {"launch_id": launch_id, "consent_id": consent_id}
    request.connection.execute(store.launches.SET_CONSENT, change)

"""`PATCH /savehack-launches/{id}`: pauses, resumes or stops a launch, or changes its terms."""

from typing import Any

import attrs

from ...server.http.answers import Answer, Refused
from ...server.http.fields import Fields
from ...server.http.readers import TEXT
from .. import engine, store
from ..readers import happened, stamp
from ..request import Request
from ..store.dreams import DreamRow
from ..store.launches import LaunchRow
from ..store.listings import CONSENTS, LAUNCHES
from . import launches, launching


def change(request: Request) -> Answer:
    """Make the changes. A field that repeats the present value changes nothing. A stopped launch stays stopped."""
    launch = request.the_one_asked_for(LAUNCHES)
    shown = launches.shown(request, launch.id)
    fields = Fields(request.http.body, "savehackLaunch")
    if fields.required("type", TEXT) not in (launch.type, ""):
        fields.refuse("type", f"can't be changed: it is {launch.type}")
    if launch.stopped_at is not None:
        _refuse_all_changes(fields, shown)
        return launches.get(request)
    for name in shown.keys() - {"type", "pausedAt", "stoppedAt", *launch.terms}:
        fields.unchanged(name, shown[name])
    terms = launches.own_terms(fields, engine.BY_LAUNCH_TYPE[launch.type], launch.terms)
    paused_at = fields.optional("pausedAt", happened(now=request.now))
    stopped_at = fields.optional("stoppedAt", happened(now=request.now))
    _check(request, fields, launch, terms, paused_at=paused_at)

    if terms != launch.terms:
        _change_terms(request, launch, terms)
    if fields.given("pausedAt") and paused_at is None:
        _resume(request, launch)
    elif paused_at is not None and launch.paused_at is None:
        pause = {"launch_id": launch.id, "at": paused_at, "reason": launching.USER_REQUESTED}
        request.connection.execute(store.launches.PAUSE, pause)
        _note(request, launch)
    if stopped_at is not None:
        launching.stop(request, launch.id, at=stopped_at)
    return launches.get(request)


def _refuse_all_changes(fields: Fields, shown: dict[str, Any]) -> None:
    """Refuse changes of a stopped launch, except that it stopped, at any moment."""
    sentence = f"can't be changed: the launch was stopped at {shown['stoppedAt']}"
    for name in shown.keys() - {"type", "stoppedAt"}:
        fields.unchanged(name, shown[name], otherwise=sentence)
    if fields.optional("stoppedAt", stamp) is None and fields.given("stoppedAt"):
        fields.refuse("stoppedAt", sentence)
    fields.check()


def _check(
    request: Request, fields: Fields, launch: LaunchRow, terms: dict[str, Any], *, paused_at: str | None
) -> None:
    if launch.drafted_at is not None and paused_at is not None:
        fields.refuse("pausedAt", "can't be set: a draft does not run yet; stop it instead")
    if fields.are_right and terms != launch.terms and launch.transfer_consent_id is not None:
        _check_consent(request, fields, launch, terms, consent_id=launch.transfer_consent_id)
    fields.check()
    if fields.given("pausedAt") and paused_at is None and launch.pause_reason == launching.ACCOUNT_REQUIRED:
        sentence = "can't be cleared: the launch waits for an account, and starts when there is one"
        raise Refused(409, {fields.path("pausedAt"): [sentence]})


def _check_consent(
    request: Request, fields: Fields, launch: LaunchRow, terms: dict[str, Any], *, consent_id: str
) -> None:
    """Refuse terms beyond the user's consent: more money, or more often."""
    given, dream = request.one(CONSENTS, consent_id), _dream(request, launch)

    def covers(terms: dict[str, Any]) -> bool:
        needed = launching.consent_for(attrs.evolve(launch, terms=terms), dream)
        return needed.max_amount_cents <= given.max_amount_cents

    if covers(terms):
        return
    sentence = (
        f"can't be changed so: the user's consent covers at most {given.max_amount_cents} cents "
        f"at a time (max. frequency: {given.max_frequency}); launch anew"
    )
    changed = [name for name, value in terms.items() if value != launch.terms[name]]
    # The terms that are too much by themselves; if none is, all of them together.
    too_much = [name for name in changed if not covers({**launch.terms, name: terms[name]})]
    for name in too_much or changed:
        fields.refuse(name, sentence)


def _change_terms(request: Request, launch: LaunchRow, terms: dict[str, Any]) -> None:
    """Change the terms from the next deposit on. A new weekday, for example, moves that deposit."""
    request.connection.execute(store.launches.CHANGE_TERMS, {"launch_id": launch.id, "terms": terms})
    if launch.due_at is not None:
        launching.resume(request, launch.id)
    _note(request, launch)


def _resume(request: Request, launch: LaunchRow) -> None:
    if launch.paused_at is None:
        return
    user = request.owner(launch.user_id, field="user")
    dream = _dream(request, launch)
    if launching.must_wait(request.tenant, user, dream):  # the bank refused the user meanwhile
        pause = {"launch_id": launch.id, "at": launch.paused_at, "reason": launching.ACCOUNT_REQUIRED}
        request.connection.execute(store.launches.PAUSE, pause)
        launching.open_account_request(request, user, dream)
    else:
        launching.resume(request, launch.id)
    _note(request, launch)


def _dream(request: Request, launch: LaunchRow) -> DreamRow:
    return store.dreams.BY_IDS.one(request.connection, ids=[launch.dream_id])


def _note(request: Request, launch: LaunchRow) -> None:
    request.outbox.note("SavehackLaunchUpdated", "savehackLaunches", launch.id)

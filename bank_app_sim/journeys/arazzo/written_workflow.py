"""Recorded calls as the steps of a workflow that is written down."""

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from . import written_parts as parts
from .calls import OAUTH_TOKEN, VERIFY_TOKEN, RecordedCall, RecordedMessage
from .customers import Customers
from .extensions import OnOneLine, extensions, extensions_last, left_out, shown
from .origins import Origins, is_generated
from .repeatable import SESSION, LeftOut, criteria_for, operation_of, refuse_what_cannot_be_repeated

_WHO = {"sdk": "The SDK", "bank_backend": "The bank's backend"}

# Fields and parameters with ids that the caller chooses.
_OF_THE_CALLER = ("externalId", "externalUserId")


@attrs.define
class WrittenWorkflow:
    """The steps of one journey.

    Attributes:
        of_time: The ids of transactions that no call has made.
        has_token: The bank's own ids of the users who can sign in.
    """

    users: Customers = attrs.field(kw_only=True)
    of_time: frozenset[str] = attrs.field(kw_only=True)
    has_token: frozenset[str] = attrs.field(kw_only=True)
    _steps: list[dict[str, Any]] = attrs.field(factory=list)
    _left_out: list[dict[str, Any]] = attrs.field(factory=list)
    _origins: Origins = attrs.field(factory=Origins)
    _sessions: dict[str, list[dict[str, Any]]] = attrs.field(factory=dict)
    _ended: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    _token: dict[str, Any] | None = None
    _texts: dict[str, str] = attrs.field(factory=dict)
    _latest: str | None = None
    _skipped: tuple[RecordedMessage, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self._steps

    @property
    def reasons(self) -> list[str]:
        """Why calls were left out, each reason once."""
        return list(dict.fromkeys(call["reason"] for call in self._left_out))

    def add(self, call: RecordedCall) -> None:
        """Write a call as a step, or note that it is left out."""
        try:
            step = self._step(call)
        except LeftOut as reason:
            self._left_out.append(left_out(call, str(reason)))
            self._skipped += call.before
            return
        step.update(self._recorded(call))
        self._latest = call.ended_at
        self._skipped = ()

    def as_json(
        self,
        *,
        name: str,
        title: str,
        credentials: Mapping[str, str],
        id_tokens: Mapping[str, str],
        after: Sequence[RecordedMessage],
    ) -> dict[str, Any]:
        """The Workflow Object."""
        secret, token_of = "Throwaway secret of the sandbox.", "Throwaway ID token of {}."
        a_text = "A text that would be read as an expression."
        tokens = {
            self._token_input(user): parts.schema_of_input(token, token_of.format(user), is_secret=True)
            for user, token in id_tokens.items()
        }
        inputs = {
            "clientId": parts.schema_of_input(credentials["clientId"], "The bank's client id."),
            "clientSecret": parts.schema_of_input(credentials["clientSecret"], secret, is_secret=True),
            **tokens,
            **{name: parts.schema_of_input(text, a_text) for text, name in self._texts.items()},
        }
        workflow: dict[str, Any] = {
            "workflowId": re.sub(r"[^A-Za-z0-9_\-]+", "-", name).strip("-") or "journey",
            "summary": title,
            "inputs": {"type": "object", "required": list(inputs), "properties": inputs},
            "steps": [extensions_last(step) for step in self._steps],
        }
        return workflow | extensions(after=shown((*self._skipped, *after)), left_out=self._left_out)

    def _step(self, call: RecordedCall) -> dict[str, Any]:
        refuse_what_cannot_be_repeated(call)
        if call.path == VERIFY_TOKEN:
            return self._sign_in(self._customer(call), locale=parts.locale_of(call))
        if call.path == OAUTH_TOKEN:
            return self._grant()
        operation, parameters = operation_of(call)
        self._refuse_what_time_made(call)
        credential = self._credential(call)
        values = [
            *(parts.parameter(name, "path", self._value(text, call, name)) for name, text in parameters),
            *(parts.parameter(name, "query", self._value(text, call, name)) for name, text in call.query),
            credential,
        ]
        step: dict[str, Any] = {
            "stepId": self._new_id(operation),
            "description": f"{_WHO[call.sender]}: {call.label}",
            "operationId": operation,
            "parameters": values,
        }
        body = self._body(call)
        if body is not None:
            step["requestBody"] = {"contentType": "application/json", "payload": body}
        step["successCriteria"] = criteria_for(call)
        self._steps.append(step)
        self._origins.note(step, call.answer)
        self._note_session(call)
        return step

    def _body(self, call: RecordedCall) -> Any:
        if call.path == SESSION and call.method == "PATCH":  # the token in it is secret, and known
            return {"session": {"idToken": f"$inputs.{self._token_input(self._customer(call))}"}}
        return None if call.body is None else self._value(call.body, call, "")

    def _value(self, value: object, call: RecordedCall, name: str) -> Any:
        """A value of a request; values of earlier answers are replaced by expressions."""
        if isinstance(value, dict):
            return {key: self._value(member, call, key) for key, member in value.items()}
        if isinstance(value, list):
            return [self._value(element, call, name) for element in value]
        expression = self._origins.expression(value)
        if expression is not None:
            return expression
        is_id = is_generated(value) and name not in _OF_THE_CALLER
        if is_id and call.has_succeeded:
            raise LeftOut(f"no answer before it shows the {name} {value}")
        return self._plain(value)

    def _plain(self, value: object) -> Any:
        """A text that looks like an expression becomes an input: Arazzo has no other way to write it."""
        if not isinstance(value, str) or not (value.startswith("$") or "{$" in value):
            return value
        return f"$inputs.{self._texts.setdefault(value, f'text{len(self._texts) + 1}')}"

    def _credential(self, call: RecordedCall) -> dict[str, str]:
        if call.sender == "bank_backend":
            token = self._token or self._grant()
            token.setdefault("outputs", {})["accessToken"] = "$response.body#/access_token"
            value = f"Bearer {{$steps.{token['stepId']}.outputs.accessToken}}"
            return parts.parameter("Authorization", "header", value)
        customer = self._customer(call)
        signed_in = self._ended.get(customer) if call.status == 401 else self._open_session(customer)
        if signed_in is None:
            raise LeftOut("the session was over by then; in another run it is not")
        # All of `Set-Cookie`: expressions cannot take it apart, and servers ignore its attributes.
        signed_in.setdefault("outputs", {})["cookie"] = "$response.header.Set-Cookie"
        return parts.parameter("Cookie", "header", f"$steps.{signed_in['stepId']}.outputs.cookie")

    def _open_session(self, customer: str) -> dict[str, Any]:
        """The step that opened the latest session of a user that has not ended, as far as the recording shows it."""
        sessions = self._sessions.get(customer)
        return sessions[-1] if sessions else self._sign_in(customer, locale=None)

    def _note_session(self, call: RecordedCall) -> None:
        if call.path == SESSION and call.method == "DELETE" and call.has_succeeded:
            customer = self._customer(call)
            self._ended[customer] = self._sessions[customer].pop()

    def _customer(self, call: RecordedCall) -> str:
        name = self.users.of_calls.get(call.n)
        if name is None:
            raise LeftOut("the recording does not say whose it is")
        if name not in self.has_token:
            raise LeftOut(f"there is no ID token of {name!r}")
        return name

    def _sign_in(self, customer: str, *, locale: str | None) -> dict[str, Any]:
        payload = {"token": f"$inputs.{self._token_input(customer)}", "client_id": "$inputs.clientId"}
        if locale is not None:
            payload["locale"] = self._plain(locale)
        description = f"The app of {customer} launches the SDK: POST {VERIFY_TOKEN}"
        step = parts.step(self._new_id(f"signIn{parts.camel(customer)}"), description, "verifyToken", payload)
        self._steps.append(step)
        self._sessions.setdefault(customer, []).append(step)
        user_id = self.users.id_of(customer)
        if user_id is not None:
            self._origins.note_one(step, ("user", "id"), user_id)
        return step

    def _grant(self) -> dict[str, Any]:
        credentials = {"client_id": "$inputs.clientId", "client_secret": "$inputs.clientSecret"}
        payload = {"grant_type": "client_credentials", **credentials}
        description = f"{_WHO['bank_backend']}: POST {OAUTH_TOKEN}"
        self._token = parts.step(self._new_id("grantAccessToken"), description, "grantAccessToken", payload)
        self._steps.append(self._token)
        return self._token

    def _refuse_what_time_made(self, call: RecordedCall) -> None:
        texts = {*call.path.split("/"), *(value for _, value in call.query), *parts.texts_in(call.body)}
        if texts & self.of_time:
            raise LeftOut("it is about a transaction that fell due on a schedule; no call brings it about")

    def _recorded(self, call: RecordedCall) -> dict[str, Any]:
        """What Arazzo has no word for."""
        what = OnOneLine(messages=[call.n, call.answered_n], at=call.began_at, by=call.sender, label=call.label)
        if call.times > 1:
            what["times"] = call.times
        return extensions(
            recorded=what,
            wait_seconds=parts.seconds_between(self._latest, call.began_at),
            before=shown((*self._skipped, *call.before)),
        )

    def _token_input(self, customer: str) -> str:
        return f"idTokenOf{parts.camel(customer)}"

    def _new_id(self, wanted: str) -> str:
        taken = {step["stepId"] for step in self._steps}
        names = itertools.chain([wanted], (f"{wanted}{n}" for n in itertools.count(2)))
        return next(name for name in names if name not in taken)

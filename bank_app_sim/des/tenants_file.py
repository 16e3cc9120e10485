"""Reads a file of tenants, with which users bring their own bank to the sandbox."""

import difflib
import tomllib
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs

from ..server.secret_rules import what_is_wrong_with_client_secret
from .events.addresses import can_be_asked_for
from .tenant import AccountSetup, SessionRenewal, Tenant


class TenantsFileError(ValueError):
    """A tenants file that cannot be used; the message says where and why."""


def read_tenants(file: Path) -> list[Tenant]:
    """The banks in a TOML file, which has a table for each, named by its id.

        [my-bank]
        client_id = "my-bank"
        client_secret = "16 characters, or more"
        issuer = "https://my-bank.example"
        audience = "impact-finance"
        jwks_url = "http://127.0.0.1:9000/.well-known/jwks.json"
        account_setup = "one SharedSavings per Dream"   # all from here on may be left out
        session_renewal = "activity"
        session_inactivity_timeout_seconds = 300

    Raises:
        TenantsFileError: It cannot be read, or a setting is missing, unknown or of the wrong kind.
    """
    try:
        banks = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise TenantsFileError(f"{file}: {error.strerror}") from error
    except RecursionError as error:
        raise TenantsFileError(f"{file} is no TOML that can be read: it is nested too deep") from error
    except ValueError as error:  # ValueError also for a number of thousands of digits: that one is not tomllib's own
        raise TenantsFileError(f"{file} is no TOML: {error}") from error
    tenants = [_tenant(file, bank, settings) for bank, settings in banks.items()]
    if not tenants:
        raise TenantsFileError(f"{file} names no bank; write a table for each, such as [my-bank]")
    for name in ("id", "client_id"):
        values = [getattr(tenant, name) for tenant in tenants]
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise TenantsFileError(f"{file}: {name} {twice[0]!r} is given to several banks")
    return tenants


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a text that is not blank")
    return value


def _secret(value: object) -> str:
    secret = _text(value)
    if wrong := what_is_wrong_with_client_secret(secret):
        raise ValueError(wrong)
    return secret


def _address(value: object) -> str:
    text = _text(value)
    if not can_be_asked_for(text):
        raise ValueError("must be an http or https address, such as https://my-bank.example/.well-known/jwks.json")
    if "@" in urlsplit(text).netloc:
        raise ValueError("can't hold a user or a password: answers and logs name the address")
    return text


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _seconds(value: object) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 10**9:
        raise ValueError("must be a whole number of seconds, 1 or more")
    return timedelta(seconds=value)


def _one_of(words: type[AccountSetup] | type[SessionRenewal]) -> Callable[[object], object]:
    def read(value: object) -> object:
        try:
            return words(_text(value))
        except ValueError:
            raise ValueError(f"must be {' or '.join(repr(word.value) for word in words)}") from None

    return read


_READ: Mapping[str, Callable[[object], object]] = {
    "client_id": _text,
    "client_secret": _secret,
    "issuer": _text,
    "audience": _text,
    "jwks_url": _address,
    "currency": _text,
    "account_setup": _one_of(AccountSetup),
    "performance_dreams": _flag,
    "transfer_consents": _flag,
    "session_renewal": _one_of(SessionRenewal),
    "session_inactivity_timeout_seconds": _seconds,
    "session_maximum_duration_seconds": _seconds,
    "access_token_lifetime_seconds": _seconds,
}
_REQUIRED = [field.name for field in attrs.fields(Tenant) if field.default is attrs.NOTHING and field.name != "id"]


def _tenant(file: Path, id: str, settings: Any) -> Tenant:
    if not isinstance(settings, dict):
        raise TenantsFileError(f"{file}: {id} stands outside of any bank; begin one with a line such as [my-bank]")
    missing = [name for name in _REQUIRED if name not in settings]
    if missing:
        raise TenantsFileError(f"{file}, bank {id!r}: {', '.join(missing)} missing")
    values: dict[str, Any] = {}
    for name, value in settings.items():
        if name not in _READ:
            near = difflib.get_close_matches(name, _READ, n=1)
            hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(_READ)}"
            raise TenantsFileError(f"{file}, bank {id!r}: {name} is no setting{hint}")
        try:
            values[name.removesuffix("_seconds")] = _READ[name](value)
        except ValueError as error:
            # Without the value: it may be the secret.
            raise TenantsFileError(f"{file}, bank {id!r}: {name} {error}") from error
    return Tenant(id=id, **values)

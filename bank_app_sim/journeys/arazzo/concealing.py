"""Keeps the secrets of a run out of messages, reports and sentences."""

from collections.abc import Mapping
from typing import Any

import attrs

CONCEALED = "(concealed)"

# Values under these names are secret, at every place.
_SECRET_NAMES = frozenset(
    {"access_token", "authorization", "client_secret", "cookie", "id_token", "idtoken", "password", "refresh_token"}
    | {"secret", "set-cookie", "token"}
)
# A shorter text may occur in others by accident: it is concealed only under its own name.
_SHORTEST = 6


@attrs.define
class Concealment:
    """Learns secrets, and removes them from what is shown."""

    _secrets: set[str] = attrs.field(factory=set, repr=False)

    def learn(self, value: object) -> None:
        """Conceal from now on all texts in `value` with secret names."""
        if isinstance(value, Mapping):
            for name, member in value.items():
                if str(name).lower() in _SECRET_NAMES and isinstance(member, str):
                    self.add(member)
                else:
                    self.learn(member)
        elif isinstance(value, list):
            for element in value:
                self.learn(element)

    def add(self, secret: str) -> None:
        """Conceal this text, and the secret part of a cookie or a bearer token."""
        cookie = secret.partition(";")[0]
        for text in (secret, cookie, cookie.partition("=")[2], secret.removeprefix("Bearer ")):
            if len(text) >= _SHORTEST:
                self._secrets.add(text)

    def __call__(self, value: object) -> Any:
        """The value without its secrets."""
        if isinstance(value, Mapping):
            return {name: self._member(str(name), member) for name, member in value.items()}
        if isinstance(value, list):
            return [self(element) for element in value]
        return self.text(value) if isinstance(value, str) else value

    def _member(self, name: str, member: object) -> Any:
        is_secret = name.lower() in _SECRET_NAMES and isinstance(member, str)
        return CONCEALED if is_secret else self(member)

    def text(self, text: str) -> str:
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, CONCEALED)
        return text

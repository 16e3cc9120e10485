"""The secrets of a check: which there are, where a callback has shown them, and how output masks them."""

import base64
from collections.abc import Iterable, Mapping
from urllib.parse import quote

import attrs

# So many characters around a secret are shown, so that a developer finds the line.
EXCERPT_CHARACTERS = 60

# First the places where a developer can most easily change something.
PLACES: Mapping[str, str] = {
    "log": "in the log",
    "stdout": "on stdout",
    "stderr": "on stderr",
    "exception": "in an exception",
    "request": "in what it sends to DES",
    "trace": "in the trace",
}


@attrs.frozen(kw_only=True)
class Heard:
    """A text that must contain no secret.

    Attributes:
        place: One of `PLACES`.
        trial: The trial in which it was captured.
    """

    place: str
    trial: str
    text: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Leak:
    """A secret that was shown.

    Attributes:
        secret: Its name.
        excerpt: The text around it, with all secrets masked.
    """

    secret: str
    place: str
    trial: str
    excerpt: str


@attrs.define(repr=False)
class Secrets:
    """All secrets of a check, by the texts that give them away."""

    _names: dict[str, str] = attrs.field(factory=dict, init=False)

    def know(self, name: str, text: str) -> None:
        self._names[text] = name

    def know_credentials(self, client_id: str, client_secret: str) -> None:
        """Know the secret as it is, and as HTTP Basic sends it."""
        self.know("client secret", client_secret)
        for pair in (f"{client_id}:{client_secret}", f"{quote(client_id, safe='')}:{quote(client_secret, safe='')}"):
            self.know("client secret, in base64", base64.b64encode(pair.encode()).decode())

    def within(self, text: str) -> list[str]:
        """The names of the secrets that a text gives away."""
        return list(dict.fromkeys(name for secret, name in self._known() if secret in text))

    def masked(self, text: str) -> str:
        """The text with a name in the place of each secret."""
        for secret, name in self._known():
            text = text.replace(secret, f"[{name}]")
        return text

    def _known(self) -> list[tuple[str, str]]:
        # Copied: another thread may add one meanwhile. The longest first: one may be a part of another.
        return sorted(self._names.copy().items(), key=lambda known: -len(known[0]))


def leaks(heard: Iterable[Heard], secrets: Secrets) -> list[Leak]:
    """Each secret once for each place: the first time that it was shown there."""
    found: dict[tuple[str, str], Leak] = {}
    for text in heard:
        for name in secrets.within(text.text):
            excerpt = _excerpt(secrets.masked(text.text), f"[{name}]")
            leak = Leak(secret=name, place=text.place, trial=text.trial, excerpt=excerpt)
            found.setdefault((name, text.place), leak)
    return sorted(found.values(), key=lambda leak: list(PLACES).index(leak.place))


def _excerpt(masked: str, name: str) -> str:
    line = next(line for line in masked.splitlines() if name in line).strip()
    begin = max(line.index(name) - EXCERPT_CHARACTERS, 0)
    end = line.index(name) + len(name) + EXCERPT_CHARACTERS
    return ("…" if begin else "") + line[begin:end] + ("…" if end < len(line) else "")

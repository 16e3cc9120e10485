"""What messages of a trace can be called: by method and path, or as the diagrams call them; and nothing else."""

import re

import impact_sdk

from ..service import status_line
from ..simulation.exchanges import (
    ASKED,
    EXAMPLES,
    EXCHANGES,
    PATTERN,
    NoSuchMessage,
    exchanges,
    in_pattern,
    message,
    name_of,
)
from ..trace import DIES, Message
from .mistakes import nearest_word, unknown

CALLBACKS = {
    "account provisioning requested": "Account Provisioning Requested",
    "transfer consent requested": "Transfer Consent Requested",
    "ID token expired": "ID Token Expired",
    "exit requested": "Exit Requested",
}

# What else a callback can raise is among the SDK's names.
_RAISED = (*filter(lambda name: isinstance(getattr(impact_sdk, name), type), impact_sdk.__all__), "BankRefused")

# What the network has made of a request, as its messages end; and of its answer.
_ENDS = ("is lost", "is late", "is doubled", "is held back", "is stopped on its way", "arrives at last")
_ALIASES = "|".join(map(re.escape, ASKED))
_TROUBLED = re.compile(rf"(?P<before>the answer to )?(?P<what>[A-Za-z]+ +/\S*|{_ALIASES}) (?P<after>{'|'.join(_ENDS)})")
_STATUSES = tuple(dict.fromkeys(status_line(status) for status in range(200, 600)))
_FROM_NETWORK = tuple(f"{status} from the network" for status in range(400, 600))

DIAGRAMS = (
    *(name for each in EXCHANGES for name in (*each.asked, *each.answered)),
    "SDK.launch",
    *(f"callback: {name}" for name in CALLBACKS.values()),
    "return from callback",
    "callback was cancelled",
    DIES,
    "no answer",
)
_PLAIN = {*DIAGRAMS, *_STATUSES, *_FROM_NETWORK, *(f"callback raised {name}" for name in _RAISED)}

_DIAGRAMS_PATTERN = "|".join(map(in_pattern, DIAGRAMS))
NAMES_PATTERN = (
    rf"{PATTERN}|(the answer to )?({PATTERN}) ({'|'.join(_ENDS)})|{_DIAGRAMS_PATTERN}|\d\d\d .*|callback raised .*"
)


def read(text: str) -> str:
    """The name of a message as `names_of()` has it.

    Raises:
        ValueError: No message is ever called so; the sentence has the nearest name.
    """
    plain = text.strip()
    if plain in _PLAIN:
        return plain
    if troubled := _TROUBLED.fullmatch(plain):
        return f"{troubled['before'] or ''}{_request(troubled['what'])} {troubled['after']}"
    if re.match(r"[A-Za-z]+\s+/", plain):
        return _request(plain)
    if re.match(r"\d\d\d ", plain):
        raise ValueError(unknown(plain, "answer", [status_line(int(plain[:3]))]))
    if nearest := nearest_word(plain, _PLAIN):
        raise ValueError(f"{plain!r} is no message; did you mean {nearest!r}?")
    raise ValueError(f"{plain!r} is no message; write method and path, such as {EXAMPLES}, or a label of the diagrams")


def _request(text: str) -> str:
    """Without the version, and with `{id}`: ids are never known before."""
    what = message(text)
    name = exchanges(what)[0].name
    if "{id}" in name and "{id}" not in what:
        raise NoSuchMessage(f"{text!r} names one id, which nobody knows before; write {name!r}")
    return name


def names_of(sent: Message) -> tuple[str, ...]:
    """All names by which a message can be meant; the first is its label."""
    if sent.kind != "request":
        return (_canonical(sent.label),)
    method, path = sent.detail.get("method"), sent.detail.get("path")
    name = None if method is None or path is None else name_of(method, str(path).partition("?")[0])
    return (_canonical(sent.label),) if name in (None, sent.label) else (sent.label, str(name))


def _canonical(label: str) -> str:
    """A label of the network's, with `{id}` for the id that is in it."""
    troubled = re.fullmatch(rf"(the answer to )?(\S+) (\S+) ({'|'.join(_ENDS)})", label)
    if troubled is None:
        return label
    before, method, path, after = troubled.groups()
    name = name_of(method, path) or name_of(method, f"/v1{path}") or f"{method} {path}"
    return f"{before or ''}{name} {after}"

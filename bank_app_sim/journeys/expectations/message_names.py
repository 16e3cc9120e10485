"""The names of the messages in a trace: by method and path, or as the diagrams call them."""

import re

import impact_sdk

from ...server.http.status_lines import status_line
from ...simulation.exchanges import (
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
from ...simulation.faults import FaultKind
from ...timeline.trace import DIES, Message
from ..text.mistakes import nearest_word, unknown

CALLBACKS = {
    "account provisioning requested": "Account Provisioning Requested",
    "transfer consent requested": "Transfer Consent Requested",
    "ID token expired": "ID Token Expired",
    "exit requested": "Exit Requested",
}

# The errors of a callback of the bank's app: the user said no, or the bank's backend refused.
RAISED = (impact_sdk.ProvisioningDeclined.__name__, impact_sdk.ConsentDeclined.__name__, "BankRefused")

# How the trace names a message that a fault has struck.
_LABELS = dict.fromkeys(label for kind in FaultKind for label in kind.labels("{}"))
_ANSWER = "the answer to {} "
_ENDS = dict.fromkeys(label.removeprefix("the answer to ").removeprefix("{} ") for label in _LABELS)
_ALIASES = "|".join(map(re.escape, ASKED))
_TROUBLED = re.compile(rf"(?P<before>the answer to )?(?P<what>[A-Za-z]+ +/\S*|{_ALIASES}) (?P<after>{'|'.join(_ENDS)})")
# The statuses of DES, the bank, and their HTTP servers.
_ANSWERED = (
    200,
    201,
    202,
    204,
    400,
    401,
    403,
    404,
    405,
    408,
    409,
    410,
    413,
    414,
    415,
    421,
    422,
    429,
    431,
    500,
    501,
    503,
)
_STATUSES = tuple(map(status_line, _ANSWERED))
_FROM_NETWORK = tuple(f"{status} from the network" for status in range(400, 600))

DIAGRAMS = (
    *(name for each in EXCHANGES for name in (*each.asked, *each.answered)),
    "SDK.launch",
    *(f"callback: {name}" for name in CALLBACKS.values()),
    "return from callback",
    *(f"callback raised {name}" for name in RAISED),
    "callback was cancelled",
    DIES,
    "no answer",
)
_PLAIN = {*DIAGRAMS, *_STATUSES, *_FROM_NETWORK}

_DIAGRAMS_PATTERN = "|".join(map(in_pattern, DIAGRAMS))
_OF_REQUESTS = "|".join(label.removeprefix("{} ") for label in _LABELS if label.startswith("{} "))
_OF_ANSWERS = "|".join(label.removeprefix(_ANSWER) for label in _LABELS if label.startswith(_ANSWER))
NAMES_PATTERN = (
    rf"({PATTERN})( ({_OF_REQUESTS}))?|the answer to ({PATTERN}) ({_OF_ANSWERS})|{_DIAGRAMS_PATTERN}|\d\d\d .*"
)


def read(text: str) -> str:
    """The name of a message as `names_of()` has it.

    Raises:
        ValueError: No message has this name; the sentence has the nearest name.
    """
    plain = text.strip()
    if plain in _PLAIN:
        return plain
    if troubled := _TROUBLED.fullmatch(plain):
        return _struck(plain, _request(troubled["what"]), f"{troubled['before'] or ''}{{}} {troubled['after']}")
    if re.match(r"[A-Za-z]+\s+/", plain):
        return _request(plain)
    if re.match(r"\d\d\d ", plain):
        meant = [status_line(int(plain[:3]))] if int(plain[:3]) in _ANSWERED else _STATUSES
        raise ValueError(unknown(plain, "answer", meant))
    if nearest := nearest_word(plain, _PLAIN):
        raise ValueError(f"unknown message {plain!r}; did you mean {nearest!r}?")
    raise ValueError(
        f"unknown message {plain!r}; write method and path, such as {EXAMPLES}, or a label of the diagrams"
    )


def _struck(text: str, request: str, label: str) -> str:
    """The name of a request that a fault has struck, or of its answer; ValueError if no fault has this label."""
    labels = [each.format(request) for each in _LABELS]
    if (name := label.format(request)) in labels:
        return name
    raise ValueError(unknown(text, "message", labels))


def request_of(name: str) -> str | None:
    """The request that a fault has struck, if the name of a message says so; None for other names.

    Args:
        name: As `read()` has it.
    """
    troubled = _TROUBLED.fullmatch(name)
    return None if troubled is None else troubled["what"]


def _request(text: str) -> str:
    """The request without the version, and with `{id}`: a script cannot know ids."""
    what = message(text)
    name = exchanges(what)[0].name
    if "{id}" in name and "{id}" not in what:
        raise NoSuchMessage(f"{text!r} contains an id, which is not known before; write {name!r}")
    return name


def names_of(sent: Message) -> tuple[str, ...]:
    """All names of a message; the first is its label."""
    if sent.kind != "request":
        return (_canonical(sent.label),)
    method, path = sent.detail.get("method"), sent.detail.get("path")
    name = None if method is None or path is None else name_of(method, str(path).partition("?")[0])
    return (_canonical(sent.label),) if name in (None, sent.label) else (sent.label, str(name))


def _canonical(label: str) -> str:
    """A label, with `{id}` instead of an id."""
    troubled = re.fullmatch(rf"(the answer to )?(\S+) (\S+) ({'|'.join(_ENDS)})", label)
    if troubled is None:
        return label
    before, method, path, after = troubled.groups()
    name = name_of(method, path) or name_of(method, f"/v1{path}") or f"{method} {path}"
    return f"{before or ''}{name} {after}"

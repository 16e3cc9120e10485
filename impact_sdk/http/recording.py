"""Recording of answers: `with api.replies() as replies`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import attrs

from .replies import Reply


@attrs.frozen(eq=False)
class _Recording:
    source: object
    replies: list[Reply]


# A context variable: if two tasks use one client, each records its own calls and those of the tasks that it starts.
_recordings: ContextVar[tuple[_Recording, ...]] = ContextVar("recordings", default=())


@contextmanager
def recorded(source: object) -> Iterator[list[Reply]]:
    """All answers to the requests of `source` in this block, including those that were tried again.

    Args:
        source: The principal or the client that sends the requests.
    """
    recording = _Recording(source, [])
    token = _recordings.set((*_recordings.get(), recording))
    try:
        yield recording.replies
    finally:
        _recordings.reset(token)


def is_recorded() -> bool:
    """Whether a recording runs in this context."""
    return bool(_recordings.get())


def record(reply: Reply, *sources: object) -> None:
    """Add an answer to each recording of one of these sources."""
    for recording in _recordings.get():
        if any(recording.source is source for source in sources):
            recording.replies.append(reply)

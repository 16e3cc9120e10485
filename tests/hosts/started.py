"""A host as a process of its own: started, asked, and ended by its id."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import attrs

ROOT = Path(__file__).parent.parent.parent
PATIENCE_SECONDS = 60

# What a process says that has left something behind, or has failed.
UNCLEAN = re.compile(r"Traceback|Warning|Exception ignored|Error|never awaited|was destroyed|Fatal", re.IGNORECASE)

# The socket that it is given to listen on is never closed by gunicorn.
OF_THE_SERVER = re.compile(
    r".*ResourceWarning: (unclosed <socket[^>]* laddr=\('127.0.0.1', \d+\)>|Enable tracemalloc.*)"
)


@attrs.define(eq=False)
class Host:
    """A host that runs, or has ended.

    Attributes:
        url: Where it listens; nowhere where it is no server.
    """

    process: "subprocess.Popen[str]"
    url: str
    said: str = ""

    def end(self, number: int = signal.SIGTERM) -> None:
        """Ask it to end as its operator would, and wait for that."""
        self.process.send_signal(number)
        self.wait()

    def wait(self, *, typed: str = "") -> None:
        """Let it end by itself, after somebody has typed something."""
        said, _ = self.process.communicate(typed, timeout=PATIENCE_SECONDS)
        self.said = OF_THE_SERVER.sub("", said)

    @property
    def is_clean(self) -> bool:
        """Whether it has ended by itself, with nothing to complain of."""
        assert not UNCLEAN.search(self.said), self.said
        assert self.process.returncode == 0, (self.process.returncode, self.said)
        return True


@contextmanager
def started(command: Sequence[str], environment: Mapping[str, str], *, listens: bool = True) -> Iterator[Host]:
    """A host, from a command in which `{fd}` stands for the socket that it is to listen on.

    The socket is open before the host is: whoever asks early waits for it. What the host has not ended when the block
    is left is killed.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = subprocess.Popen(
            [sys.executable, *(word.format(fd=listener.fileno()) for word in command)],
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONPATH": f"{ROOT}:{ROOT / 'examples'}",
                # Of what is not closed Python says nothing else.
                "PYTHONWARNINGS": "default::ResourceWarning,default::RuntimeWarning",
                **environment,
            },
            pass_fds=[listener.fileno()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # to end with it what it has started
        )
        port = listener.getsockname()[1]
        if not listens:
            listener.close()
        try:
            yield Host(process, f"http://127.0.0.1:{port}")
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

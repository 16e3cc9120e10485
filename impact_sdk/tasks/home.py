"""The process and the event loop that an SDK lives in. In any other it would do harm, so its use there is an error."""

import os

import attrs
from anyio.lowlevel import EventLoopToken

from ..errors import ConfigurationError
from . import event_loops


@attrs.define(eq=False)
class Home:
    """The process and the event loop of the first use, and of every later one.

    Args:
        whose: What lives there, such as `this ImpactSDK`.
        is_bound_to_loop: Whether it works in one event loop only.
    """

    _whose: str
    _is_bound_to_loop: bool = attrs.field(default=True, kw_only=True)
    _process: int | None = attrs.field(default=None, init=False)
    _loop: EventLoopToken | None = attrs.field(default=None, init=False)

    def settle(self) -> None:
        """Live here from now on; `ConfigurationError` if it lives somewhere else already."""
        self.require()
        self._process = self._process or os.getpid()
        if self._is_bound_to_loop:
            self._loop = self._loop or event_loops.this_one()

    def require(self) -> None:
        """`ConfigurationError` anywhere else. Outside of any event loop it passes: nothing can be sent there."""
        if self._process is not None and self._process != os.getpid():
            raise ConfigurationError(
                f"{self._whose} was used in process {self._process} before that one forked, and its connections are "
                f"that one's; make another one here, in process {os.getpid()}: in a hook of the server, or by Blocking"
            )
        if self._loop is not None and (here := event_loops.this_one()) is not None and here != self._loop:
            raise ConfigurationError(
                f"{self._whose} is called in another event loop than before, where its tasks and connections are, and "
                "end with the loop; make one, and close it, in each asyncio.run() or anyio.run(), or take Blocking"
            )

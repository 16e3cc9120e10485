"""Whether an SDK is open, where it lives, and how it is closed: once, from any task."""

from collections.abc import Awaitable, Callable

import anyio
import attrs

from ..errors import ConfigurationError
from .handed_over import is_hosts_own
from .home import Home
from .keeper import Keeper

CLOSED = "this ImpactSDK is closed; make another one"


@attrs.define(eq=False)
class Opening:
    """The opening of one SDK, until it is closed.

    Attributes:
        home: Where it lives, once it is open.
        keeper: Keeps its tasks.
    """

    _is_open: bool
    home: Home = attrs.field(factory=lambda: Home("this ImpactSDK"), init=False)
    keeper: Keeper = attrs.field(factory=Keeper, init=False)
    _is_entered: bool = attrs.field(default=False, init=False)
    _closed: anyio.Event | None = attrs.field(default=None, init=False)
    _failure: BaseException | None = attrs.field(default=None, init=False)

    @property
    def is_closed(self) -> bool:
        """Also while it is being closed."""
        return self._closed is not None

    def open(self) -> None:
        """Open it if it is not open yet; `ConfigurationError` if it is closed, or lives elsewhere."""
        self.home.require()
        if self.is_closed:
            raise ConfigurationError(CLOSED)
        self.home.settle()
        self._is_open = True

    def enter(self) -> None:
        """Open it for a block; `ConfigurationError` if there is one already."""
        self.open()
        if self._is_entered:
            raise ConfigurationError("this ImpactSDK is open already; make another one")
        self._is_entered = True

    def require(self) -> None:
        """`ConfigurationError` if it is closed, or not open yet, or lives elsewhere."""
        self.home.require()
        if self.is_closed:
            raise ConfigurationError(CLOSED)
        if not self._is_open:
            raise ConfigurationError(
                "this ImpactSDK is not open; use it as `async with ImpactSDK(…) as sdk:`, or open it with "
                "`await sdk.prepare()` and close it with `await sdk.aclose()`"
            )
        self.home.settle()

    async def close(self, work: Callable[[], Awaitable[None]]) -> None:
        """Close it by `work`, in a task of its own, because the caller may be cancelled half way.

        A second call waits for the first one, and does nothing after that. What `work` raises is raised once.
        """
        if self._closed is not None and self._closed.is_set() and self._failure is None:
            return
        self.home.require()
        if self._closed is None:
            self._closed = self.keeper.start(self._close, work)
        await self.keeper.wait(self._closed)
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    async def _close(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except BaseException as error:  # of the host's transport
            if not is_hosts_own(error):
                raise
            self._failure = error

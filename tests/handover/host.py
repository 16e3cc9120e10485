"""A host with a callback that the test controls."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

import anyio
import attrs

from bank_app_sim import Simulation
from impact_sdk import AccountProvisioningRequest, Dream, ImpactSDK, Session, TransferConsentRequest, Weekly

WEEKLY = Weekly(amount_cents=5_000, weekday=0)


Request = TypeVar("Request")


@attrs.define
class Asked(Generic[Request]):
    """Counts its requests, waits if the test says so, and then calls `then`."""

    then: Callable[[Request], Awaitable[object]] | None = None
    waits: bool = False
    asked: list[Request] = attrs.field(factory=list)
    was_asked: anyio.Event = attrs.field(factory=anyio.Event)
    may_return: anyio.Event = attrs.field(factory=anyio.Event)
    was_cancelled: bool = False

    async def __call__(self, request: Request) -> None:
        self.asked.append(request)
        self.was_asked.set()
        try:
            if self.waits:
                await self.may_return.wait()
            if self.then is not None:
                await self.then(request)
        except anyio.get_cancelled_exc_class():
            self.was_cancelled = True
            raise


Host = Asked[AccountProvisioningRequest]
Signatory = Asked[TransferConsentRequest]


@attrs.frozen
class User:
    """A user with a session and a Dream."""

    simulation: Simulation
    sdk: ImpactSDK
    session: Session
    dream: Dream

    async def posted_accounts(self) -> list[str]:
        return [account.id async for account in self.simulation.api.accounts.list(user_id=self.session.user.id)]

    async def states(self) -> list[str]:
        return [launch.state.value async for launch in self.session.savehack_launches()]

    async def account_is_posted(self) -> None:
        """The bank's backend posts the account."""
        await self.simulation.api.accounts.ensure(
            user_id=self.session.user.id, type="SharedSavings", external_id=self.session.user.id
        )


async def launched(simulation: Simulation, sdk: ImpactSDK, customer: str = "ada") -> User:
    session = await sdk.launch(simulation.id_token(customer))
    return User(simulation, sdk, session, await session.create_dream("Bike", target_cents=250_000))


@asynccontextmanager
async def asking(user: User, host: Asked[Request]) -> AsyncIterator[list[object]]:
    """A block in which a launch waits for the host. After it the launch has ended, and the list has its result."""
    outcome: list[object] = []

    async def launch() -> None:
        try:
            outcome.append(await user.session.launch_savehack(user.dream, WEEKLY))
        except Exception as error:
            outcome.append(error)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(launch)
        await host.was_asked.wait()
        yield outcome

"""The screen of a phone: what the user sees and answers."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import attrs


@attrs.define(eq=False)
class Screen:
    """The screen of one phone, and its user.

    Args:
        answers: The user: gets a question and says yes or no, at once or as an awaitable.
    """

    answers: "Callable[[str], bool | Awaitable[bool]]" = attrs.field(default=lambda question: True)
    seen: list[str] = attrs.field(factory=list, init=False)

    @asynccontextmanager
    async def taken_over(self, title: str) -> AsyncIterator[None]:
        """Inside the block the bank's own pages are in front. After it, Impact Finance is in front again."""
        self.shows(title)
        try:
            yield
        finally:
            self.shows("Impact Finance")

    async def asks(self, question: str) -> bool:
        self.shows(question)
        answer = self.answers(question)
        return await answer if inspect.isawaitable(answer) else answer

    def shows(self, text: str) -> None:
        self.seen.append(text)

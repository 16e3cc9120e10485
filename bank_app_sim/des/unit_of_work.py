"""What an operation of DES does in one transaction, and what DES does around it."""

from collections.abc import Callable

import attrs

from ..server.http.answers import Answer
from .request import Bank, Request, User

EVERYBODY = (User, Bank)
BANK_ONLY = (Bank,)
USER_ONLY = (User,)


@attrs.frozen
class UnitOfWork:
    """One transaction.

    Attributes:
        perform: Does the work. Each operation knows what a principal reaches.
        principals: Who may do it at all.
        starts_savings: It may write a deposit that is due sooner than all others.
        writes: It writes although its method is GET.
        is_activity: It shows that the user is there, which renews a session that activity renews.
        takes_id_token: The body holds an ID token, which is checked before the transaction.
    """

    perform: Callable[[Request], Answer]
    principals: tuple[type[User | Bank], ...] = EVERYBODY
    starts_savings: bool = attrs.field(default=False, kw_only=True)
    writes: bool = attrs.field(default=False, kw_only=True)
    is_activity: bool = attrs.field(default=True, kw_only=True)
    takes_id_token: bool = attrs.field(default=False, kw_only=True)

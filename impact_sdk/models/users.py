"""The end user, and references between objects."""

from datetime import datetime

import attrs


def _in_the_usual_case(type: str) -> str:
    """The type of an object. Some answers write a user's type in lower case (docs/des.md 8.2)."""
    return "User" if type.lower() == "user" else type


@attrs.frozen(kw_only=True)
class Reference:
    """A reference to another object.

    Attributes:
        type: The type of that object, such as `User`.
        id: Its id in DES.
        external_id: The bank's own id for it, if there is one.
    """

    # docs/des.md 2.1
    type: str = attrs.field(converter=_in_the_usual_case)
    id: str
    external_id: str | None = None


@attrs.frozen(kw_only=True)
class User:
    """An end user.

    Attributes:
        id: The id in DES.
        external_id: The bank's own id: the subject of the ID token.
        provisioning_initiated_at: When the bank began to open an account (UTC); None if it has not. It does
            not mean that the account exists.
    """

    # docs/des.md 2.2
    id: str
    external_id: str | None = None
    type: str = attrs.field(default="User", converter=_in_the_usual_case)
    given_name: str | None = None
    family_name: str | None = None
    provisioning_initiated_at: datetime | None = None
    unread_messages_count: int | None = None

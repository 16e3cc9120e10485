"""The end user, and how other objects name one."""

from datetime import datetime

import attrs


def _in_the_usual_case(type: str) -> str:
    """Some answers write a user's type in lower case (docs/des.md 8.2)."""
    return "User" if type.lower() == "user" else type


@attrs.frozen(kw_only=True)
class Reference:
    """How one object names another.

    Attributes:
        type: What is named, such as `User`.
        id: Its id in DES.
        external_id: The bank's own id of it, if it has one.
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
        provisioning_initiated_at: When opening an account began (UTC); None when nobody has begun.
            It does not say that the account exists.
    """

    # docs/des.md 2.2
    id: str
    external_id: str | None = None
    type: str = attrs.field(default="User", converter=_in_the_usual_case)
    given_name: str | None = None
    family_name: str | None = None
    provisioning_initiated_at: datetime | None = None
    unread_messages_count: int | None = None

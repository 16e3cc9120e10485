"""The end user, and how other objects name one."""

from datetime import datetime

import attrs


@attrs.frozen(kw_only=True)
class Reference:
    """How one object names another.

    Attributes:
        type: What is named, such as `User`.
        id: Its id in DES.
        external_id: The bank's own id of it, if it has one.
    """

    type: str
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

    # reference: impact-finance-api 2.2
    id: str
    external_id: str | None = None
    type: str = "User"
    given_name: str | None = None
    family_name: str | None = None
    provisioning_initiated_at: datetime | None = None
    unread_messages_count: int | None = None

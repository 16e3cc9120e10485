"""Names in a script: new names for things, and names by which it refers to things."""

import re

import attrs

from .kinds import Text, whole_numbers


def _customer(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9_.@-]{1,64}", text):
        raise ValueError(
            f"{text!r} is not a user's name: write 1 to 64 lower-case letters, digits and the signs - _ . @"
        )
    return text


CUSTOMER = Text(
    "a user's name", _customer, ("ada", "bo"), pattern=r"[a-z0-9_.@-]{1,64}", numbers=whole_numbers(0, 10**18)
)


@attrs.frozen(kw_only=True)
class NewName(Text[str]):
    """A name that something gets here.

    Args:
        of: What has this name.
    """

    of: str


@attrs.frozen(kw_only=True)
class LookedUpName(Text[str]):
    """A name that something has got elsewhere.

    Args:
        of: What has this name.
        way_out: How something gets such a name.
        otherwise: What to write if nothing has the name on purpose.
        may_be_nobodys: A name that nothing has is fine too, unless it is a given name with a slip.
        is_part: A part of the name is enough.
        always: Names that exist without a step that gives them.
    """

    of: str
    way_out: str = ""
    otherwise: str = ""
    may_be_nobodys: bool = False
    is_part: bool = False
    always: tuple[str, ...] = ()


def _new(name: str, of: str) -> NewName:
    return NewName(name=name, parse=str, of=of)


NEW_DREAM = _new("a name", "Dream")
DREAM = LookedUpName(name="the name of a Dream", parse=str, of="Dream", way_out="`create a Dream` makes one")
# The defaults of savehacks; see `savehacks`.
DEFAULT_TEAM, DEFAULT_FRIEND = "Arsenal", "bo"
FOLLOWED_TEAM = _new("the name of a team", "team")
SCORING_TEAM = LookedUpName(
    name="the name of a team",
    parse=str,
    of="team",
    way_out="`launch a savehack` follows one",
    otherwise="with `may do nothing: yes` any team can score",
    may_be_nobodys=True,
    always=(DEFAULT_TEAM,),
)
COPIED_FRIEND = _new("the name of a friend", "friend")
SAVING_FRIEND = LookedUpName(
    name="the name of a friend",
    parse=str,
    of="friend",
    way_out="`launch a savehack` copies one",
    otherwise="with `may do nothing: yes` anybody can save",
    may_be_nobodys=True,
    always=(DEFAULT_FRIEND,),
)
NEW_EXTERNAL_ID = _new("a name", "external ID")
EXTERNAL_ID = LookedUpName(name="an external ID", parse=str, of="external ID", may_be_nobodys=True)
NEW_REASON = _new("a name", "reason")
# The constant parts of what the simulated bank says.
BANKS_REASONS = (
    "the bank does not open an account for this customer",
    "insufficient funds: the deposit is",
    "insufficient funds: the withdrawal is",
    "the current account holds",
    "the savings account holds",
)
REASON = LookedUpName(name="a reason", parse=str, of="reason", may_be_nobodys=True, is_part=True, always=BANKS_REASONS)
# The constant parts of what the bank's app shows.
SCREEN_TEXTS = (
    "Impact Finance",
    "Open a savings account",
    "Shall we open a savings account for your Dream?",
    "We are opening your account. You can go on saving meanwhile.",
    "Sign for your saving",
    "May up to",
    "You have signed. Your saving begins.",
    "Impact Finance is closed:",
)
SHOWN = LookedUpName(
    name="a text", parse=str, of="text on the screen", may_be_nobodys=True, is_part=True, always=SCREEN_TEXTS
)

"""Names of things in a script: those that it gives, and those by which it looks things up."""

import attrs

from .kinds import Text


@attrs.frozen
class GivenName(Text):
    """A name that something gets here.

    Args:
        of: What it is a name of.
    """

    of: str = attrs.field(kw_only=True)


@attrs.frozen
class LookedUpName(Text):
    """A name of something that has got it elsewhere.

    Args:
        of: What it is a name of.
        way_out: How something gets this name.
        otherwise: What to write where it is nobody's on purpose.
        may_be_nobodys: One that nothing has is fine as well, unless it is one that something has, but for a slip.
        is_part: A part of it is enough.
        always: Names that are there without anybody giving them.
    """

    of: str = attrs.field(kw_only=True)
    way_out: str = attrs.field(default="", kw_only=True)
    otherwise: str = attrs.field(default="", kw_only=True)
    may_be_nobodys: bool = attrs.field(default=False, kw_only=True)
    is_part: bool = attrs.field(default=False, kw_only=True)
    always: tuple[str, ...] = attrs.field(default=(), kw_only=True)


NEW_DREAM = GivenName("a name", of="Dream")
DREAM = LookedUpName("the name of a Dream", of="Dream", way_out="`create a Dream` makes one")
# What is not said of a savehack is so; see `savehacks`.
DEFAULT_TEAM, DEFAULT_FRIEND = "Arsenal", "bo"
FOLLOWED_TEAM = GivenName("the name of a team", of="team")
SCORING_TEAM = LookedUpName(
    "the name of a team",
    of="team",
    way_out="`launch a savehack` follows one",
    otherwise="with `may do nothing: yes` any team can score",
    may_be_nobodys=True,
    always=(DEFAULT_TEAM,),
)
COPIED_FRIEND = GivenName("the name of a friend", of="friend")
NEW_EXTERNAL_ID = GivenName("a name", of="external ID")
EXTERNAL_ID = LookedUpName("an external ID", of="external ID", may_be_nobodys=True)
NEW_REASON = GivenName("a name", of="reason")
# What the simulated bank says, as far as it is the same each time.
BANKS_REASONS = (
    "the bank does not open an account for this customer",
    "insufficient funds: the deposit is",
    "insufficient funds: the withdrawal is",
    "the current account holds",
    "the savings account holds",
)
REASON = LookedUpName("a reason", of="reason", may_be_nobodys=True, is_part=True, always=BANKS_REASONS)
# What the bank's app shows, as far as it is the same each time.
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
SHOWN = LookedUpName("a text", of="text on the screen", may_be_nobodys=True, is_part=True, always=SCREEN_TEXTS)
SAVING_FRIEND = LookedUpName(
    "the name of a friend",
    of="friend",
    way_out="`launch a savehack` copies one",
    otherwise="with `may do nothing: yes` anybody can save",
    may_be_nobodys=True,
    always=(DEFAULT_FRIEND,),
)

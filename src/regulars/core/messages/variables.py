"""What a template may say of the member it goes to: a closed list, so that a text is known to be sound when it is kept.

Every value has a source. What a unit or a ladder of levels has can be asked by its code: `{{ balance.points }}`;
without a code, the first one of the program is meant.
"""

from enum import StrEnum

import msgspec


class Source(StrEnum):
    """Where a value comes from; each source is read for all members of a batch at once, and only if it is asked for."""

    MEMBER = "member"
    SHOP = "shop"
    BALANCE = "balance"
    LEVEL = "level"
    REWARDS = "rewards"
    CARD = "card"
    GIVEN = "given"
    """Said by whoever sends the message."""


class Variable(msgspec.Struct, frozen=True):
    """`by` is what a code after the dot names: "unit", "tier_set", or nothing. `sample` stands in previews."""

    name: str
    source: Source
    about: str
    sample: str
    by: str = ""


_EVERY = (
    Variable("first_name", Source.MEMBER, "The member's first name", "Ann"),
    Variable("last_name", Source.MEMBER, "The member's last name", "Smith"),
    Variable("name", Source.MEMBER, "The member's whole name", "Ann Smith"),
    Variable("number", Source.MEMBER, "The member's number", "1042"),
    Variable("store", Source.MEMBER, "The name of the member's home store", "Main Street"),
    Variable("shop", Source.SHOP, "The shop's name", "Corner Shop"),
    Variable("store_word", Source.SHOP, "What the shop calls its stores", "store"),
    Variable("balance", Source.BALANCE, "What the member can spend, with the unit", "120 points", by="unit"),
    Variable("worth", Source.BALANCE, "What that pays at the till", "1.20 USD", by="unit"),
    Variable("pending", Source.BALANCE, "What is not active yet", "30 points", by="unit"),
    Variable("expiring", Source.BALANCE, "How much of the balance expires next", "40 points", by="unit"),
    Variable("expires_on", Source.BALANCE, "The last day of what expires next", "31 May 2026", by="unit"),
    Variable("level", Source.LEVEL, "The member's level", "Silver", by="tier_set"),
    Variable("next_level", Source.LEVEL, "The level above it", "Gold", by="tier_set"),
    Variable("missing", Source.LEVEL, "What is missing to the level above", "80 points", by="tier_set"),
    Variable("level_until", Source.LEVEL, "The last day of the level", "31 Dec 2026", by="tier_set"),
    Variable("rewards", Source.REWARDS, "The rewards the member can use now", "Free coffee, Tote bag"),
    Variable("rewards_count", Source.REWARDS, "How many those are", "2"),
    Variable("card", Source.CARD, "The last four digits of the member's card", "4321"),
    Variable("comment", Source.GIVEN, "What whoever sends it adds", "Thank you for waiting."),
    Variable("change", Source.GIVEN, "What was added or taken, with the unit", "+50 points"),
    Variable("reward", Source.GIVEN, "The reward this is about", "Free coffee"),
    Variable("day", Source.GIVEN, "The day this is about", "31 May 2026"),
    Variable("code", Source.GIVEN, "The code, in templates for codes alone", "123456"),
    Variable("minutes", Source.GIVEN, "How many minutes the code can be used", "10"),
    Variable("about", Source.GIVEN, "What the code is for", "a receipt over 12.00 USD"),
)

VARIABLES: dict[str, Variable] = {variable.name: variable for variable in _EVERY}

FOR_CODES = frozenset({"code", "minutes", "about"})
"""Said by templates for codes, and by no others."""

OF_CODES = FOR_CODES | {"shop", "first_name", "last_name", "name"}
"""All that a text with a code may say: whoever reads a screen over somebody's shoulder learns nothing else."""

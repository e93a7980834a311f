"""What two members had before they were merged: what an undo has to go by."""

from typing import Any

import msgspec

from regulars.core.stamps import CardState
from regulars.core.tallies import Tally
from regulars.core.tiers import Standing


class CardWas(msgspec.Struct, frozen=True):
    """The keeper's stamp card: its number before, and what the merge made of it: the `state`, with `held` stamps."""

    number: int
    state: CardState
    held: int


class Decided(msgspec.Struct, frozen=True):
    """What the merge decided about a purpose, as the consents `numbers`; `before` is what the keeper had said, by
    channel.
    """

    purpose: str
    before: dict[str, bool]
    numbers: tuple[int, ...]


class Was(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The keeper's and the source's counts and levels, and the keeper's levels as the merge left them (`joined`).

    `fields` are the keeper's that were changed, as they were; `main` the identifiers that were main ones before and are
    not now. `cards` are those that got stamps. `gave`: what brought the rewards of levels that only both had reached.
    """

    keeper: Tally
    source: Tally
    keeper_levels: dict[str, Standing] = {}
    source_levels: dict[str, Standing] = {}
    joined_levels: dict[str, Standing] = {}
    fields: dict[str, Any] = {}
    main: tuple[int, ...] = ()
    cards: dict[str, CardWas] = {}
    gave: tuple[str, ...] = ()
    decided: tuple[Decided, ...] = ()

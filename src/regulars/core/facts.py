"""What was true of a member and a store when a sale earned: kept with the sale, so that a refund can ask the same
rules the same question again.
"""

import msgspec


class Facts(msgspec.Struct, omit_defaults=True, gc=False):
    """Only what the program's rules ask about is kept.

    `tiers`: the levels held. `visit`: which purchase of the member it was, from 1. `minute`: of the week, in the
    store's time zone, Monday 00:00 being 0. `silent`: rules in their cool-down. `rooms`: the caps that bit, with what
    was left in them before this sale. `carry`: what rules carried in. `chosen`: where rules silence each other, those
    that gave; what was silent for the sale stays silent for what is left of it. `held`: of a card that is not activated
    yet, by unit, what it may hold and what of that was left.
    """

    tiers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    store_tags: tuple[str, ...] = ()
    visit: int = 0
    minute: int = 0
    silent: tuple[str, ...] = ()
    rooms: dict[str, int] = msgspec.field(default_factory=dict)
    carry: dict[str, int] = msgspec.field(default_factory=dict)
    chosen: tuple[str, ...] | None = None
    held: dict[str, tuple[int, int]] = msgspec.field(default_factory=dict)

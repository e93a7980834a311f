"""Why an entry is what it is: the rule version, the inputs, the caps that bit and the rounding, as values the
ledger keeps.
"""

from datetime import datetime

import msgspec

from regulars.core.amounts import Rounding


class Bite(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A cap that held something back: of its `limit` it left `room`. `id` names it within its version."""

    id: str
    per: str
    period: str
    limit: int
    room: int
    days: int = 0


class RulePart(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one rule gave: `counted` (minor units, or thousandths of goods) in steps of `per`, each of which gives
    `points`; once where `per` is 0. A multiplier counts units, in hundredths.

    `desired` is before caps, `awarded` after. `carried`: what the rule carried in, and what it left for the next sale.
    """

    rule: str
    counted: int
    per: int
    points: int
    desired: int
    awarded: int
    rounding: Rounding = "full"
    of_goods: bool = False
    bites: tuple[Bite, ...] = ()
    carried: tuple[int, int] | None = None
    of_units: bool = False


class Earned(msgspec.Struct, frozen=True, omit_defaults=True, tag="earned", gc=False):
    """What the rules of program version `version` gave, each with its part.

    Of the sale's `total_minor`, `money_minor` was paid with money: what is counted shrinks in that proportion.
    `lines` are the positions of the sale's lines that made stamps. `event` names what happened where it was no sale.
    """

    version: int
    parts: tuple[RulePart, ...]
    total_minor: int = 0
    money_minor: int = 0
    lines: tuple[int, ...] = ()
    event: str = ""

    @property
    def awarded(self) -> int:
        return sum([part.awarded for part in self.parts])

    @property
    def desired(self) -> int:
        return sum([part.desired for part in self.parts])


class Spent(msgspec.Struct, frozen=True, tag="spent", gc=False):
    """Points used as a tender: `points_per` points pay `minor_per` minor units, rounded down."""

    points: int
    value_minor: int
    points_per: int
    minor_per: int


class TakenBack(msgspec.Struct, frozen=True, omit_defaults=True, tag="taken_back"):
    """After all refunds so far the rules give `target` for what is left of the sale; `held` was still held for it.

    `parts`: what each rule gave before and gives now, where it changed.
    """

    version: int
    remaining_minor: int
    held: int
    target: int
    parts: tuple[tuple[str, int, int], ...] = ()
    short: int = 0
    expired: int = 0


class Returned(msgspec.Struct, frozen=True, omit_defaults=True, tag="returned"):
    """Of the `points` that paid part of the sale, the part that belongs to what was refunded comes back to its lots."""

    points: int
    refunded_minor: int
    total_minor: int
    before: int = 0
    graced_until: datetime | None = None


class Adjusted(msgspec.Struct, frozen=True, tag="adjusted"):
    """Somebody of the team changed the balance; the entry's comment and reason say why."""

    before: int


class Expired(msgspec.Struct, frozen=True, tag="expired"):
    """The rest of a lot that nobody spent before its end."""

    lot: int
    lot_amount: int
    expires_at: datetime


class WrittenOff(msgspec.Struct, frozen=True, omit_defaults=True, tag="written_off"):
    """Points of a refunded sale that were spent already: the shop took the loss, or the cashier kept their worth
    back.
    """

    short: int
    withheld_minor: int = 0


class Claimed(msgspec.Struct, frozen=True, tag="claimed"):
    """A reward was claimed for `price`; `listed` is what members of no level pay."""

    reward: str
    price: int
    listed: int


class CardFilled(msgspec.Struct, frozen=True, tag="card_filled"):
    """The member's stamp card `number` of this kind is full: its stamps are used up for its reward."""

    card: str
    number: int
    size: int
    version: int


class CardReopened(msgspec.Struct, frozen=True, tag="card_reopened"):
    """Stamps were taken off that had filled card `number`: it is as full as it was before."""

    card: str
    number: int


class Rewarded(msgspec.Struct, frozen=True, tag="rewarded"):
    """A reward that is paid at once."""

    reward: str


class RewardRemoved(msgspec.Struct, frozen=True, omit_defaults=True, tag="reward_removed"):
    """The team took a reward away and gave its price back, to the lots it came from."""

    reward: str
    graced_until: datetime | None = None


class Reinstated(msgspec.Struct, frozen=True, tag="reinstated"):
    """The team brought back what had expired of a lot; it lives on until `until` (half-open)."""

    lot: int
    until: datetime


class Forfeited(msgspec.Struct, frozen=True, omit_defaults=True, tag="forfeited"):
    """The member's data was erased: what was left ended with it, or was paid out in money; what was owed is owed no
    more.
    """

    paid_out: bool = False


class Undone(msgspec.Struct, frozen=True, tag="undone"):
    """What another entry did is undone: `entry` of the kind `kind`."""

    entry: int
    kind: str


class Merged(msgspec.Struct, frozen=True, omit_defaults=True, tag="merged"):
    """The records of one person became one: what was left of a lot or of a debt went from one to the other. `merge`
    names what did it; with `is_undo` it came back, but for what is `shared`: the keeper had used it.
    """

    merge: int
    is_undo: bool = False
    shared: bool = False


class Promised(msgspec.Struct, frozen=True, tag="promised"):
    """What a receipt is worth as it was entered; it counts when somebody else has confirmed it."""

    receipt: int
    total_minor: int


class Withdrawn(msgspec.Struct, frozen=True, tag="withdrawn"):
    """A receipt's promise ends: it was `confirmed` and its sale earns instead, `rejected`, `lapsed`, or `changed`."""

    receipt: int
    outcome: str


Gift = Claimed | CardFilled | CardReopened | Rewarded | RewardRemoved
Moved = Earned | Spent | TakenBack | Returned | Adjusted | Expired | WrittenOff | Reinstated | Undone | Merged
Why = Moved | Promised | Withdrawn | Forfeited | Gift

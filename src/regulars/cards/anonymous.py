"""What an anonymous card may do before somebody activates it: earn, up to what its kind may hold, until it dies unused.

The night writes down that a card has died; whoever asks before goes by the time.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec

from regulars.platform.rows import fetch

# A card lives on for as long as its kind says after each purchase; its guest's sales are found through their index.
SELECT = """
SELECT card.id, card.number, card.member_id, coalesce(type.earns_before, false),
       coalesce(type.most_before, '{}')::text,
       CASE WHEN card.dies_at IS NOT NULL THEN greatest(card.dies_at, (
           SELECT max(occurred_at) FROM sales_sale WHERE member_id = card.member_id
       ) + make_interval(days => type.unused_days)) END
FROM unnest(%(numbers)s::text[]) AS wanted
JOIN LATERAL (
    SELECT id, number, member_id, type_code, dies_at FROM members_card
    WHERE number = wanted AND status = 'stock' LIMIT 1
) AS card ON true
LEFT JOIN cards_cardtype AS type ON type.code = card.type_code
"""


class AnonymousCard(msgspec.Struct, frozen=True, gc=False):
    """A card in stock. `member_id` is the guest who holds what it earned, None before the first purchase; `most` is
    what it may hold, by unit in smallest steps.
    """

    id: int
    number: str
    member_id: int | None
    earns: bool
    most: Mapping[str, int]
    dies_at: datetime | None

    def is_dead(self, at: datetime) -> bool:
        """Tell whether nobody has bought with it for as long as cards of its kind live."""
        return self.dies_at is not None and self.dies_at <= at


def find_anonymous(numbers: Collection[str]) -> dict[str, AnonymousCard]:
    """Return the cards in stock among these, by number, with one statement."""
    if not numbers:
        return {}
    return {
        number: AnonymousCard(card_id, number, member_id, earns, msgspec.json.decode(most), dies_at)
        for card_id, number, member_id, earns, most, dies_at in fetch(SELECT, {"numbers": list(numbers)})
    }

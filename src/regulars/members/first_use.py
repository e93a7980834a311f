"""The first purchase with an anonymous card makes the nameless guest who holds what the card earns from then on."""

from collections.abc import Collection
from datetime import datetime

from regulars.audit.record import NewEvent, record_events
from regulars.core.actor import SYSTEM
from regulars.ledger.accounts import open_accounts
from regulars.platform.rows import encode_rows, fetch, run, take_ids

REASON = "The card is not activated yet."

# In the order of their ids: two batches with the same new cards wait for each other, and cannot deadlock.
LOCK = """
SELECT id, member_id FROM members_card
WHERE id = ANY(%(cards)s::bigint[]) AND status = 'stock' ORDER BY id FOR NO KEY UPDATE
"""

# Locked: whatever names the guest, nothing of what the card holds is spent before it is activated.
INSERT = """
INSERT INTO members_member (id, first_name, last_name, status, status_reason, created_at, is_generated, has_card,
                            name_key, surname_key)
SELECT id, '', '', 'locked', %(reason)s, %(at)s, false, true, '', ''
FROM json_to_recordset(%(rows)s::json) AS r(id bigint)
"""

HAND_OVER = """
UPDATE members_card AS card SET member_id = r.id
FROM json_to_recordset(%(rows)s::json) AS r(id bigint, card_id bigint) WHERE card.id = r.card_id
"""


def open_guests(card_ids: Collection[int], *, at: datetime) -> dict[int, int]:
    """Return the guest of each of these cards, made where there was none yet; a card that is in stock no more is left
    out. The cards stay locked. The number of statements does not grow with the cards.
    """
    known = dict(fetch(LOCK, {"cards": sorted(card_ids)}))
    unused = [card_id for card_id, member_id in known.items() if member_id is None]
    if unused:
        [ids] = take_ids(members_member=len(unused))
        known |= zip(unused, ids, strict=True)
        rows = encode_rows([{"id": known[card_id], "card_id": card_id} for card_id in unused])
        run(INSERT, {"rows": rows, "at": at, "reason": REASON})
        run(HAND_OVER, {"rows": rows})
        open_accounts(ids)
        record_events([_event(card_id, known[card_id]) for card_id in unused], at=at)
    return known


def _event(card_id: int, member_id: int) -> NewEvent:
    return NewEvent(action="card.first_used", about="card", about_id=card_id, member_id=member_id, by=SYSTEM)

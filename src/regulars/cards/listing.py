"""The list of cards, newest first, page by page, whatever share of a million cards a filter asks for."""

from datetime import datetime

import msgspec

from regulars.core.identifiers import InvalidCard, clean_card
from regulars.members.models import CardStatus
from regulars.platform.rows import LARGEST_ID, fetch

SELECT = """
SELECT card.id, card.number, card.status, card.type_code, card.rank, card.batch_id, card.member_id,
       member.first_name, member.last_name, card.issued_at, card.activated_at
FROM ({page}) AS page
JOIN LATERAL (SELECT * FROM members_card WHERE id = page.id LIMIT 1) AS card ON true
LEFT JOIN LATERAL (
    SELECT first_name, last_name FROM members_member WHERE id = card.member_id LIMIT 1
) AS member ON true
ORDER BY page.place
"""

NEWEST = """
SELECT id, -id AS place FROM members_card
WHERE id < %(before)s{filters} ORDER BY id DESC LIMIT %(limit)s
"""

# Upper bound of a prefix: no card has a sign behind the tilde.
BY_NUMBER = """
SELECT id, row_number() OVER (ORDER BY number) AS place FROM members_card
WHERE number >= %(number)s AND number < %(number)s || '~' ORDER BY number LIMIT %(limit)s
"""


class CardFilters(msgspec.Struct, frozen=True, kw_only=True):
    """What is left empty does not filter; `in_use`: cards that earn and are not activated yet."""

    status: str = ""
    card_type: str = ""
    batch: int | None = None
    in_use: bool = False


class CardRow(msgspec.Struct, frozen=True, kw_only=True):
    """`holder` is the member's name, empty for a guest; `member_id` None: nobody has used the card."""

    id: int
    number: str
    status: str
    type_code: str
    rank: str
    batch_id: int | None
    member_id: int | None
    holder: str
    issued_at: datetime
    activated_at: datetime | None


def list_cards(filters: CardFilters, *, before_id: int | None = None, limit: int = 50) -> list[CardRow]:
    """Return up to `limit` cards with an id below `before_id`, newest first."""
    conditions = []
    if filters.in_use:
        conditions.append("status = 'stock' AND member_id IS NOT NULL")
    elif filters.status:
        conditions.append("status = %(status)s")
    if filters.card_type:
        conditions.append("type_code = %(type)s AND type_code <> ''")  # as its indexes say it
    if filters.batch is not None:
        conditions.append("batch_id = %(batch)s")
    page = NEWEST.format(filters="".join(f" AND {each}" for each in conditions))
    params = {
        "before": LARGEST_ID if before_id is None else before_id,
        "limit": limit,
        "status": filters.status,
        "type": filters.card_type,
        "batch": filters.batch,
    }
    return _read(page, params)


def find_cards(text: str, *, limit: int = 50) -> list[CardRow]:
    """Return the first `limit` cards whose number begins like this, by number."""
    try:
        number = clean_card(text)
    except InvalidCard:
        return []
    return _read(BY_NUMBER, {"number": number, "limit": limit})


def count_batch(batch_id: int) -> dict[str, int]:
    """Return how many cards of a batch have each status."""
    counted = dict(
        fetch(
            "SELECT status, count(*) FROM members_card WHERE batch_id = %(batch)s GROUP BY status", {"batch": batch_id}
        )
    )
    return {status.value: counted[status.value] for status in CardStatus if status.value in counted}


def _read(page: str, params: dict[str, object]) -> list[CardRow]:
    names = CardRow.__struct_fields__
    rows = []
    for *before, first, last, issued_at, activated_at in fetch(SELECT.format(page=page), params):
        fields = [*before, f"{first or ''} {last or ''}".strip(), issued_at, activated_at]
        rows.append(CardRow(**dict(zip(names, fields, strict=True))))
    return rows

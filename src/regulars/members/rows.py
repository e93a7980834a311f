"""A member as a list, a search box or a page shows them: names, what finds them, their cards."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from regulars.platform.rows import fetch

# The identifiers and cards are read member by member through their indexes, never by joining whole tables.
SELECT = """
SELECT member.id, member.first_name, member.last_name, member.birth_on, member.status, member.status_reason,
       member.joined_at, member.created_at, member.is_generated,
       (SELECT value FROM members_identifier WHERE member_id = member.id AND kind = 'phone' AND is_main),
       (SELECT value FROM members_identifier WHERE member_id = member.id AND kind = 'email' AND is_main),
       (SELECT value FROM members_identifier WHERE member_id = member.id AND kind = 'external_id' AND is_main),
       array(SELECT number FROM members_card WHERE member_id = member.id ORDER BY id),
       array(SELECT status FROM members_card WHERE member_id = member.id ORDER BY id)
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS wanted(id, place)
JOIN LATERAL (SELECT * FROM members_member WHERE id = wanted.id LIMIT 1) AS member ON true
ORDER BY wanted.place
"""


class CardRow(msgspec.Struct, frozen=True):
    number: str
    status: str


class MemberRow(msgspec.Struct, frozen=True, kw_only=True):
    """`joined_at` None is a guest. Phone in E.164."""

    id: int
    first_name: str
    last_name: str
    birth_on: date | None
    status: str
    status_reason: str
    joined_at: datetime | None
    created_at: datetime
    is_generated: bool
    phone: str | None
    email: str | None
    external_id: str | None
    cards: tuple[CardRow, ...]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


def read_members(member_ids: Sequence[int]) -> list[MemberRow]:
    """Read these members in this order, with one statement; an id nobody has is left out."""
    if not member_ids:
        return []
    return [_member_row(row) for row in fetch(SELECT, {"ids": list(member_ids)})]


def read_member(member_id: int) -> MemberRow | None:
    """Read one member; None if there is none."""
    return next(iter(read_members([member_id])), None)


def _member_row(row: tuple[object, ...]) -> MemberRow:
    *fields, numbers, statuses = row
    names = MemberRow.__struct_fields__[:-1]
    cards = tuple(CardRow(*card) for card in zip(numbers, statuses, strict=True))  # type: ignore[call-overload]
    return MemberRow(**dict(zip(names, fields, strict=True)), cards=cards)  # type: ignore[arg-type]

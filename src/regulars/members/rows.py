"""A member as a list, a search box or a page shows them: names, what finds them, their cards."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from msgspec.structs import replace

from regulars.members.models import Status
from regulars.platform.rows import fetch

# The identifiers and cards are read member by member through their indexes, never by joining whole tables.
SELECT = """
SELECT member.id, member.first_name, member.last_name, member.birth_on, member.status, member.status_reason,
       member.status_until, member.joined_at, member.left_at, member.left_reason, member.created_at, member.erased_at,
       member.merged_into_id, member.is_generated, member.language,
       (SELECT code FROM stores_store WHERE id = member.home_store_id), phone.value, phone.verified_at, email.value,
       email.verified_at,
       (SELECT value FROM members_identifier WHERE member_id = member.id AND kind = 'external_id' AND is_main),
       array(SELECT number FROM members_card WHERE member_id = member.id ORDER BY id),
       array(SELECT status FROM members_card WHERE member_id = member.id ORDER BY id)
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS wanted(id, place)
JOIN LATERAL (SELECT * FROM members_member WHERE id = wanted.id LIMIT 1) AS member ON true
LEFT JOIN LATERAL (
    SELECT value, verified_at FROM members_identifier WHERE member_id = wanted.id AND kind = 'phone' AND is_main LIMIT 1
) AS phone ON true
LEFT JOIN LATERAL (
    SELECT value, verified_at FROM members_identifier WHERE member_id = wanted.id AND kind = 'email' AND is_main LIMIT 1
) AS email ON true
ORDER BY wanted.place
"""


class CardRow(msgspec.Struct, frozen=True):
    number: str
    status: str


class MemberRow(msgspec.Struct, frozen=True, kw_only=True):
    """`joined_at` None is a guest, `left_at` set who has left. Phone in E.164; `home_store` is a store's code."""

    id: int
    first_name: str
    last_name: str
    birth_on: date | None
    status: str
    status_reason: str
    status_until: datetime | None
    joined_at: datetime | None
    left_at: datetime | None
    left_reason: str
    created_at: datetime
    erased_at: datetime | None
    merged_into: int | None
    is_generated: bool
    language: str
    home_store: str | None
    phone: str | None
    phone_verified_at: datetime | None
    email: str | None
    email_verified_at: datetime | None
    external_id: str | None
    cards: tuple[CardRow, ...]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def at(self, moment: datetime) -> "MemberRow":
        """The same as it counts at a moment: a lock or block that is over by then is none."""
        if self.status_until is None or self.status_until > moment:
            return self
        return replace(self, status=Status.ACTIVE.value, status_reason="", status_until=None)


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

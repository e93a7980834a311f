"""A till names a member by what it has at hand: a card, an external id, a phone or an e-mail."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import partial

import msgspec

from regulars.core.identifiers import MemberHandle, clean_card, clean_external_id, e164, fold_email
from regulars.core.refusals import Refusal
from regulars.members.lock import UnknownMember
from regulars.members.status import JOINED_AT, KEEPER, STATUS_AT
from regulars.platform.rows import LARGEST_ID, encode_rows, fetch

# Each look-up is one probe of a unique index: LIMIT and scalar sub-selects keep the planner from joining whole tables.
SELECT = f"""
SELECT handle.place, member.id, member.status, member.joined_at,
       CASE WHEN card.member_id = member.id THEN card.status END, CASE WHEN card.member_id = member.id THEN card.id END
FROM json_to_recordset(%(handles)s::json) AS handle(
    place int, id bigint, card text, external_id text, phone text, email text)
LEFT JOIN LATERAL (
    SELECT id, member_id, status FROM members_card WHERE number = handle.card LIMIT 1
) AS card ON true
JOIN LATERAL (
    SELECT id, {STATUS_AT} AS status, {JOINED_AT} AS joined_at
    FROM members_member AS member WHERE erased_at IS NULL AND id = coalesce(
        (SELECT {KEEPER} FROM members_member AS member WHERE id = handle.id),
        card.member_id,
        (SELECT member_id FROM members_identifier WHERE value = handle.external_id AND kind = 'external_id'),
        (SELECT member_id FROM members_identifier WHERE value = handle.phone AND kind = 'phone'),
        (SELECT member_id FROM members_identifier WHERE value = handle.email AND kind = 'email')
    ) LIMIT 1
) AS member ON true
"""  # noqa: S608  our own words


# Nothing but names of ours is put into these statements.
KEEPERS = f"""
SELECT wanted.id, (SELECT {KEEPER} FROM members_member AS member WHERE id = wanted.id)
FROM unnest(%(members)s::bigint[]) AS wanted(id)
"""  # noqa: S608

KEEPER_OF = f"SELECT {KEEPER} FROM members_member AS member WHERE id = %(member)s AND erased_at IS NULL"  # noqa: S608  ours


class Found(msgspec.Struct, frozen=True, gc=False):
    """Whom a handle found, and what counts of them now: `status` is active, locked, blocked or left, and `joined_at`
    None for guests and for who has left. `card_status` and `card_id` are set when the handle named one of the member's
    cards.
    """

    member_id: int
    status: str
    joined_at: datetime | None
    card_status: str | None = None
    card_id: int | None = None

    @property
    def is_joined(self) -> bool:
        return self.joined_at is not None


def find_members(handles: Sequence[MemberHandle], *, country: str, at: datetime) -> list[Found | None]:
    """Find a member for each handle, in order, with one statement; None where nobody is found, or who was is erased.
    Who was merged is found as the member they are now.

    Where a handle names several things, the first that finds somebody counts: id, card, external id, phone, e-mail.
    What cannot be an identifier (a card number with a space too many, a phone of three digits) finds nobody.
    `at` is the moment whose status counts. `country` (ISO 3166, two letters) is whose national phone numbers are meant.
    """
    if not handles:
        return []
    rows = [_row(place, handle, country) for place, handle in enumerate(handles)]
    found: list[Found | None] = [None] * len(rows)
    for place, *facts in fetch(SELECT, {"handles": encode_rows(rows), "at": at}):
        found[place] = Found(*facts)
    return found


def find_member(handle: MemberHandle, *, country: str, at: datetime) -> Found | None:
    """Find one member; None if nobody is found."""
    return find_members([handle], country=country, at=at)[0]


def find_keeper(member_id: int) -> int:
    """The id of the member that this one is now. Refuses: UnknownMember."""
    found = fetch(KEEPER_OF, {"member": member_id})
    if not found:
        raise UnknownMember()
    return int(found[0][0])


def find_keepers(member_ids: Collection[int]) -> dict[int, int | None]:
    """Return by id the member each of them is now, also where the person was erased; None: there is none."""
    return dict(fetch(KEEPERS, {"members": list(member_ids)}))


def _row(place: int, handle: MemberHandle, country: str) -> dict[str, int | str | None]:
    row: dict[str, int | str | None] = {"place": place}
    if handle.id is not None:
        row["id"] = _id(handle.id)
    if handle.card is not None:
        row["card"] = _cleaned(clean_card, handle.card)
    if handle.external_id is not None:
        row["external_id"] = _cleaned(clean_external_id, handle.external_id)
    if handle.phone is not None:
        row["phone"] = _cleaned(partial(e164, country=country), handle.phone)
    if handle.email is not None:
        row["email"] = _cleaned(fold_email, handle.email)
    return row


def _id(text: str) -> int | None:
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 19 else None
    return number if number is not None and number <= LARGEST_ID else None


def _cleaned(clean: Callable[[str], str], text: str) -> str | None:
    try:
        return clean(text)
    except Refusal:
        return None

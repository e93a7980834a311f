"""The list of members, newest first, page by page: each page starts below the last id of the one before."""

from itertools import product

import msgspec

from regulars.members.find import LARGEST_ID
from regulars.members.models import Status
from regulars.members.rows import MemberRow, read_members
from regulars.platform.rows import fetch

MOST = 200

JOINED = {True: "joined_at IS NOT NULL", False: "joined_at IS NULL"}
CARD = {True: "has_card", False: "NOT has_card"}
STATUS = {
    None: "true",
    Status.ACTIVE: "status = 'active'",
    # Said twice, so that the index of members who are not active is seen to fit.
    Status.LOCKED: "status = 'locked' AND NOT status = 'active'",
    Status.BLOCKED: "status = 'blocked' AND NOT status = 'active'",
}


class MemberFilters(msgspec.Struct, frozen=True, kw_only=True):
    """None does not filter; `has_joined` False are the guests."""

    status: Status | None = None
    has_joined: bool | None = None
    has_card: bool | None = None


def list_members(filters: MemberFilters, *, before_id: int | None = None, limit: int = 50) -> list[MemberRow]:
    """Return up to `limit` members (at most 200) with an id below `before_id`, newest first.

    Each quarter of the members (guest or joined, with or without card) has its own index in the order of the list: a
    page is the newest of the quarters that the filters ask for, whatever share of the members they are. Who was merged
    into another is not listed.
    """
    quarters = " UNION ALL ".join(
        f"(SELECT id FROM members_member WHERE id < %(before)s AND {JOINED[has_joined]} AND {CARD[has_card]}"  # noqa: S608
        f" AND {STATUS[filters.status]} AND merged_into_id IS NULL ORDER BY id DESC LIMIT %(limit)s)"
        for has_joined, has_card in product(_sides(filters.has_joined), _sides(filters.has_card))
    )
    params = {
        "before": LARGEST_ID if before_id is None else before_id,
        "limit": min(max(limit, 1), MOST),
    }
    page = f"SELECT id FROM ({quarters}) AS quarter ORDER BY id DESC LIMIT %(limit)s"  # noqa: S608
    return read_members([row[0] for row in fetch(page, params)])


def _sides(wanted: bool | None) -> tuple[bool, ...]:
    return (True, False) if wanted is None else (wanted,)

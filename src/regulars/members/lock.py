"""Who writes about one member holds the member's row first."""

from collections.abc import Collection

from regulars.core.refusals import Refusal
from regulars.members.models import Member
from regulars.platform.rows import fetch


class UnknownMember(Refusal):
    """No member of this merchant has this id."""

    code = "member_not_found"


LOCK = """
SELECT id FROM members_member WHERE id = ANY(%(members)s::bigint[]) AND merged_into_id IS NULL AND erased_at IS NULL
ORDER BY id FOR NO KEY UPDATE
"""


def lock_members(member_ids: Collection[int]) -> set[int]:
    """Lock these members until the transaction ends, in the order of their ids, so that two who write about the same
    ones wait for each other instead of dying; return who is there: nobody who was merged away or erased.
    """
    return {member_id for (member_id,) in fetch(LOCK, {"members": list(member_ids)})}


def lock_member(member_id: int) -> Member:
    """Return the member, locked until the transaction ends; of one who was merged, the member they are now.

    Refuses: UnknownMember, also where the person was erased.
    """
    wanted: int | None = member_id
    while wanted is not None:
        member = Member.objects.select_for_update(no_key=True).filter(pk=wanted, erased_at=None).first()
        if member is None:
            break
        if member.merged_into_id is None:
            return member
        wanted = member.merged_into_id
    raise UnknownMember()

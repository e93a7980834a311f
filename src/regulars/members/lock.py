"""Who writes about one member holds the member's row first."""

from regulars.core.refusals import Refusal
from regulars.members.models import Member


class UnknownMember(Refusal):
    """No member of this merchant has this id."""

    code = "member_not_found"


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

"""Finding the member or the sale a page is about."""

from django.http import Http404

from regulars.members.rows import MemberRow, read_member


def find_or_404(member_id: int) -> MemberRow:
    member = read_member(member_id)
    if member is None:
        raise Http404
    return member

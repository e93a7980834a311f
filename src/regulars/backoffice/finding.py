"""Finding the member or the sale a page is about."""

from django.http import Http404

from regulars.core.tallies import Tally
from regulars.members.rows import MemberRow, read_member
from regulars.platform.rows import together
from regulars.programs.tallies import ask_tallies, member_holder


def find_or_404(member_id: int) -> MemberRow:
    member = read_member(member_id)
    if member is None:
        raise Http404
    return member


def read_tally(holder: str) -> Tally:
    """What a holder has had so far; who never had anything has an empty one."""
    with together():
        asked = ask_tallies([holder])
    return asked().get(holder) or Tally()


def tally_of(member_id: int) -> Tally:
    return read_tally(member_holder(member_id))

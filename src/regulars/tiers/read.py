"""What a member reads about every tier set of the live program."""

from datetime import datetime

from regulars.core.program.tier_sets import TierSet
from regulars.core.tiers import NOWHERE, Progress, bring_up, progress
from regulars.members.lock import UnknownMember
from regulars.programs.book import load_book
from regulars.tiers.look import look_at_members


def member_tiers(member_id: int, *, at: datetime) -> list[tuple[TierSet, Progress]]:
    """Return each set with the member's progress in it at a moment, whether the nightly review ran or not.

    Refuses: UnknownMember.
    """
    book = load_book()
    sets = book.compiled_at(at).tier_sets
    seen = look_at_members([member_id], tier_sets=sets, book=book, at=at, lock=False).get(member_id)
    if seen is None:
        raise UnknownMember()
    climber = seen.climber
    bring_up(sets, climber, at=at)
    return [(each, progress(climber.ladder(each), climber.standings.get(each.code, NOWHERE), at=at)) for each in sets]

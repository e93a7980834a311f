"""What messages say of levels."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from regulars.core import tongue
from regulars.core.money import write_money
from regulars.core.phrases import count
from regulars.core.program.tier_sets import TierSet
from regulars.core.tiers import NOWHERE, Climber, Progress, bring_up, progress
from regulars.messages.values import Standing, register_standings
from regulars.programs.book import Book, NoProgram, load_book
from regulars.tiers.look import look_at_members


@register_standings
def read_standings(member_ids: Sequence[int], at: datetime) -> Mapping[int, Sequence[Standing]]:
    """Where these members stand on every ladder at a moment, whether the nightly review ran or not."""
    try:
        book = load_book()
    except NoProgram:
        return {}
    sets = book.compiled_at(at).tier_sets
    if not sets:
        return {}
    seen = look_at_members(member_ids, tier_sets=sets, book=book, at=at, lock=False)
    standings: dict[int, list[Standing]] = {}
    for member, each in seen.items():
        bring_up(sets, each.climber, at=at)
        standings[member] = [_say(tier_set, _progress(each.climber, tier_set, at=at), book) for tier_set in sets]
    return standings


def _progress(climber: Climber, tier_set: TierSet, *, at: datetime) -> Progress:
    return progress(climber.ladder(tier_set), climber.standings.get(tier_set.code, NOWHERE), at=at)


def _say(tier_set: TierSet, shown: Progress, book: Book) -> Standing:
    names = {level.code: level.name for level in tier_set.levels}
    return Standing(
        tier_set=tier_set.code,
        level=names.get(shown.level or "", ""),
        next_level=names.get(shown.next_level or "", ""),
        missing=_missing(tier_set, shown.to_next or 0, book),
        until=shown.kept_until,
    )


def _missing(tier_set: TierSet, amount: int, book: Book) -> Callable[[str], str]:
    def say(language: str) -> str:
        match tier_set.metric.of:
            case "spend":
                return write_money(amount, book.program.currency)
            case "visits":
                return tongue.number(amount)
            case _:
                return count(amount, book.unit(tier_set.metric.unit), language=language)

    return say

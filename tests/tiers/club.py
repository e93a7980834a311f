"""A shop with tiers by yearly spend, whose members buy."""

from datetime import UTC, datetime
from itertools import count
from zoneinfo import ZoneInfo

from regulars.core.actor import SYSTEM, Actor
from regulars.core.program.document import ProgramDocument
from regulars.core.program.rewards import Gives, Reward
from regulars.core.program.tier_sets import Level, Metric, TierSet
from regulars.core.tiers import Counted, climb
from regulars.members.enrol import NewMember, enrol_member
from regulars.programs.book import load_book
from regulars.programs.setup import create_program
from regulars.programs.tallies import member_holder, write_tallies
from regulars.tiers.give import give_rewards
from regulars.tiers.look import look_at_members
from regulars.tiers.standings import Moved, changed_standings, find_standings, write_standings

NEW_YORK = ZoneInfo("America/New_York")
ZOE = Actor(kind="staff", id=7, name="Zoe")
LEVELS = (
    Level(code="silver", name="Silver", threshold=50_000, rewards=("coffee",)),
    Level(code="gold", name="Gold", threshold=100_000, rewards=("dinner", "bonus")),
    Level(code="platinum", name="Platinum", threshold=500_000),
)
BY_SPEND = TierSet(code="vip", name="Club", levels=LEVELS, metric=Metric(of="spend"), grace_days=30)
REWARDS = (
    Reward(code="coffee", name="A coffee"),
    Reward(code="dinner", name="A dinner", kind="gift"),
    Reward(code="bonus", name="50 points", kind="points", gives=Gives(unit="points", amount=50)),
)

_numbers = count(1)


def on(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=NEW_YORK).astimezone(UTC)


OPENED = on(2026, 1, 1)
AUGUST = on(2026, 8, 10, 12)


def a_club(*tier_sets: TierSet) -> None:
    create_program(
        name="Club", time_zone="America/New_York", currency="USD", country="US",
        document=ProgramDocument(tier_sets=tier_sets or (BY_SPEND,), rewards=REWARDS), at=OPENED, by=SYSTEM,
    )  # fmt: skip


def a_member() -> int:
    number = next(_numbers)
    return enrol_member(NewMember(first_name="Ann", last_name=f"Smith {number}", joined_at=OPENED), at=OPENED).member_id


def spends(member: int, minor: int, *, at: datetime = AUGUST) -> None:
    """What a sale does."""
    book = load_book()
    program = book.compiled_at(at)
    seen = look_at_members([member], tier_sets=program.tier_sets, book=book, at=at)[member]
    moves = climb(program.tier_sets, seen.climber, {each.code: [Counted(minor)] for each in program.tier_sets}, at=at)
    moved = [Moved(member_id=member, move=move, by=SYSTEM, about="sale/1") for move in moves]
    give_rewards(moved, program=program, book=book, at=at)
    write_standings(changed_standings({member: seen.standings}, [(member, seen.climber.standings)]), moved, at=at)
    write_tallies({member_holder(member): seen.tally})


def level_of(member: int, tier_set: str = "vip") -> str | None:
    """The level as it is stored."""
    standing = find_standings([member]).get(member, {}).get(tier_set)
    return standing and standing.level

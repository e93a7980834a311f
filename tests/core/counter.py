"""A counter without a database: programs made ready, members whose state is kept between sales, and what they buy."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from regulars.core.compiled import Compiled, compile_program
from regulars.core.program.document import ProgramDocument
from regulars.core.program.rules import EarningRule
from regulars.core.program.units import POINTS, Unit, UnitWords
from regulars.core.sale import SaleLine
from regulars.core.settling import Earning, MemberState, StoreSide, settle
from regulars.core.tallies import Tally
from regulars.core.when import Purchase

NEW_YORK = ZoneInfo("America/New_York")
JOINED = datetime(2025, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 3, 10, 12, tzinfo=NEW_YORK)  # a Tuesday

STARS = Unit(code="stars", name=UnitWords(singular="star", plural="stars"))


def ready(*rules: EarningRule, version: int = 1, **parts: object) -> Compiled:
    """A program of points and stars with these rules; `parts` are the document's other fields."""
    given = {"units": (POINTS, STARS), "rules": rules} | parts
    return compile_program(ProgramDocument(**given), version_id=version, zone=NEW_YORK, currency="USD")  # type: ignore[arg-type]


def somebody(**fields: object) -> MemberState:
    return MemberState(**({"tally": Tally(), "joined_at": JOINED} | fields))  # type: ignore[arg-type]


def line(amount: int, sku: str = "any", *, quantity: int = 1000, **fields: object) -> SaleLine:
    return SaleLine(sku, quantity, amount, **fields)  # type: ignore[arg-type]


def basket(*lines: SaleLine | int, money: int | None = None, at: datetime = NOON, **fields: object) -> Purchase:
    """These lines (a number is a line of that amount), of which `money` was paid with money; all, if unsaid."""
    goods = tuple(line(each) if isinstance(each, int) else each for each in lines)
    total = sum(each.amount_minor for each in goods)
    given = {"store": "330", "total_minor": total, "money_minor": total if money is None else money} | fields
    return Purchase(occurred_at=at, lines=goods, **given)  # type: ignore[arg-type]


def buy(
    program: Compiled,
    sale: Purchase,
    member: MemberState | None = None,
    *,
    shared: dict[str, Tally] | None = None,
    store_tags: tuple[str, ...] = (),
    store_zone: ZoneInfo = NEW_YORK,
    older: tuple[Compiled, ...] = (),
) -> Earning:
    """Settle one sale; `older` are versions under which stamp cards may have begun."""
    versions = {each.version_id: each for each in (*older, program)}
    return settle(
        program,
        sale,
        somebody() if member is None else member,
        shared=shared or {},  # type: ignore[arg-type]
        store=StoreSide(frozenset(store_tags), sale.occurred_at.astimezone(store_zone)),
        versions=versions.__getitem__,
    )


def given(earning: Earning) -> dict[str, int]:
    """What each rule gave, after caps."""
    return {award.rule.code: award.awarded for award in earning.awards}


def total(earning: Earning) -> int:
    return sum(award.awarded for award in earning.awards)


def bites(earning: Earning) -> list[tuple[str, int, int]]:
    """The caps that bit, in their order: period, limit, and the room there was."""
    return [(bite.period, bite.limit, bite.room) for award in earning.awards for bite in award.bites]

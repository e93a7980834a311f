"""Programs to measure with: fifty rules of every kind with five caps each, and two hundred to compile."""

from regulars.core.expiry import EndOf
from regulars.core.program.caps import Cap
from regulars.core.program.conditions import Conditions, Hours, Nth
from regulars.core.program.document import ProgramDocument
from regulars.core.program.items import Items
from regulars.core.program.rules import BonusRule, EarningRule, ItemRule, MultiplierRule, RateRule, VisitRule
from regulars.core.program.units import Pays, Unit, UnitWords

POINTS = Unit(
    code="points",
    name=UnitWords(singular="point", plural="points"),
    expiry=EndOf(period="month", after=12),
    pays=Pays(units=100, minor=100),
)
BASE = RateRule(code="base", name="Base", points=1, per_minor=100)
ONE_RULE = ProgramDocument(units=(POINTS,), rules=(BASE,))

FIVE_CAPS = (
    Cap(limit=500),
    Cap(limit=2_000, period="day"),
    Cap(limit=5_000, period="week"),
    Cap(limit=15_000, period="month"),
    Cap(limit=100_000, period="year"),
)
# The measured sales have PASTRY, GROCERY and DAIRY, two brands, and stores 300 to 349.
CATEGORIES = ("PASTRY", "GROCERY", "DAIRY", "PRODUCE", "MEAT", "DELI", "FLORAL", "SEAFOOD", "NUTRITION", "COSMETICS")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def many_rules(count: int = 50) -> ProgramDocument:
    """Return a program of so many rules, all in force: rates, items, bonuses, multipliers and visits in turn.

    Of fifty, about fifteen give something for a sale: the rest is for other goods, stores, hours or purchases.
    """
    return ProgramDocument(units=(POINTS,), rules=tuple(_rule(number) for number in range(count)))


def _rule(number: int) -> EarningRule:
    code, name, kind, turn = f"rule-{number}", f"Rule {number}", number % 5, number // 5
    category = CATEGORIES[turn % len(CATEGORIES)]
    common = {"code": code, "name": name, "caps": FIVE_CAPS}
    match kind:
        case 0:
            stores = () if turn == 0 else tuple(str(300 + turn * 5 + n) for n in range(5))
            return RateRule(points=1, per_minor=100, when=Conditions(stores=stores), **common)
        case 1:
            return ItemRule(points=2, items=Items(categories=(category,)), **common)
        case 2:
            return BonusRule(points=1 + turn, when=Conditions(min_spend_minor=500 * (turn + 1)), **common)
        case 3:
            return MultiplierRule(percent=150, items=Items(categories=(category,)), **common)
        case _:
            if turn % 2:
                return BonusRule(points=10, when=Conditions(purchase=Nth(number=turn + 5, every=True)), **common)
            hours = Hours(days=(DAYS[turn % 7],), since="08:00", until="20:00")
            return VisitRule(points=1, cool_down_minutes=60, when=Conditions(hours=(hours,)), **common)

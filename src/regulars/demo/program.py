"""The program of Regulars Grocer: what a grocer of this size might really run, with a bit of everything."""

from zoneinfo import ZoneInfo

from regulars.core.expiry import EndOf
from regulars.core.program.caps import Cap
from regulars.core.program.conditions import Audience, Conditions, Nth
from regulars.core.program.document import ProgramDocument
from regulars.core.program.items import Items
from regulars.core.program.rewards import Gives, Price, Reward
from regulars.core.program.rules import BonusRule, ItemRule, MultiplierRule, RateRule
from regulars.core.program.stamp_cards import ByItem, StampCard
from regulars.core.program.tier_sets import Level, Metric, TierSet
from regulars.core.program.units import Pays, Unit, UnitWords

NAME = "Regulars Grocer"
TIME_ZONE = "America/New_York"
ZONE = ZoneInfo(TIME_ZONE)

POINTS = Unit(
    code="points",
    name=UnitWords(singular="point", plural="points"),
    expiry=EndOf(period="month", after=12),
    pays=Pays(units=100, minor=100),
)

BASE = RateRule(
    code="base",
    name="Everything but fuel",
    points=1,
    per_minor=100,
    except_items=Items(categories=("FUEL",)),
    caps=(Cap(limit=200), Cap(limit=1_000, period="month")),
)
OWN_BRAND = ItemRule(
    code="own-brand",
    name="Our own brand",
    points=1,
    per="amount",
    per_minor=200,
    items=Items(brands=("Private",)),
    caps=(Cap(limit=20, period="day"),),
)
WELCOME = BonusRule(code="welcome", name="Welcome", points=100, when=Conditions(purchase=Nth(number=1)))
PRODUCE = MultiplierRule(
    code="produce",
    name="Double on fruit and vegetables",
    percent=200,
    items=Items(categories=("PRODUCE",)),
    of=("base",),
    when=Conditions(audience=Audience(tiers=("silver", "gold"))),
)

BAKERY = StampCard(
    code="bakery",
    name="Bakery card",
    size=10,
    earn=ByItem(items=Items(categories=("PASTRY",))),
    final="pastry",
    interim={5: "coffee"},
    max_per_sale=5,
)

STATUS = TierSet(
    code="status",
    name="Status",
    metric=Metric(of="spend"),
    levels=(
        Level(
            code="silver",
            name="Silver",
            threshold=100_000,
            benefits=("Double points on fruit and vegetables",),
        ),
        Level(
            code="gold",
            name="Gold",
            threshold=250_000,
            rewards=("hamper",),
            benefits=("Double points on fruit and vegetables", "A hamper", "5.00 off for 450 points"),
        ),
    ),
    grace_days=30,
)

REWARDS = (
    Reward(code="pastry", name="A pastry", gives=Gives(sku="1095275"), use_within_days=60, cost_minor=50),
    Reward(
        code="coffee",
        name="A coffee",
        price=Price(amount=150),
        use_within_days=60,
        cost_minor=40,
    ),
    Reward(
        code="five-off",
        name="5.00 off",
        kind="discount",
        price=Price(amount=500, by_tier={"gold": 450}),
        gives=Gives(minor=500),
        use_within_days=30,
        cost_minor=500,
    ),
    Reward(code="hamper", name="A hamper", kind="gift", is_sent=True, cost_minor=1_200),
)

PROGRAM = ProgramDocument(
    units=(POINTS,),
    rules=(BASE, OWN_BRAND, WELCOME, PRODUCE),
    stamp_cards=(BAKERY,),
    tier_sets=(STATUS,),
    rewards=REWARDS,
)

"""Every part of the program reads as a sentence that a cashier could say."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from regulars.core.describe.catalogue import describe_reward, describe_stamp_card
from regulars.core.describe.limits import describe_expiry, describe_pending
from regulars.core.describe.rules import describe_rule
from regulars.core.describe.tiers import describe_tier_set
from regulars.core.describe.units import describe_unit, tell_policies
from regulars.core.expiry import AfterDays, AfterIdle, AfterMonths, EndOf, Never, OnDate
from regulars.core.phrases import count, either, nth, write_end, write_minutes
from regulars.core.program.caps import Budget, Cap
from regulars.core.program.conditions import Audience, Conditions, Hours, Nth, Tags
from regulars.core.program.document import ProgramDocument
from regulars.core.program.items import Collection, Items
from regulars.core.program.life import Pending
from regulars.core.program.policies import Policies
from regulars.core.program.rewards import Gives, PerMember, Price, Reward
from regulars.core.program.rules import BonusRule, EventRule, ItemRule, MultiplierRule, RateRule, VisitRule
from regulars.core.program.stamp_cards import ByHand, ByItem, BySpend, ByVisit, StampCard
from regulars.core.program.tier_sets import Kept, Level, Metric, TierSet, Window
from regulars.core.program.units import POINTS, Pays, Unit, UnitWords

NEW_YORK = ZoneInfo("America/New_York")
CASHBACK = Unit(
    code="cashback", kind="cashback", name=UnitWords(singular="dollar back", plural="dollars back"), precision=2
)
DOCUMENT = ProgramDocument(
    units=(POINTS, CASHBACK),
    collections=(Collection(code="hot", name="Hot drinks", skus=("100", "101")),),
    budgets=(Budget(code="spring", name="Spring", units=10_000),),
    tier_sets=(
        TierSet(
            code="club",
            name="Club",
            levels=(
                Level(code="silver", name="Silver", threshold=500),
                Level(code="gold", name="Gold", threshold=1_000, rewards=("coffee",)),
            ),
            grace_days=30,
        ),
    ),
    rewards=(Reward(code="coffee", name="Free coffee"), Reward(code="cake", name="Cake")),
)
RATE = {"code": "base", "name": "Base", "points": 1, "per_minor": 100}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (RateRule(**RATE), "1 point for each full 1.00 USD"),
        (
            RateRule(**RATE, carry=True),
            "1 point for each full 1.00 USD, and what is left over counts with the next sale",
        ),
        (
            RateRule(**RATE, rounding="started", except_items=Items(categories=("TOBACCO",), skus=("7",))),
            "1 point for each started 1.00 USD, except SKU 7 or category TOBACCO",
        ),
        (RateRule(**RATE, tier_points={"gold": 2}), "1 point for each full 1.00 USD, 2 points for Gold members"),
        (
            RateRule(**(RATE | {"unit": "cashback", "points": 5, "per_minor": 100})),
            "0.05 dollars back for each full 1.00 USD",
        ),
        (
            ItemRule(
                code="c",
                name="Coffee",
                points=5,
                items=Items(collections=("hot",)),
                when=Conditions(hours=(Hours(days=WEEKDAYS, until="10:00"),)),
                caps=(Cap(limit=20, period="day"),),
            ),
            "5 points for each unit of “Hot drinks”, on weekdays before 10:00; at most 20 points a day",
        ),
        (
            ItemRule(code="c", name="C", points=3, items=Items(brands=("Acme",), labels=("bio",)), per="sale"),
            "3 points for a sale with brand Acme or label bio",
        ),
        (
            ItemRule(code="c", name="C", points=3, items=Items(categories=("WINE",)), per="amount", per_minor=1000),
            "3 points for each full 10.00 USD of category WINE",
        ),
        (
            BonusRule(
                code="b",
                name="B",
                points=50,
                budget="spring",
                when=Conditions(stores=("330",), store_tags=Tags(any=("airport", "mall"), none=("outlet",))),
            ),
            (
                "50 points for a sale, in store 330 or stores tagged airport or mall, and not tagged outlet; "
                "from the budget “Spring”, at most 10,000 points for everybody together"
            ),
        ),
        (
            MultiplierRule(
                code="m", name="M", percent=200, items=Items(categories=("BREAD",)), when=Conditions(channels=("app",))
            ),
            "double points for category BREAD, sold through app",
        ),
        (
            MultiplierRule(code="m", name="M", percent=150, stacking="best"),
            "1.5 times the points; only if no other “best” rule gives more",
        ),
        (
            VisitRule(
                code="v",
                name="V",
                points=1,
                cool_down_minutes=240,
                stacking="alone",
                stop=True,
                when=Conditions(purchase=Nth(number=3, every=True), tenders=("card",), min_spend_minor=500),
            ),
            (
                "1 point for a visit with a purchase, but not again within 4 hours, from 5.00 USD, paid by card, "
                "on every 3rd purchase; instead of every other rule; rules after it are not asked"
            ),
        ),
        (
            EventRule(
                code="e",
                name="E",
                event="birthday",
                points=100,
                expiry=AfterDays(days=30),
                when=Conditions(audience=Audience(tiers=("gold",), tags=Tags(all=("vip",)), segments=("locals",))),
            ),
            (
                "100 points for the birthday, for Gold members, for members tagged vip, "
                "for members of the segment locals; expires 30 days after it was given"
            ),
        ),
        (
            BonusRule(
                code="b",
                name="B",
                points=5,
                pending=Pending(days=14),
                when=Conditions(
                    starts_at=datetime(2026, 12, 1, 5, tzinfo=UTC), ends_at=datetime(2026, 12, 24, 22, tzinfo=UTC)
                ),
            ),
            (
                "5 points for a sale, starting 1 Dec 2026, until 24 Dec 2026 17:00; "
                "can be used 14 days after it was given; its life begins then"
            ),
        ),
        (
            BonusRule(
                code="b",
                name="B",
                points=5,
                caps=(
                    Cap(limit=10, per="card", period="rolling", days=7, on_exceed="skip"),
                    Cap(limit=900, per="program", period="lifetime"),
                ),
            ),
            (
                "5 points for a sale; at most 10 points in any 7 days for each card, and none at all beyond that, "
                "at most 900 points ever for all members together"
            ),
        ),
    ],
)
def test_a_rule_is_one_sentence(rule, sentence):
    assert describe_rule(rule, document=DOCUMENT, currency="USD", zone=NEW_YORK) == sentence


def test_a_rule_tells_the_life_its_unit_gives_unless_it_has_its_own():
    document = ProgramDocument(
        units=(Unit(code="points", name=POINTS.name, expiry=AfterMonths(months=12), pending=Pending(days=1)),)
    )
    assert describe_rule(RateRule(**RATE), document=document, currency="USD").endswith(
        "; can be used 1 day after it was given; its life begins then; expires 12 months after it was given"
    )
    assert describe_rule(RateRule(**RATE, expiry=Never()), document=document, currency="USD").endswith("begins then")


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (Never(), "never expires"),
        (OnDate(on=date(2026, 12, 31)), "expires at the end of 31 December 2026"),
        (AfterDays(days=1), "expires 1 day after it was given"),
        (EndOf(period="year"), "expires at the end of the year it was given in"),
        (EndOf(period="month", after=12), "expires at the end of the month, 12 months after it was given"),
        (AfterIdle(days=365), "expires after 365 days without a purchase, a redemption or an event"),
    ],
)
def test_how_long_it_lives(policy, words):
    assert describe_expiry(policy) == words


@pytest.mark.parametrize(
    ("pending", "words"),
    [
        (
            Pending(until=date(2026, 12, 1), life_from="earned"),
            "can be used from 1 December 2026; its life begins when it is given",
        ),
        (Pending(event="delivered"), "can be used once “delivered” happens; its life begins then"),
        (
            Pending(event="delivered", days=3, round_up=True),
            "can be used 3 days after the event “delivered”, when that day is over; its life begins then",
        ),
        (
            Pending(days=14, until=date(2027, 1, 1)),
            "can be used 14 days after it was given, and not before 1 January 2027; its life begins then",
        ),
    ],
)
def test_how_long_it_waits(pending, words):
    assert describe_pending(pending) == words


@pytest.mark.parametrize(
    ("card", "sentence"),
    [
        (
            StampCard(
                code="card",
                name="Coffee card",
                size=10,
                earn=ByItem(items=Items(collections=("hot",))),
                final="coffee",
                interim={5: "cake"},
                max_per_sale=3,
                max_per_day=5,
                expiry=AfterMonths(months=6),
            ),
            (
                "1 stamp for each unit of “Hot drinks”; 10 stamps give “Free coffee”, the 5th gives “Cake”; "
                "at most 3 stamps a sale, at most 5 stamps a day; a full card is followed by the next; "
                "a stamp expires 6 months after it was given"
            ),
        ),
        (
            StampCard(code="card", name="C", size=5, earn=BySpend(per_minor=5000), final="coffee", overflow=False),
            (
                "1 stamp for each full 50.00 USD, and what is left over counts with the next sale; "
                "5 stamps give “Free coffee”; a full card is followed by the next, and stamps that were over are lost; "
                "a stamp never expires"
            ),
        ),
        (
            StampCard(
                code="card", name="C", size=5, earn=ByVisit(stamps=2, min_spend_minor=1000), final="x", restart=False
            ),
            "2 stamps for a sale from 10.00 USD; 5 stamps give x; a full card is the last one; a stamp never expires",
        ),
        (
            StampCard(code="card", name="C", size=5, earn=ByHand(), final="coffee", cool_down_minutes=1440),
            (
                "stamps from the team, one-time codes and the store's poster; 5 stamps give “Free coffee”; "
                "codes not again within 1 day; a full card is followed by the next; a stamp never expires"
            ),
        ),
    ],
)
def test_a_stamp_card_is_one_sentence(card, sentence):
    assert describe_stamp_card(card, document=DOCUMENT, currency="USD") == sentence


@pytest.mark.parametrize(
    ("reward", "sentence"),
    [
        (
            Reward(
                code="r",
                name="R",
                price=Price(amount=400, by_tier={"gold": 200}),
                per_member=PerMember(limit=1, days=30),
                stock=50,
                use_within_days=14,
                stores=("330",),
            ),
            (
                "a product; costs 400 points, 200 points for Gold members; in store 330; 50 there are, "
                "once for each member in 30 days; to be used within 14 days"
            ),
        ),
        (
            Reward(
                code="r",
                name="R",
                use_within_days=14,
                use_until=datetime(2027, 1, 11, tzinfo=UTC),
                use_from=datetime(2026, 12, 2, 9, 30, tzinfo=UTC),
                use_hours=(Hours(days=WEEKDAYS, until="10:00"),),
                honour_full_period=True,
            ),
            (
                "a product; not to be bought: cards, levels and the team give it; to be used within 14 days "
                "in any case, usable from 2 Dec 2026 09:30, usable until 11 Jan 2027, usable on weekdays before 10:00"
            ),
        ),
        (
            Reward(code="r", name="R", kind="discount", gives=Gives(percent=10)),
            "10 % off; not to be bought: cards, levels and the team give it",
        ),
        (
            Reward(code="r", name="R", kind="points", gives=Gives(unit="cashback", amount=500)),
            "5.00 dollars back, credited at once; not to be bought: cards, levels and the team give it",
        ),
        (
            Reward(code="r", name="R", kind="gift", is_sent=True, price=Price(amount=9, by_tier={"gold": 0})),
            "a gift; costs 9 points, free for Gold members; sent by the team",
        ),
    ],
)
def test_a_reward_is_one_sentence(reward, sentence):
    assert describe_reward(reward, document=DOCUMENT, currency="USD") == sentence


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"grace_days": 30},
            (
                "Silver from 500 points and Gold from 1,000 points in a calendar year; a level is reached at once; "
                "kept to the end of the next period; whoever has not earned it again drops one level, "
                "30 days after it ended; a refund counts at the next review"
            ),
        ),
        (
            {
                "metric": Metric(of="spend"),
                "window": Window(over="rolling", months=12),
                "kept": Kept(until="months", months=6),
                "review": "replace",
                "upgrade": "next_period",
                "on_refund": "now",
            },
            (
                "Silver from 5.00 USD and Gold from 10.00 USD in 12 months; "
                "a level is reached when the next period begins; kept for 6 months; "
                "whoever has not earned it again gets the level that was earned; a refund may drop the level at once"
            ),
        ),
    ],
)
def test_a_tier_set_is_one_sentence(change, sentence):
    levels = DOCUMENT.tier_sets[0].levels
    tier_set = TierSet(**{"code": "club", "name": "Club", "levels": levels} | change)
    assert describe_tier_set(tier_set, document=DOCUMENT, currency="USD") == sentence


def test_a_unit_is_one_sentence():
    unit = Unit(
        code="points",
        name=POINTS.name,
        pays=Pays(units=200, minor=100, least=500),
        caps=(Cap(limit=1_000, period="month"),),
        max_balance=9_000,
        shortfall="debt",
    )
    assert describe_unit(unit, currency="USD") == (
        "points that members spend; 200 points pay 1.00 USD, from 500 points on; never expires; "
        "at most 1,000 points a month, a member holds at most 9,000 points; "
        "if spent ones are refunded, the member owes them"
    )
    assert describe_unit(CASHBACK, currency="USD").startswith("cashback, counted with 2 decimals; never expires")


def test_policies_say_what_never_earns():
    told = tell_policies(Policies(earn_on_tax=True, excluded=Items(labels=("deposit",))), DOCUMENT, "USD")
    assert told["never earning"] == "gift cards and label deposit"
    assert told["also earning"] == "tax"


@pytest.mark.parametrize(
    ("policies", "said"),
    [
        (Policies(), "is confirmed within 7 days"),
        (Policies(confirm_above_minor=5_000, confirm_days=1), "is confirmed within 1 day above 50.00 USD"),
        (Policies(confirm_above_minor=None), "counts at once; claims are confirmed within 7 days"),
    ],
)
def test_policies_say_what_becomes_of_sales_keyed_by_hand(policies, said):
    assert tell_policies(policies, DOCUMENT, "USD")["keyed by hand"] == said


def test_the_small_change_of_words():
    dollars = UnitWords(singular="Dollar", plural="Dollar")
    assert count(-1_240, POINTS) == "\N{MINUS SIGN}1,240 points"
    assert count(100, CASHBACK) == "1.00 dollar back"
    assert count(2, Unit(code="p", name=POINTS.name, translations={"de": dollars}), language="de") == "2 Dollar"
    assert [nth(number) for number in (1, 2, 3, 4, 11, 12, 21, 112)] == [
        *("1st", "2nd", "3rd", "4th", "11th", "12th", "21st", "112th")
    ]
    assert either(("a", "b", "c")) == "a, b or c"
    assert either([str(number) for number in range(9)]) == "0, 1, 2, 3, 4 or 4 more"
    assert [write_minutes(minutes) for minutes in (1, 60, 90, 2880)] == ["1 minute", "1 hour", "90 minutes", "2 days"]
    assert write_end(datetime(2026, 7, 1, 4, tzinfo=UTC), NEW_YORK) == "the end of 30 Jun 2026"

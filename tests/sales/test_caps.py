"""Caps and budgets over sales, batches, members, stores and refunds, as the database keeps them."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from regulars.core.actor import SYSTEM
from regulars.core.expiry import AfterDays
from regulars.core.identifiers import MemberHandle
from regulars.core.program.caps import Budget, Cap
from regulars.core.program.items import Items
from regulars.core.program.rules import RateRule
from regulars.core.program.units import POINTS, Pays, Unit
from regulars.core.sale import LineRefund, SaleLine
from regulars.sales.attach import attach_sale
from regulars.sales.quote import quote_sales
from regulars.sales.record import record_sales
from tests.shop import NOON, a_member, a_sale, a_shop, points_of, sell
from tests.whole_shop import LATER, broken, counts_of, give_back

pytestmark = pytest.mark.django_db
FEBRUARY = NOON - timedelta(days=20)


def rate(*caps: Cap, **fields) -> RateRule:
    return RateRule(**({"code": "base", "name": "Base", "points": 1, "per_minor": 100, "caps": caps} | fields))


def awarded(recorded) -> int:
    return sum(each.awarded for each in recorded.earned)


def test_the_worked_example_of_caps_through_the_till():
    a_shop(rate(Cap(limit=100), Cap(limit=500, period="month")))
    ann = a_member()
    for amount in (10_000, 10_000, 10_000, 10_000, 6_000):
        sell(a_sale(amount, member=ann))
    [earned] = sell(a_sale(18_000, member=ann)).earned
    assert (earned.desired, earned.awarded) == (180, 40)
    bites = [(bite.period, bite.room) for part in earned.why.parts for bite in part.bites]
    assert bites == [("transaction", 100), ("month", 40)]
    assert points_of(ann) == 500


def test_a_batch_counts_as_its_sales_one_by_one():
    a_shop(rate(Cap(limit=25, period="day"), Cap(limit=45, period="day", per="store")))
    ann, bob = a_member(), a_member()
    told = record_sales([a_sale(1000, member=who) for who in (ann, bob, ann, bob, ann, bob)], at=NOON)
    assert [awarded(each) for each in told] == [10, 10, 10, 10, 5, 0]
    assert [awarded(each) for each in record_sales([a_sale(1000, member=bob)], at=NOON)] == [0]


def test_a_store_has_its_own_room():
    a_shop(rate(Cap(limit=15, period="day", per="store")), stores=("330", "331"))
    ann, bob = a_member(), a_member()
    sales = [(ann, "330"), (bob, "330"), (bob, "331"), (ann, "330")]
    assert [awarded(sell(a_sale(1000, member=who, store=store))) for who, store in sales] == [10, 5, 10, 0]


def test_a_cashier_and_a_card_have_theirs():
    a_shop(rate(Cap(limit=15, period="day", per="cashier"), Cap(limit=25, period="day", per="card")))
    ann = a_member(cards=("4001", "4002"))
    seen = []
    for card, cashier in (("4001", "Kim"), ("4001", "Kim"), ("4001", "Lee"), ("4001", ""), ("4002", "")):
        sale = replace(a_sale(1000, cashier=cashier), member=MemberHandle(card=card))
        seen.append(awarded(sell(sale)))
    assert seen == [10, 5, 10, 0, 10]
    assert points_of(ann) == 35


def test_a_refund_gives_room_back_in_its_own_period_only():
    a_shop(rate(Cap(limit=100, period="month")))
    ann = a_member()
    in_february = sell(a_sale(9_000, member=ann, at=FEBRUARY), at=FEBRUARY).id
    sell(a_sale(10_000, member=ann))  # March is full
    give_back(in_february)
    assert awarded(sell(a_sale(1_000, member=ann), at=LATER)) == 0
    [late] = record_sales([a_sale(5_000, member=ann, at=FEBRUARY + timedelta(hours=1))], at=LATER)
    assert awarded(late) == 50  # February has its room again
    assert broken() == []


def test_what_a_cap_held_back_is_not_given_by_a_refund():
    a_shop(rate(Cap(limit=100)))
    ann = a_member()
    sale = sell(a_sale(18_000, member=ann)).id
    backs = [sum(t.amount for t in give_back(sale, 5_000, number=f"F-{i}").clawed) for i in range(3)]
    assert backs == [0, 20, 50]  # 130.00 and 80.00 and 30.00 are left
    assert points_of(ann, at=LATER) == 30


def test_a_refund_of_a_skipped_sale_counts_nothing():
    """120 is more than the cap, so nothing was given; what is left would fit, but it was not."""
    a_shop(rate(Cap(limit=100, on_exceed="skip"), Cap(limit=150, period="month")))
    ann = a_member()
    sale = sell(a_sale(12_000, member=ann)).id
    assert give_back(sale, 5_000).clawed == ()
    assert [awarded(sell(a_sale(9_000, member=ann))) for _ in range(2)] == [90, 60]


def test_room_that_other_rules_had_taken_is_not_taken_again_by_a_refund():
    """The unit's cap gave 80 to the first rule and 20 to the second: the first one's goods come back."""
    points = Unit(code="points", name=POINTS.name, caps=(Cap(limit=100, period="month"),))
    first = rate(code="first", except_items=Items(skus=("b",)))
    second = rate(code="second", except_items=Items(skus=("a",)), expiry=AfterDays(days=90))
    a_shop(first, second, points=points)
    ann = a_member()
    lines = (SaleLine("a", 1000, 8_000), SaleLine("b", 1000, 8_000))
    sale = sell(a_sale(16_000, member=ann, lines=lines)).id
    assert points_of(ann) == 100
    give_back(sale, lines=(LineRefund(1),))
    assert points_of(ann, at=LATER) == 20
    assert awarded(sell(a_sale(20_000, member=ann), at=LATER)) == 80


@pytest.mark.parametrize("budget", [Budget(code="b", name="B", units=25), Budget(code="b", name="B", money_minor=25)])
def test_a_budget_is_everybodys_and_refunds_give_it_back(budget):
    a_shop(
        rate(budget="b"), budgets=(budget,), points=Unit(code="points", name=POINTS.name, pays=Pays(units=1, minor=1))
    )
    ann, bob = a_member(), a_member()
    first, then = sell(a_sale(2_000, member=ann)), sell(a_sale(2_000, member=bob))
    assert (awarded(first), awarded(then)) == (20, 5)
    for step in range(4):
        give_back(first.id, 500, number=f"F-{step}")
    assert counts_of("program") == {"used": {"b:b": {"0": 5}}}
    assert awarded(sell(a_sale(9_000, member=bob), at=LATER)) == 20


def test_partial_refunds_give_a_budget_of_money_back_to_the_cent():
    points = Unit(code="points", name=POINTS.name, pays=Pays(units=3, minor=1))
    a_shop(rate(budget="b"), budgets=(Budget(code="b", name="B", money_minor=1_000),), points=points)
    sale = sell(a_sale(10_000, member=a_member())).id
    for step in range(20):
        give_back(sale, 500, number=f"F-{step}")
    assert counts_of("program") == {}


@pytest.mark.parametrize(
    ("sold_at", "claimed_at", "room"),
    [(NOON, NOON + timedelta(days=1), 4), (datetime.fromisoformat("2026-02-28T12:00:00+00:00"), NOON, 10)],
)
def test_a_late_claim_counts_in_the_period_of_its_sale(sold_at, claimed_at, room):
    a_shop(rate(Cap(limit=10, period="month")))
    ann = a_member()
    sell(a_sale(600, member=ann))
    sale = sell(a_sale(3_000, at=sold_at), at=sold_at).id
    claimed = attach_sale(sale_id=sale, member=MemberHandle(id=str(ann)), at=claimed_at, by=SYSTEM)
    assert awarded(claimed) == room
    assert awarded(sell(a_sale(1_000, member=ann), at=NOON)) == (0 if room == 4 else 4)


def test_a_replay_answers_as_the_first_time_although_the_room_is_gone():
    a_shop(rate(Cap(limit=15, period="month")))
    ann = a_member()
    sales = [a_sale(1_000, member=ann) for _ in range(3)]
    first = [sell(sale) for sale in sales]
    again = [sell(sale) for sale in sales]
    assert [awarded(each) for each in again] == [10, 5, 0]
    assert [(each.earned, each.balances) for each in again] == [(each.earned, each.balances) for each in first]
    assert points_of(ann) == 15


def test_a_quote_uses_no_room():
    a_shop(rate(Cap(limit=15, period="month"), Cap(limit=15, period="month", per="store")))
    ann = a_member()
    sales = [a_sale(1_000, member=ann) for _ in range(3)]
    assert [awarded(each) for each in quote_sales(sales, at=NOON)] == [10, 10, 10]
    assert (counts_of(f"member/{ann}"), counts_of("store/1")) == ({}, {})


def test_nobody_holds_more_than_the_most():
    a_shop(rate(), points=Unit(code="points", name=POINTS.name, pays=Pays(units=1, minor=1), max_balance=25))
    ann = a_member()
    assert [awarded(sell(a_sale(1_000, member=ann))) for _ in range(4)] == [10, 10, 5, 0]
    assert awarded(sell(a_sale(1_000, member=ann, points=20))) == 9  # 9.80 in money, and room for 20

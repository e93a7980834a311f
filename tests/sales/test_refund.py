"""What comes back takes its points along, and a series of refunds equals one refund of their sum."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from regulars.core.actor import SYSTEM
from regulars.core.expiry import Never, OnDate
from regulars.core.program.conditions import Conditions
from regulars.core.program.items import Items
from regulars.core.program.policies import Policies
from regulars.core.program.rules import ItemRule, RateRule
from regulars.core.program.units import POINTS, Pays
from regulars.core.refusals import Refusal
from regulars.core.sale import LineRefund, NewRefund, SaleLine
from regulars.ledger.models import Entry, Lot
from regulars.ledger.statement import balance_of
from regulars.points.adjust import adjust_points
from regulars.sales.refund import refund_sales
from tests.shop import NOON, a_member, a_sale, a_shop, points_of, sell

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def rate(**fields) -> RateRule:
    return RateRule(**({"code": "base", "name": "Base", "points": 1, "per_minor": 100} | fields))


def give_back(sale: int, amount: int | None = None, *, number: str = "F-1", lines=(), at=LATER):
    refund = NewRefund(sale_id=sale, external_id=number, occurred_at=at, lines=lines, amount_minor=amount)
    [outcome] = refund_sales([refund], at=at)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def test_four_refunds_of_five_claw_at_the_second_and_the_fourth_step():
    a_shop(RateRule(code="base", name="Base", points=1, per_minor=1000))
    ann = a_member()
    sale = sell(a_sale(10500, member=ann)).id
    clawed = [sum(t.amount for t in give_back(sale, 500, number=f"F-{i}").clawed) for i in range(4)]
    assert clawed == [0, 1, 0, 1]
    assert points_of(ann, at=LATER) == 8


# L0 = 20 until 30 June, sale A earns L1 = 100 until 31 December, 90 are spent on B, then A comes back.
@pytest.mark.parametrize(
    ("shortfall", "left", "debt", "kept_minor"), [("absorb", 0, 0, 0), ("debt", -70, 70, 0), ("withhold", 0, 0, 70)]
)
def test_what_was_spent_already_follows_the_shops_policy(shortfall, left, debt, kept_minor):
    ann, a, _ = spent_most_of_a_sale(shortfall)
    assert points_of(ann) == 30
    back = give_back(a)
    assert (back.clawed[0].amount, back.clawed[0].short) == (100, 70)
    balance = balance_of(ann, at=LATER)
    assert (balance.available, balance.debt) == (left, debt)
    assert back.money_minor == 10000 - kept_minor


def test_a_later_credit_repays_the_debt_first():
    ann, a, _ = spent_most_of_a_sale("debt")
    give_back(a)
    adjust_points(member_id=ann, amount=50, reason="goodwill", key="1", at=LATER, by=SYSTEM)
    assert points_of(ann, at=LATER) == -20


def test_refunding_both_sales_leaves_the_member_as_if_neither_had_happened():
    ann, a, b = spent_most_of_a_sale("debt")
    give_back(a)
    given = give_back(b)
    assert given.returned[0].amount == 90
    balance = balance_of(ann, at=LATER)
    assert (balance.available, balance.debt) == (20, 0)
    assert list(Lot.objects.filter(remaining__gt=0).values_list("amount", "remaining")) == [(20, 20)]


def test_a_shop_may_refuse_while_points_are_spent():
    ann, a, _ = spent_most_of_a_sale("refuse")
    entries = Entry.objects.count()
    with pytest.raises(Refusal) as refused:
        give_back(a)
    assert (refused.value.code, refused.value.short) == ("points_spent_already", 70)
    assert Entry.objects.count() == entries


def spent_most_of_a_sale(shortfall: str) -> tuple[int, int, int]:
    june, december = datetime(2026, 6, 30).date(), datetime(2026, 12, 31).date()
    day_before = NOON - timedelta(days=1)
    first = rate(code="first", when=Conditions(ends_at=day_before), expiry=OnDate(june))
    then = rate(code="then", when=Conditions(starts_at=day_before, ends_at=NOON), expiry=OnDate(december))
    a_shop(first, then, points=replace(POINTS, pays=Pays(units=1, minor=1), shortfall=shortfall))
    ann = a_member()
    sell(a_sale(2000, member=ann, at=NOON - timedelta(days=2)))
    a = sell(a_sale(10000, member=ann, at=NOON - timedelta(hours=2))).id
    b = sell(a_sale(90, member=ann, points=90)).id
    return ann, a, b


def test_the_same_refund_again_gets_its_first_answer_and_another_is_refused():
    a_shop()
    ann = a_member()
    sale = sell(a_sale(10000, member=ann)).id
    first, again = give_back(sale, 5000), give_back(sale, 5000)
    assert again.replayed and again.id == first.id and again.clawed == first.clawed
    with pytest.raises(Refusal, match="refund_id_reused"):
        give_back(sale, 4000)
    assert points_of(ann, at=LATER) == 50


@pytest.mark.parametrize(
    ("refund", "code"),
    [
        ({"amount": 10001}, "refund_exceeds_sale"),
        ({"lines": (LineRefund(2),)}, "line_not_found"),
        ({"lines": (LineRefund(1, amount_minor=10001),)}, "refund_exceeds_sale"),
        ({"amount": 1, "at": NOON - timedelta(days=1)}, "refund_before_sale"),
    ],
)
def test_a_refund_above_what_is_left_moves_nothing(refund, code):
    a_shop()
    ann = a_member()
    sale = sell(a_sale(10000, member=ann)).id
    with pytest.raises(Refusal, match=code):
        give_back(sale, **refund)
    assert points_of(ann) == 100


def test_two_refunds_of_one_sale_in_one_batch_see_each_other():
    a_shop()
    ann = a_member(points=500)
    sale = sell(a_sale(1000, member=ann, points=500)).id
    refunds = [NewRefund(sale_id=sale, external_id=f"F-{i}", occurred_at=LATER, amount_minor=500) for i in range(3)]
    one, two, three = refund_sales(refunds, at=LATER)
    assert [one.returned[0].amount, two.returned[0].amount] == [250, 250]
    assert three.code == "refund_exceeds_sale"
    assert points_of(ann, at=LATER) == 500


def test_points_return_to_a_lot_that_ended_and_live_for_the_grace():
    a_shop(rate(expiry=OnDate(NOON.date() + timedelta(days=1))))
    ann = a_member(points=100)
    sale = sell(a_sale(100, member=ann, points=100)).id
    late = NOON + timedelta(days=5)
    give_back(sale, at=late)
    assert points_of(ann, at=late + timedelta(days=13)) == 100
    assert points_of(ann, at=late + timedelta(days=15)) == 0


def test_without_grace_they_expire_at_once_and_both_entries_show():
    a_shop(
        rate(expiry=OnDate(NOON.date() + timedelta(days=1))),
        policies=Policies(reinstate_grace_days=0),
    )
    ann = a_member(points=100)
    sale = sell(a_sale(100, member=ann, points=60)).id
    back = give_back(sale, at=NOON + timedelta(days=5))
    assert (back.returned[0].amount, back.returned[0].expired) == (60, 60)
    assert sorted(Entry.objects.filter(kind__in=["reverse", "expire"]).values_list("kind", "amount")) == [
        ("expire", 40),
        ("expire", 60),
        ("reverse", 60),
    ]


def test_a_line_takes_its_own_points_back():
    a_shop(ItemRule(code="tea", name="Tea", points=5, items=Items(skus=("tea",)), expiry=Never()))
    ann = a_member()
    lines = (SaleLine("tea", 3000, 900), SaleLine("cup", 1000, 100))
    sale = sell(a_sale(1000, member=ann, lines=lines)).id
    assert points_of(ann) == 15
    give_back(sale, lines=(LineRefund(2),))
    assert points_of(ann, at=LATER) == 15
    give_back(sale, lines=(LineRefund(1, quantity_milli=1000),), number="F-2")
    assert points_of(ann, at=LATER) == 10

"""An anonymous receipt is claimed later, and earns by the rules of its own time."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from regulars.core.actor import SYSTEM
from regulars.core.expiry import AfterDays, Never
from regulars.core.identifiers import MemberHandle
from regulars.core.program.caps import Cap
from regulars.core.program.conditions import Conditions
from regulars.core.program.items import Items
from regulars.core.program.rules import RateRule
from regulars.core.program.units import POINTS
from regulars.core.refusals import Refusal
from regulars.core.sale import LineRefund, NewRefund, SaleLine
from regulars.ledger.statement import balance_of
from regulars.sales.attach import attach_sale
from regulars.sales.refund import refund_sales
from tests.shop import NOON, ONE_PER_DOLLAR, a_member, a_sale, a_shop, points_of, sell

pytestmark = pytest.mark.django_db
NEXT_DAY = NOON + timedelta(days=1)


def claim(sale: int, member: int, *, at=NEXT_DAY):
    return attach_sale(sale_id=sale, member=MemberHandle(id=str(member)), at=at, by=SYSTEM)


def test_a_sale_without_a_member_earns_when_it_is_claimed():
    a_shop()
    ann = a_member()
    sale = sell(a_sale(1234))
    assert (sale.member_id, sale.earned, sale.balances) == (None, (), ())
    claimed = claim(sale.id, ann)
    assert claimed.earned[0].awarded == 12
    balance = balance_of(ann, at=NEXT_DAY)
    assert balance.available == 12
    assert balance.next_expiry.at.year == 2027  # the lot lives from the sale, not from the claim


def test_claiming_again_changes_nothing_and_nobody_else_can():
    a_shop()
    ann, bob = a_member(), a_member()
    sale = sell(a_sale(1234)).id
    claim(sale, ann)
    assert claim(sale, ann).replayed
    with pytest.raises(Refusal, match="already_attached"):
        claim(sale, bob)
    assert (points_of(ann, at=NEXT_DAY), points_of(bob, at=NEXT_DAY)) == (12, 0)


def test_the_rules_of_the_sales_own_time_count():
    later = Conditions(starts_at=NOON + timedelta(hours=1))
    a_shop(ONE_PER_DOLLAR, RateRule(code="more", name="More", points=9, per_minor=100, when=later))
    ann = a_member()
    assert claim(sell(a_sale(1000)).id, ann).earned[0].awarded == 10


def test_only_what_is_left_of_a_receipt_earns():
    a_shop()
    ann = a_member()
    sale = sell(a_sale(1000)).id
    refund_sales([NewRefund(sale_id=sale, external_id="F-1", occurred_at=NOON, amount_minor=400)], at=NOON)
    assert claim(sale, ann).earned[0].awarded == 6
    refund_sales([NewRefund(sale_id=sale, external_id="F-2", occurred_at=NEXT_DAY, amount_minor=100)], at=NEXT_DAY)
    assert points_of(ann, at=NEXT_DAY) == 5


@pytest.mark.parametrize(
    ("after", "is_late"), [(timedelta(days=30) - timedelta(seconds=1), False), (timedelta(days=30), True)]
)
def test_a_receipt_can_be_claimed_for_so_long_as_the_program_says(after, is_late):
    a_shop()
    ann = a_member()
    sale = sell(a_sale(1000)).id
    if is_late:
        with pytest.raises(Refusal, match="attach_too_late"):
            claim(sale, ann, at=NOON + after)
    else:
        claim(sale, ann, at=NOON + after)
    assert points_of(ann, at=NOON + after) == (0 if is_late else 10)


def test_a_sale_nobody_knows_is_not_found():
    a_shop()
    with pytest.raises(Refusal, match="sale_not_found"):
        claim(404, a_member())


def test_a_retry_of_a_claimed_receipt_gets_its_first_answer():
    a_shop()
    sale = a_sale(1000)
    first = sell(sale)
    claim(first.id, a_member())
    again = sell(sale)
    assert again.replayed and (again.member_id, again.earned) == (None, ())


def test_a_receipt_that_was_refunded_before_its_claim_keeps_what_the_claim_gave():
    """Of two rules one cap left 60 and 30; with the goods that came back before, it had been 80 and 10."""
    a, b = Items(skus=("a",)), Items(skus=("b",))
    rules = (
        RateRule(code="a", name="A", points=1, per_minor=100, except_items=b),
        RateRule(code="b", name="B", points=1, per_minor=100, except_items=a, expiry=Never()),
    )
    a_shop(*rules, points=replace(POINTS, expiry=AfterDays(days=90), caps=(Cap(limit=90),)))
    ann = a_member()
    sale = sell(a_sale(13_000, lines=(SaleLine("a", 1000, 8_000), SaleLine("b", 1000, 5_000)))).id

    def refund(number: str, amount: int) -> None:
        back = (LineRefund(1, amount_minor=amount),)
        refund_sales([NewRefund(sale_id=sale, external_id=number, occurred_at=NOON, lines=back)], at=NOON)

    refund("F-1", 2_000)
    assert claim(sale, ann).earned[0].awarded == 90
    refund("F-2", 1_000)
    assert points_of(ann, at=NEXT_DAY) == 80

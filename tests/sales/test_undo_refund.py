"""A refund is undone on its day: everything it moved moves back."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from regulars.core.actor import SYSTEM
from regulars.core.program.caps import Cap
from regulars.core.program.items import Items
from regulars.core.program.rewards import Reward
from regulars.core.program.rules import RateRule
from regulars.core.program.stamp_cards import ByItem, StampCard
from regulars.core.program.tier_sets import Level, Metric, TierSet
from regulars.core.program.units import POINTS, Pays
from regulars.core.refusals import Refusal
from regulars.core.sale import NewRefund, SaleLine
from regulars.ledger.statement import balances_of
from regulars.rewards.models import IssuedReward
from regulars.sales.models import Sale
from regulars.sales.refund import refund_sales
from regulars.sales.undo_refund import undo_refund
from regulars.sales.verify import verify
from regulars.tiers.standings import find_standings
from tests.shop import NOON, a_member, a_sale, a_shop, sell
from tests.whole_shop import counts_of

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)
BASE = RateRule(code="base", name="Base", points=1, per_minor=100, caps=(Cap(limit=150, period="month"),))
COFFEE = StampCard(code="coffee", name="Coffee", size=3, final="free", earn=ByItem(items=Items(skus=("latte",))))
FREE = Reward(code="free", name="Free coffee")
STATUS = TierSet(
    code="status",
    name="Status",
    levels=(Level(code="gold", name="Gold", threshold=10_000),),
    metric=Metric(of="spend"),
    on_refund="now",
)


def give_back(sale: int, amount: int | None = None, *, number: str = "F-1", at=LATER):
    [outcome] = refund_sales([NewRefund(sale_id=sale, external_id=number, occurred_at=at, amount_minor=amount)], at=at)
    assert not isinstance(outcome, Refusal), outcome
    return outcome


def undo(refund: int, *, at=LATER):
    return undo_refund(refund_id=refund, reason="wrong receipt", at=at, by=SYSTEM)


def state(member: int, *, at=LATER) -> tuple:
    """What a refund can move, as far as a member has it."""
    balances = balances_of([member], at=at)[member]
    standing = find_standings([member]).get(member, {}).get("status")
    rewards = sorted(IssuedReward.objects.values_list("key", "status", "code"))
    tally = counts_of(f"member/{member}")
    refunded = list(Sale.objects.order_by("id").values_list("refunded_minor", flat=True))
    held = [(b.unit, b.available, b.pending, b.debt) for b in balances]
    return held, standing and standing.level, rewards, tally, refunded


def a_full_shop() -> int:
    a_shop(
        BASE,
        points=replace(POINTS, pays=Pays(units=1, minor=1)),
        stamp_cards=(COFFEE,),
        tier_sets=(STATUS,),
        rewards=(FREE,),
    )
    return a_member()


def test_everything_a_refund_moved_moves_back():
    ann = a_full_shop()
    sell(a_sale(1000, member=ann, lines=(SaleLine("latte", 2000, 1000),)))
    sale = sell(a_sale(12_000, member=ann, points=10, lines=(SaleLine("latte", 2000, 12_000),))).id
    before = state(ann)
    assert before[1] == "gold" and [status for _, status, _ in before[2]] == ["outstanding"]
    refund = give_back(sale)
    assert (refund.levels[0].after, refund.withdrawn) == (None, ("free",))
    assert state(ann) != before
    undone = undo(refund.id)
    assert undone.money_minor == refund.money_minor
    assert state(ann) == before
    assert undo(refund.id).replayed
    assert [check.name for check in verify() if check.breaches] == []


@pytest.mark.parametrize("shortfall", ["absorb", "debt", "withhold"])
def test_what_had_been_spent_is_settled_as_it_was(shortfall):
    a_shop(BASE, points=replace(POINTS, pays=Pays(units=1, minor=1), shortfall=shortfall))
    ann = a_member()
    sale = sell(a_sale(10_000, member=ann)).id
    sell(a_sale(90, member=ann, points=90))
    before = state(ann)
    refund = give_back(sale)
    undo(refund.id)
    assert state(ann) == before
    assert [check.name for check in verify() if check.breaches] == []


def test_the_same_refund_sent_again_gets_its_first_answer_and_a_new_one_counts():
    ann = a_full_shop()
    sale = sell(a_sale(1000, member=ann)).id
    first = give_back(sale, 500)
    undo(first.id)
    assert give_back(sale, 500).replayed
    again = give_back(sale, 500, number="F-2")
    assert [taken.amount for taken in again.clawed] == [5]


def test_only_the_newest_and_only_on_its_day():
    ann = a_full_shop()
    sale = sell(a_sale(1000, member=ann)).id
    first, second = give_back(sale, 300), give_back(sale, 300, number="F-2")
    with pytest.raises(Refusal, match="refund_not_last"):
        undo(first.id)
    with pytest.raises(Refusal, match="refund_undo_too_late"):
        undo(second.id, at=LATER + timedelta(days=1))
    with pytest.raises(Refusal, match="refund_not_found"):
        undo(second.id + 1)
    undo(second.id)
    undo(first.id)
    assert state(ann)[0][0][1] == 10


def test_an_anonymous_sale_too():
    a_shop()
    sale = sell(a_sale(1000)).id
    refund = give_back(sale, 400)
    assert undo(refund.id).money_minor == 400
    assert Sale.objects.get(pk=sale).refunded_minor == 0

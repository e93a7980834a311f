"""Many tills and one cap: what may be given together is never given twice, and nobody waits in a circle."""

import random
from datetime import timedelta

import pytest

from regulars.core.program.caps import Budget, Cap
from regulars.core.program.items import Items
from regulars.core.program.rewards import Reward
from regulars.core.program.rules import BonusRule, RateRule
from regulars.core.program.stamp_cards import ByItem, StampCard
from regulars.core.sale import NewRefund, SaleLine
from regulars.core.tallies import KINDS, bucket_keys
from regulars.ledger.models import Account
from regulars.platform.batches import run_batch
from regulars.rewards.models import IssuedReward
from regulars.sales.record import record_sales
from regulars.sales.refund import refund_sales
from tests.shop import NOON, a_member, a_sale, a_shop, points_of, sell
from tests.torture.crowd import Clock, Crowd, broken_invariants, count_deadlocks
from tests.torture.rounds import rounds
from tests.whole_shop import a_whole_shop, counts_of, held_by

pytestmark = pytest.mark.fault
MONTH = str(bucket_keys(NOON.date())[KINDS.index("month")])


def rate(*caps: Cap, **fields) -> RateRule:
    return RateRule(**({"code": "base", "name": "Base", "points": 1, "per_minor": 100, "caps": caps} | fields))


def given_to(members: list[int]) -> int:
    return sum(Account.objects.filter(holder_id__in=members, unit__code="points").values_list("balance", flat=True))


def test_eight_tills_on_one_member_with_a_cap_of_the_month(fresh_merchant):
    a_shop(rate(Cap(limit=100, period="month")))
    with Crowd(fresh_merchant.schema_name, 8) as crowd:
        for _ in range(rounds(15, release=500)):
            ann = a_member()
            sales = [a_sale(3_000, member=ann) for _ in range(8)]
            told = crowd.at_once([lambda sale=sale: sell(sale) for sale in sales])
            assert sorted(each.earned[0].awarded for each in told) == [0, 0, 0, 0, 10, 30, 30, 30]
            assert points_of(ann) == 100
    assert broken_invariants() == []


@pytest.mark.parametrize("shared", ["store", "program", "budget", "cashier"])
def test_members_at_many_tills_share_what_is_everybodys(fresh_merchant, shared):
    budget = Budget(code="spring", name="Spring", units=100)
    if shared == "budget":
        a_shop(rate(budget="spring"), budgets=(budget,))
    else:
        a_shop(rate(Cap(limit=100, period="day", per=shared)))
    before = count_deadlocks()
    with Crowd(fresh_merchant.schema_name, 8) as crowd:
        for day in range(rounds(8, release=300)):
            at = NOON + timedelta(days=0 if shared == "budget" else day)
            members = [a_member() for _ in range(8)]
            pairs = zip(members, reversed(members), strict=True)
            batches = [[a_sale(1_700, member=who, at=at, cashier="Kim") for who in pair] for pair in pairs]
            hands = [lambda batch=batch, at=at: record_sales(batch, at=at) for batch in batches]
            crowd.at_once(hands)
            assert given_to(members) == (100 if shared != "budget" or day == 0 else 0)
    assert count_deadlocks() == before
    assert broken_invariants() == []


def test_room_that_comes_back_is_given_once(fresh_merchant):
    """A sale comes back while seven tills wait for its room."""
    a_shop(rate(Cap(limit=100, period="month")))
    with Crowd(fresh_merchant.schema_name, 8) as crowd:
        for _ in range(rounds(15, release=500)):
            ann = a_member()
            sale = sell(a_sale(10_000, member=ann)).id or 0
            refund = NewRefund(sale_id=sale, external_id="F", occurred_at=NOON)
            hands = [lambda ann=ann: sell(a_sale(3_000, member=ann)).earned[0].awarded for _ in range(7)]
            *awarded, _ = crowd.at_once([*hands, lambda refund=refund: refund_sales([refund], at=NOON)])
            assert sum(awarded) == points_of(ann) <= 100
            assert counts_of(f"member/{ann}").get("used", {}) == (
                {"r:base": {MONTH: sum(awarded)}} if sum(awarded) else {}
            )
    assert broken_invariants() == []


def test_the_last_stamp_is_put_once(fresh_merchant):
    """Eight tills stamp a card of ten that has eight: one gives the reward, and six are on the next card."""
    card = StampCard(code="coffee", name="Coffee", size=10, final="free", earn=ByItem(items=Items(skus=("latte",))))
    a_shop(stamp_cards=(card,), rewards=(Reward(code="free", name="Free coffee"),))

    def latte(member: int, number: int = 1):
        return a_sale(300, member=member, lines=(SaleLine("latte", 1000 * number, 300),))

    with Crowd(fresh_merchant.schema_name, 8) as crowd:
        for _ in range(rounds(10, release=300)):
            ann = a_member()
            sell(latte(ann, 8))
            crowd.at_once([lambda ann=ann: sell(latte(ann)) for _ in range(8)])
            assert held_by(ann)["coffee"] == 6
            assert IssuedReward.objects.filter(member_id=ann).count() == 1
    assert broken_invariants() == []


def test_a_bonus_for_the_first_purchase_is_given_once(fresh_merchant):
    a_shop(rate(), BonusRule(code="first", name="First", points=50, caps=(Cap(limit=50, period="lifetime"),)))
    with Crowd(fresh_merchant.schema_name, 4) as crowd:
        for _ in range(rounds(10, release=300)):
            ann = a_member()
            crowd.at_once([lambda ann=ann: sell(a_sale(1_000, member=ann)) for _ in range(4)])
            assert points_of(ann) == 90
    assert broken_invariants() == []


def test_sales_and_refunds_of_a_whole_program_never_deadlock(fresh_merchant):
    """Store caps, a budget, cards and levels; each till has the members and the stores in an order of its own."""
    a_whole_shop()
    members = [a_member() for _ in range(8)]
    lines = (SaleLine("latte", 4000, 1600, "COFFEE"), SaleLine("tea", 2000, 800), SaleLine("wine", 1000, 9000))
    sold = [sell(a_sale(11_400, member=who, lines=lines)).id or 0 for who in members for _ in range(4)]
    clock = Clock(NOON, timedelta(minutes=7))

    def till(seed: int):
        draw = random.Random(seed)

        def work() -> None:
            for turn in range(rounds(8, release=300)):
                at = clock.tick()
                if draw.random() < 0.7:
                    batch = [
                        a_sale(11_400, member=who, lines=lines, at=at, store=draw.choice(["330", "331"]))
                        for who in draw.sample(members, 6)
                    ]
                    run_batch(batch, lambda part, at=at: record_sales(part, at=at))
                else:
                    back = [
                        NewRefund(sale_id=sale, external_id=f"{seed}-{turn}", occurred_at=at, amount_minor=1_000)
                        for sale in draw.sample(sold, 8)
                    ]
                    run_batch(back, lambda part, at=at: refund_sales(part, at=at))

        return work

    before = count_deadlocks()
    with Crowd(fresh_merchant.schema_name, 6) as crowd:
        crowd.at_once([till(seed) for seed in range(6)])
    assert count_deadlocks() == before
    assert counts_of("program")["used"]["b:spring"]["0"] <= 400
    assert broken_invariants() == []

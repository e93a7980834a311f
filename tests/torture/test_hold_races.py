"""Baskets that reserve, pay and let go at once: nothing is promised twice, and what is held is there to pay with."""

import random
from datetime import timedelta

import msgspec
import pytest

from regulars.core.actor import SYSTEM
from regulars.core.expiry import AfterDays
from regulars.core.program.rules import RateRule
from regulars.core.refusals import Refusal
from regulars.core.sale import Tender
from regulars.ledger.models import Account, Entry, Hold
from regulars.ledger.statement import balance_of
from regulars.points.adjust import adjust_points
from regulars.points.expire import expire_due_lots
from regulars.points.hold import Held, HoldKeyReused, NotEnoughToHold, release_hold, reserve_units
from regulars.points.lapse import lapse_holds
from tests.shop import NOON, a_member, a_sale, a_shop, sell
from tests.torture.crowd import Clock, Crowd, broken_invariants, count_deadlocks
from tests.torture.rounds import rounds

pytestmark = pytest.mark.fault
TEN_DAYS = RateRule(code="base", name="Base", points=1, per_minor=100, expiry=AfterDays(days=10))


def reserve(member: int, amount: int, *, key: str, at=NOON):
    try:
        return reserve_units(member_id=member, amount=amount, key=key, at=at, by=SYSTEM)
    except Refusal as refusal:
        return refusal


def test_eight_baskets_share_what_there_is(fresh_merchant):
    a_shop()
    with Crowd(fresh_merchant.schema_name, 8) as crowd:
        for round_ in range(rounds(5, release=200)):
            ann = a_member(points=100)
            told = crowd.at_once([lambda ann=ann, i=i, r=round_: reserve(ann, 30, key=f"{r}-{i}") for i in range(8)])
            refused = [each for each in told if isinstance(each, Refusal)]
            assert [type(each) for each in refused] == [NotEnoughToHold] * 5
            assert (balance_of(ann, at=NOON).available, balance_of(ann, at=NOON).reserved) == (10, 90)
    assert broken_invariants() == []


def test_one_key_is_one_basket_of_one_member(fresh_merchant):
    a_shop()
    with Crowd(fresh_merchant.schema_name, 6) as crowd:
        for round_ in range(rounds(5, release=200)):
            members = [a_member(points=50) for _ in range(6)]
            told = crowd.at_once([lambda m=m, r=round_: reserve(m, 30, key=f"one-{r}") for m in members])
            assert sorted(type(each).__name__ for each in told) == ["Held"] + [HoldKeyReused.__name__] * 5
            assert Hold.objects.filter(key=f"one-{round_}", ended_at=None).count() == 1
    assert broken_invariants() == []


def test_one_basket_at_several_tills_is_one_hold(fresh_merchant):
    a_shop()
    with Crowd(fresh_merchant.schema_name, 6) as crowd:
        for round_ in range(rounds(5, release=200)):
            ann = a_member(points=50)
            told = crowd.at_once(
                [lambda ann=ann, i=i, r=round_: reserve(ann, 30 + i, key=f"same-{r}") for i in range(6)]
            )
            assert [type(each) for each in told] == [Held] * 6
            [left] = Hold.objects.filter(key=f"same-{round_}", ended_at=None)
            assert (balance_of(ann, at=NOON).available, balance_of(ann, at=NOON).reserved) == (
                50 - left.amount,
                left.amount,
            )
            assert Hold.objects.filter(key=f"same-{round_}", ending="replaced").count() == 5
    assert broken_invariants() == []


def test_a_key_whose_time_is_over_goes_to_one_other_member(fresh_merchant):
    """Its first member asks for it again in the same moment: whoever comes first has it."""
    a_shop()
    later = NOON + timedelta(minutes=15)
    before = count_deadlocks()
    with Crowd(fresh_merchant.schema_name, 6) as crowd:
        for round_ in range(rounds(5, release=200)):
            members = [a_member(points=50) for _ in range(6)]
            reserve(members[0], 30, key=f"late-{round_}")
            told = crowd.at_once([lambda m=m, r=round_: reserve(m, 20, key=f"late-{r}", at=later) for m in members])
            assert sorted(type(each).__name__ for each in told) == ["Held"] + [HoldKeyReused.__name__] * 5
            [winner] = [each for each in told if isinstance(each, Held)]
            [left] = Hold.objects.filter(key=f"late-{round_}", ended_at=None)
            assert (left.account.holder_id, left.amount) == (winner.member_id, 20)
            assert [balance_of(m, at=later).reserved for m in members] == [
                20 * (m == winner.member_id) for m in members
            ]
    assert broken_invariants() == []
    assert count_deadlocks() == before


def test_baskets_tills_and_the_night_on_one_member(fresh_merchant):
    """Reserve, pay with the hold, let go, spend freely, correct, expire and lapse, as fast as they can."""
    a_shop(TEN_DAYS)
    ann = a_member(points=3_000, at=NOON)
    clock = Clock(NOON, timedelta(minutes=9))

    def one_hand(seed: int):
        draw = random.Random(seed)
        key = f"basket-{seed}"

        def pay(amount: int, at, number: int) -> None:
            tender = Tender("points", points=amount, hold=f"{key}-{number}")
            sell(msgspec.structs.replace(a_sale(9000, member=ann, at=at), tenders=(tender,)), at=at)

        def work() -> int:
            refused = 0
            for number in range(rounds(6, release=200)):
                at = clock.tick()
                try:
                    reserve_units(member_id=ann, amount=draw.randint(1, 90), key=f"{key}-{number}", at=at, by=SYSTEM)
                    match draw.choice(["pay", "pay", "more", "release", "leave", "deduct", "expire", "lapse"]):
                        case "pay":
                            pay(draw.randint(1, 90), clock.tick(), number)
                        case "more":
                            reserve_units(member_id=ann, amount=95, key=f"{key}-{number}", at=clock.tick(), by=SYSTEM)
                        case "release":
                            release_hold(key=f"{key}-{number}", at=clock.tick(), by=SYSTEM)
                        case "deduct":
                            said = {"reason": "x", "key": f"{key}-{number}", "by": SYSTEM}
                            adjust_points(member_id=ann, amount=-draw.randint(1, 50), at=clock.tick(), **said)
                        case "expire":
                            expire_due_lots(at=clock.tick())
                        case "lapse":
                            lapse_holds(at=clock.tick())
                except Refusal as refusal:
                    assert refusal.code in {"insufficient_balance", "future_sale"}, refusal
                    refused += 1
            return refused

        return work

    with Crowd(fresh_merchant.schema_name, 12) as crowd:
        crowd.at_once([one_hand(seed) for seed in range(12)])
    at = clock.tick()
    lapse_holds(at=at + timedelta(days=1))
    expire_due_lots(at=at + timedelta(days=30))
    account = Account.objects.get(holder_id=ann)
    assert (account.balance, Hold.objects.filter(ended_at=None).count()) == (0, 0)
    assert account.earned == account.spent + account.expired + sum_deducted(ann)
    assert broken_invariants() == []


def sum_deducted(member: int) -> int:
    return sum(Entry.objects.filter(kind="adjust", source__holder_id=member).values_list("amount", flat=True))

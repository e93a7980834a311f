"""Many hands on the same points: exactly one wins, nothing is spent twice, and the sums stay right."""

import random
from datetime import timedelta

import pytest
from msgspec.structs import replace

from regulars.core.actor import SYSTEM
from regulars.core.expiry import AfterDays
from regulars.core.identifiers import MemberHandle
from regulars.core.program.rules import RateRule
from regulars.core.program.units import POINTS
from regulars.core.refusals import Refusal
from regulars.core.sale import NewRefund
from regulars.ledger.models import Account, Lot
from regulars.ledger.statement import balance_of
from regulars.points.adjust import NotEnoughToDeduct, adjust_points
from regulars.points.expire import expire_due_lots
from regulars.sales.answers import Recorded, Refunded
from regulars.sales.attach import attach_sale
from regulars.sales.record import record_sales
from regulars.sales.refund import refund_sales
from tests.shop import NOON, a_member, a_sale, a_shop, sell
from tests.torture.crowd import Clock, Crowd, broken_invariants
from tests.torture.rounds import rounds

pytestmark = pytest.mark.fault

TEN_DAYS = RateRule(code="base", name="Base", points=1, per_minor=100, expiry=AfterDays(days=10))


def test_thirty_two_threads_on_one_member_keep_the_sums(fresh_merchant):
    """Earn, redeem, refund, adjust and expire, as fast as they can; each thread notes what it was told."""
    a_shop(TEN_DAYS)
    ann = a_member()
    clock = Clock(NOON, timedelta(hours=1))

    def one_hand(seed: int):
        draw = random.Random(seed)
        moved = {"in": 0, "out": 0}
        sold: list[int] = []

        def work() -> dict[str, int]:
            for turn in range(rounds(6, release=200)):
                at = clock.tick()
                match draw.choice(["sell", "sell", "spend", "refund", "add", "deduct", "expire"]):
                    case "sell":
                        recorded = sell(a_sale(draw.randint(0, 9000), member=ann, at=at), at=at)
                        moved["in"] += recorded.earned[0].awarded
                        sold.append(recorded.id or 0)
                    case "spend":
                        sale = a_sale(5000, member=ann, points=draw.randint(1, 60), at=at)
                        [outcome] = record_sales([sale], at=at)
                        if isinstance(outcome, Recorded):
                            moved["in"] += outcome.earned[0].awarded
                            moved["out"] += outcome.spent[0].amount
                            sold.append(outcome.id or 0)
                    case "refund" if sold:
                        refund = NewRefund(
                            sale_id=draw.choice(sold), external_id=f"{seed}-{turn}", occurred_at=at, amount_minor=900
                        )
                        [outcome] = refund_sales([refund], at=at)
                        if isinstance(outcome, Refunded):
                            moved["in"] += sum(given.amount for given in outcome.returned)
                            moved["out"] += sum(taken.amount - taken.short for taken in outcome.clawed)
                    case "add" | "deduct" as way:
                        amount = draw.randint(1, 30) * (1 if way == "add" else -1)
                        moved["in" if way == "add" else "out"] += adjust(ann, amount, f"{seed}-{turn}", at)
                    case "expire":
                        expire_due_lots(at=at)
            return moved

        return work

    with Crowd(fresh_merchant.schema_name, 32) as crowd:
        told = crowd.at_once([one_hand(seed) for seed in range(32)])
    account = Account.objects.get(holder_id=ann)
    moved_in, moved_out = sum(each["in"] for each in told), sum(each["out"] for each in told)
    assert account.balance == moved_in - moved_out - account.expired
    assert account.balance == sum(Lot.objects.filter(account=account).values_list("remaining", flat=True))
    assert broken_invariants() == []


def adjust(member: int, amount: int, key: str, at) -> int:
    """Adjust, and return how much was moved."""
    try:
        adjust_points(member_id=member, amount=amount, reason="race", key=key, at=at, by=SYSTEM)
    except NotEnoughToDeduct:
        return 0
    return abs(amount)


@pytest.mark.parametrize("shortfall", ["absorb", "debt", "refuse"])
def test_a_refund_racing_the_redemption_of_its_points(fresh_merchant, shortfall):
    """Whoever comes second sees what the first left: points are spent, or taken back, or owed, never two of these."""
    a_shop(TEN_DAYS, points=replace(POINTS, shortfall=shortfall))
    with Crowd(fresh_merchant.schema_name, 2) as crowd:
        for turn in range(rounds(60, release=2_000)):
            ann = a_member()
            sale = sell(a_sale(10000, member=ann)).id or 0
            refund = NewRefund(sale_id=sale, external_id="F", occurred_at=NOON)
            spend = a_sale(100, member=ann, points=100)

            def give_back(refund=refund):
                return refund_sales([refund], at=NOON)[0]

            def redeem(spend=spend):
                return record_sales([spend], at=NOON)[0]

            hands = [give_back, redeem] if turn % 2 else [redeem, give_back]
            outcomes = crowd.at_once(hands)
            [back] = [each for each in outcomes if isinstance(each, Refunded) or is_code(each, "points_spent_already")]
            [spent] = [each for each in outcomes if each is not back]
            balance = balance_of(ann, at=NOON)
            if isinstance(spent, Recorded):
                assert (balance.available, balance.debt) == ((-100, 100) if shortfall == "debt" else (0, 0))
                assert balance.spent == 100
                if shortfall == "refuse":
                    assert is_code(back, "points_spent_already")
                else:
                    assert back.clawed[0].short == 100
            else:
                assert is_code(spent, "insufficient_balance")
                assert back.clawed[0].short == 0
                assert (balance.available, balance.debt, balance.spent) == (0, 0, 0)
    assert broken_invariants() == []


def test_expiry_against_redemption_at_the_very_second(fresh_merchant):
    """A till spends in the last moment while the night writes off: the points go one way, and all of them."""
    a_shop(TEN_DAYS)
    with Crowd(fresh_merchant.schema_name, 4) as crowd:
        for turn in range(rounds(60, release=2_000)):
            ann = a_member()
            sell(a_sale(10000, member=ann))
            end = Lot.objects.get(account__holder_id=ann).expires_at
            spend = a_sale(500, member=ann, points=100, at=end - timedelta(microseconds=1))
            late = a_sale(500, member=ann, points=100, at=end)

            def redeem(spend=spend, end=end):
                return record_sales([spend], at=end)[0]

            def redeem_late(late=late, end=end):
                return record_sales([late], at=end)[0]

            def expire(end=end):
                return expire_due_lots(at=end)

            hands = [redeem, redeem_late, expire, expire]
            random.Random(turn).shuffle(hands)
            outcomes = dict(zip(hands, crowd.at_once(hands), strict=False))
            assert is_code(outcomes[redeem_late], "insufficient_balance")
            account = Account.objects.get(holder_id=ann)
            earned_then = 0
            if isinstance(outcomes[redeem], Recorded):
                earned_then = outcomes[redeem].earned[0].awarded
                assert (account.spent, account.expired) == (100, 0)
            else:
                assert is_code(outcomes[redeem], "insufficient_balance")
                assert (account.spent, account.expired) == (0, 100)
            assert account.balance == earned_then
            assert expire_due_lots(at=end) == 0
    assert broken_invariants() == []


def test_the_last_points_are_spent_once_however_many_tills_try(fresh_merchant):
    a_shop(TEN_DAYS, points=replace(POINTS, shortfall="debt"))
    with Crowd(fresh_merchant.schema_name, 8) as crowd:
        for _ in range(rounds(10, release=500)):
            ann = a_member(points=100, at=NOON)
            sales = [a_sale(100, member=ann, points=70) for _ in range(8)]
            hands = [lambda sale=sale: record_sales([sale], at=NOON)[0] for sale in sales]
            outcomes = crowd.at_once(hands)
            assert sum(isinstance(each, Recorded) for each in outcomes) == 1
            assert {each.code for each in outcomes if isinstance(each, Refusal)} == {"insufficient_balance"}
            assert balance_of(ann, at=NOON).available == 30
    assert broken_invariants() == []


def is_code(outcome: object, code: str) -> bool:
    return isinstance(outcome, Refusal) and outcome.code == code


def test_refunds_of_nobodys_sale_never_give_back_more_than_it_cost(fresh_merchant):
    """No member's lock comes between them: the sale's own does."""
    a_shop(TEN_DAYS)
    with Crowd(fresh_merchant.schema_name, 4) as crowd:
        for _ in range(rounds(20, release=2_000)):
            sale = sell(a_sale(1000)).id or 0
            refunds = [
                NewRefund(sale_id=sale, external_id=f"F-{hand}", occurred_at=NOON, amount_minor=400)
                for hand in range(4)
            ]
            outcomes = crowd.at_once([lambda refund=refund: refund_sales([refund], at=NOON)[0] for refund in refunds])
            assert sum(isinstance(each, Refunded) for each in outcomes) == 2
            assert {each.code for each in outcomes if isinstance(each, Refusal)} == {"refund_exceeds_sale"}
    assert broken_invariants() == []


def test_a_claim_racing_a_refund_earns_on_what_is_left(fresh_merchant):
    """The receipt comes back while its buyer claims it: in either order the member keeps the points of what is left."""
    a_shop(TEN_DAYS)
    with Crowd(fresh_merchant.schema_name, 2) as crowd:
        for _ in range(rounds(20, release=2_000)):
            ann, sale = a_member(), sell(a_sale(1000)).id or 0
            refund = NewRefund(sale_id=sale, external_id="F", occurred_at=NOON, amount_minor=400)

            def give_back(refund=refund):
                return refund_sales([refund], at=NOON)[0]

            def claim(sale=sale, ann=ann):
                return attach_sale(sale_id=sale, member=MemberHandle(id=str(ann)), at=NOON, by=SYSTEM)

            crowd.at_once([give_back, claim])
            assert balance_of(ann, at=NOON).available == 6
    assert broken_invariants() == []

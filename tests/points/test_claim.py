"""Members take rewards for their price; what cannot be claimed says why, and moves nothing."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from regulars.audit.models import Event
from regulars.core.program.conditions import Audience
from regulars.core.program.rewards import Gives, PerMember, Price
from regulars.core.program.tier_sets import Level, TierSet
from regulars.core.program.units import POINTS, Unit, UnitWords
from regulars.core.refusals import Refusal
from regulars.core.tiers import Standing
from regulars.ledger.models import Entry
from regulars.ledger.statement import balance_of, entries_of
from regulars.members.models import Status
from regulars.members.status import change_status
from regulars.points.claim import Claimed, claim_reward, claim_rewards
from regulars.points.claimable import list_claimable
from regulars.points.counter import NewClaim
from regulars.rewards.issued import list_issued
from regulars.rewards.models import IssuedReward
from regulars.tiers.standings import write_standings
from tests.gift_shop import MAX, NOON, a_gift_shop, a_reward, somebody

pytestmark = pytest.mark.django_db
LADDER = TierSet(code="status", name="Status", levels=(Level(code="vip", name="VIP", threshold=1000),))
CREDIT = Unit(code="credit", kind="cashback", name=UnitWords(singular="credit", plural="credit"), precision=2)


def claim(member: int, reward: str = "mug", *, key: str = "1", store: str = "", at=NOON) -> Claimed:
    return claim_reward(member_id=member, reward=reward, key=key, store=store, at=at, by=MAX)


def held(member: int, unit: str = "points") -> int:
    return balance_of(member, at=NOON, unit=unit).available


def test_a_claim_takes_the_price_and_gives_a_reward_with_a_code_for_the_till():
    a_gift_shop(rewards=(a_reward("mug", 200, use_within_days=14),))
    ann = somebody(points=500)
    done = claim(ann)
    assert done.balance is not None and done.balance.available == held(ann) == 300
    [issued] = list_issued(ann, at=NOON)
    assert issued == done.issued
    assert (issued.name, issued.cause, issued.state_at(NOON), len(issued.code)) == ("Mug", "claim", "outstanding", 12)
    assert (issued.price_unit, issued.price_amount) == ("points", 200)
    # To the end of the 24th in New York, where clocks are four hours behind by then.
    assert issued.usable_until is not None and f"{issued.usable_until:%d %H:%M}" == "25 04:00"
    assert issued.state_at(issued.usable_until) == "expired"
    entry = entries_of(ann)[0]
    assert (entry.kind, entry.amount, entry.key) == ("redeem", -200, f"claim/{ann}/1/points")
    event = Event.objects.get(action="reward.issued")
    assert (event.about_id, event.member_id, event.facts) == (issued.id, ann, {"reward": "mug", "cause": "claim"})


def test_the_same_key_again_changes_nothing_and_another_reward_is_refused():
    a_gift_shop(rewards=(a_reward("mug", 200), a_reward("cap", 100)))
    ann = somebody(points=500)
    first, again = claim(ann), claim(ann)
    assert again.replayed and again.issued == first.issued
    with pytest.raises(Refusal, match="key_reused"):
        claim(ann, "cap")
    assert (held(ann), IssuedReward.objects.count()) == (300, 1)


@pytest.mark.parametrize(
    ("reward", "key", "store", "code"),
    [
        ("hat", "1", "", "not_found_or_unusable"),
        ("given", "1", "", "not_found_or_unusable"),
        ("dear", "1", "", "insufficient_balance"),
        ("soon", "1", "", "not_started"),
        ("over", "1", "", "expired"),
        ("gold", "1", "", "tier"),
        ("mug", "1", "331", "wrong_store"),
        ("mug", "1", "999", "store_not_found"),
        ("mug", "", "", "invalid_claim"),
        ("mug", "a/b", "", "invalid_claim"),
    ],
)
def test_what_cannot_be_claimed_moves_nothing(reward, key, store, code):
    a_gift_shop(
        rewards=(
            a_reward("mug", 200, stores=("330",)),
            a_reward("given", None),
            a_reward("dear", 501),
            a_reward("soon", 1, starts_at=NOON + timedelta(seconds=1)),
            a_reward("over", 1, ends_at=NOON),
            a_reward("gold", 1, audience=Audience(tiers=("vip",))),
        ),
        tier_sets=(LADDER,),
    )
    ann = somebody(points=500)
    before = Entry.objects.count()
    with pytest.raises(Refusal, match=code):
        claim(ann, reward, key=key, store=store)
    assert (held(ann), Entry.objects.count(), IssuedReward.objects.count()) == (500, before, 0)


def test_nobody_and_the_locked_and_blocked_claim_nothing():
    a_gift_shop(rewards=(a_reward(),))
    with pytest.raises(Refusal, match="member_not_found"):
        claim(404)
    for status, code in ((Status.LOCKED, "member_locked"), (Status.BLOCKED, "member_blocked")):
        ann = somebody(points=500)
        change_status(member_id=ann, status=status, reason="a check", at=NOON, by=MAX)
        with pytest.raises(Refusal, match=code):
            claim(ann)


def test_a_member_gets_it_so_often_in_so_many_days_and_the_stock_ends():
    a_gift_shop(rewards=(a_reward("mug", 10, per_member=PerMember(limit=2, days=30)), a_reward("cap", 10, stock=2)))
    ann, bob = somebody(points=500), somebody(points=500)
    claim(ann, key="1", at=NOON - timedelta(days=30))
    claim(ann, key="2")
    claim(ann, key="3")
    with pytest.raises(Refusal, match="per_member_limit"):
        claim(ann, key="4")
    claim(ann, "cap", key="5")
    claim(bob, "cap", key="1")
    with pytest.raises(Refusal, match="total_limit"):
        claim(bob, "cap", key="2")


def test_points_and_credit_are_paid_at_once_and_leave_nothing_to_use():
    pays = a_reward("back", 300, kind="credit", gives=Gives(unit="credit", amount=250))
    a_gift_shop(units=(POINTS, CREDIT), rewards=(pays,))
    ann = somebody(points=500)
    done = claim(ann, "back")
    assert (held(ann), held(ann, "credit"), done.issued.status) == (200, 250, "used")
    claim(ann, "back")
    assert (held(ann), held(ann, "credit")) == (200, 250)


def test_the_price_differs_by_level_down_to_nothing():
    rewards = (
        a_reward("mug", price=Price(amount=400, by_tier={"vip": 200})),
        a_reward("tea", price=Price(amount=9, by_tier={"vip": 0})),
    )
    a_gift_shop(rewards=rewards, tier_sets=(LADDER,))
    ann, bob = somebody(points=500), somebody(points=500)
    with transaction.atomic():
        write_standings(
            {ann: {"status": Standing(level="vip", reached="vip", entered_at=NOON, since=NOON)}}, [], at=NOON
        )
    assert (claim(ann).issued.price_amount, claim(bob).issued.price_amount) == (200, 400)
    assert (held(ann), held(bob)) == (300, 100)
    tea = claim(ann, "tea", key="2")
    assert (tea.issued.price_amount, tea.issued.price_unit, held(ann)) == (0, "", 300)


def test_a_batch_is_decided_in_its_order_each_on_what_the_one_before_left():
    a_gift_shop(rewards=(a_reward("mug", 200, stock=3),))
    ann, bob = somebody(points=500), somebody(points=500)

    def wish(member: int, key: str, reward: str = "mug") -> NewClaim:
        return NewClaim(member_id=member, reward=reward, key=key)

    batch = [wish(ann, "1"), wish(ann, "1"), wish(ann, "2"), wish(ann, "3"), wish(ann, "1", "cap")]
    outcomes = claim_rewards([*batch, wish(bob, "1"), wish(bob, "2"), wish(bob, "a/b")], at=NOON)
    said = [each.code if isinstance(each, Refusal) else (each.issued.key, each.replayed) for each in outcomes]
    assert said == [
        (f"claim/{ann}/1", False),
        (f"claim/{ann}/1", True),
        (f"claim/{ann}/2", False),
        "insufficient_balance",
        "key_reused",
        (f"claim/{bob}/1", False),
        "total_limit",
        "invalid_claim",
    ]
    assert (held(ann), held(bob)) == (100, 300)


def test_statements_do_not_grow_with_the_batch():
    a_gift_shop(rewards=(a_reward("mug", 1, stock=1000, per_member=PerMember(limit=50)),))

    def statements(size: int) -> int:
        members = [somebody(points=5) for _ in range(size)]
        batch = [NewClaim(member_id=member, reward="mug", key="1", store="330") for member in members]
        with CaptureQueriesContext(connection) as seen:
            outcomes = claim_rewards(batch, at=NOON)
        assert all(isinstance(each, Claimed) for each in outcomes)
        return len(seen)

    statements(1)
    assert statements(1) == statements(10) == statements(40)


def test_the_catalogue_says_what_is_affordable_and_what_would_be_left():
    a_gift_shop(
        rewards=(a_reward("dear", 600), a_reward("mug", 200, stock=3), a_reward("tea", 50), a_reward("gift", None))
    )
    ann = somebody(points=500)
    claim(ann)
    shown = list_claimable(member_id=ann, at=NOON, store="330")
    assert [
        (each.reward.code, each.price, each.after, each.left, each.refusal and each.refusal.code) for each in shown
    ] == [
        ("tea", 50, 250, None, None),
        ("mug", 200, 100, 2, None),
        ("dear", 600, -300, None, "insufficient_balance"),
    ]
    with pytest.raises(Refusal, match="member_not_found"):
        list_claimable(member_id=404, at=NOON)

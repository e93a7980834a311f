"""Many tills at the same moment: the last of a reward goes to one, nobody spends more than they have, a code is used
once, and a card is filled as often as it got stamps for.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django_tenants.utils import tenant_context

from regulars.core.program.rewards import PerMember
from regulars.core.program.stamp_cards import ByHand, StampCard
from regulars.core.refusals import Refusal
from regulars.ledger.statement import balance_of
from regulars.points.claim import claim_reward
from regulars.points.remove_reward import remove_reward
from regulars.points.stamp_codes import make_stamp_codes, use_stamp_code
from regulars.points.stamps import adjust_stamps
from regulars.rewards.models import IssuedReward
from regulars.rewards.use import use_reward
from regulars.sales.verify import verify
from tests.gift_shop import MAX, NOON, a_gift_shop, a_reward, somebody

pytestmark = pytest.mark.fault
THREADS = 12


@pytest.fixture
def at_once(fresh_merchant) -> Callable[..., Counter]:
    """Do something in many threads at the same moment; count what came of it. The books must balance afterwards."""

    def run(work: Callable[[int], object]) -> Counter:
        start = Barrier(THREADS)

        def one(number: int) -> str:
            with tenant_context(fresh_merchant):
                start.wait()
                try:
                    work(number)
                except Refusal as refusal:
                    return refusal.code
                finally:
                    connection.close()
                return "done"

        with ThreadPoolExecutor(THREADS) as pool:
            outcomes = Counter(pool.map(one, range(THREADS)))
        assert {check.name: check.breaches for check in verify() if check.breaches} == {}
        return outcomes

    return run


def claim(member: int, reward: str, number: int) -> None:
    claim_reward(member_id=member, reward=reward, key=str(number), at=NOON, by=MAX)


def test_the_last_of_a_reward_goes_to_exactly_one(at_once):
    a_gift_shop(rewards=(a_reward("mug", 10, stock=1), a_reward("cap", 10, stock=5)))
    members = [somebody(points=100) for _ in range(THREADS)]
    assert at_once(lambda number: claim(members[number], "mug", number)) == {"done": 1, "total_limit": THREADS - 1}
    assert at_once(lambda number: claim(members[number], "cap", 100 + number)) == {
        "done": 5,
        "total_limit": THREADS - 5,
    }
    assert sum(balance_of(member, at=NOON).available for member in members) == 100 * THREADS - 60


def test_concurrent_claims_never_spend_more_than_there_is(at_once):
    a_gift_shop(rewards=(a_reward("mug", 30),))
    ann = somebody(points=100)
    assert at_once(lambda number: claim(ann, "mug", number)) == {"done": 3, "insufficient_balance": THREADS - 3}
    assert balance_of(ann, at=NOON).available == 10


def test_the_same_claim_from_many_tills_is_one(at_once):
    a_gift_shop(rewards=(a_reward("mug", 30, per_member=PerMember(limit=1)),))
    ann = somebody(points=100)
    assert at_once(lambda _: claim(ann, "mug", 1)) == {"done": THREADS}
    assert (IssuedReward.objects.count(), balance_of(ann, at=NOON).available) == (1, 70)
    assert at_once(lambda number: claim(ann, "mug", 100 + number)) == {"per_member_limit": THREADS}


def test_a_reward_is_used_or_removed_and_never_both(at_once):
    a_gift_shop(rewards=(a_reward("mug", 30),))
    ann = somebody(points=100)
    issued = claim_reward(member_id=ann, reward="mug", key="1", at=NOON, by=MAX).issued

    def work(number: int) -> None:
        if number % 2:
            use_reward(code=issued.code, at=NOON, by=MAX)
        else:
            remove_reward(issued_id=issued.id, give_back=True, reason="race", at=NOON, by=MAX)

    outcomes = at_once(work)
    status = IssuedReward.objects.get(pk=issued.id).status
    if status == "used":
        assert outcomes == {"done": 1, "already_used": THREADS - 1}
    else:
        assert outcomes == {"done": THREADS // 2, "not_found_or_unusable": THREADS // 2}
    assert balance_of(ann, at=NOON).available == (70 if status == "used" else 100)


def test_a_code_is_used_by_one(at_once):
    a_gift_shop(
        stamp_cards=(StampCard(code="coffee", name="Coffee", size=3, earn=ByHand(), final="free"),),
        rewards=(a_reward("free", None),),
    )
    members = [somebody() for _ in range(THREADS)]
    [code] = make_stamp_codes(card="coffee", count=1, batch="Fair", at=NOON, by=MAX)
    outcomes = at_once(lambda number: use_stamp_code(code=code, member_id=members[number], at=NOON, by=MAX))
    assert outcomes == {"done": 1, "not_found_or_unusable": THREADS - 1}


def test_stamps_from_many_hands_fill_each_card_once(at_once):
    a_gift_shop(
        stamp_cards=(StampCard(code="coffee", name="Coffee", size=5, earn=ByHand(), final="free"),),
        rewards=(a_reward("free", None),),
    )
    ann = somebody()

    def stamp(number: int) -> None:
        adjust_stamps(member_id=ann, card="coffee", stamps=2, reason="race", key=str(number), at=NOON, by=MAX)

    assert at_once(stamp) == {"done": THREADS}
    full, left = divmod(2 * THREADS, 5)
    assert (IssuedReward.objects.count(), balance_of(ann, at=NOON, unit="coffee").available) == (full, left)

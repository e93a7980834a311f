"""The stamps of two who are one fill one card; undone, a card that only both could fill is open again."""

from datetime import timedelta

import pytest

from regulars.care.merge import merge_members
from regulars.care.unmerge import undo_merge
from regulars.core.program.stamp_cards import ByHand, StampCard
from regulars.ledger.statement import balance_of
from regulars.points.claim import claim_reward
from regulars.points.remove_reward import remove_reward
from regulars.points.stamps import adjust_stamps
from regulars.rewards.issued import find_issued, list_issued
from regulars.rewards.use import use_reward
from regulars.sales.verify import verify
from tests.gift_shop import MAX, NOON, a_gift_shop, a_reward, somebody

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=3)
CARD = StampCard(code="coffee", name="Coffee", size=10, earn=ByHand(), final="free", interim={5: "cookie"})


@pytest.fixture(autouse=True)
def shop():
    a_gift_shop(stamp_cards=(CARD,), rewards=(a_reward("free", None), a_reward("cookie", None), a_reward("mug", 20)))
    yield
    assert [result.name for result in verify() if result.breaches] == []


def stamp(member: int, stamps: int, *, at=NOON) -> None:
    key = f"{member}-{stamps}-{at:%j}"
    adjust_stamps(member_id=member, card="coffee", stamps=stamps, reason="by hand", key=key, at=at, by=MAX)


def on_card(*members: int) -> list[int]:
    return [balance_of(each, at=LATER, unit="coffee").available for each in members]


def rewards(*members: int) -> list[list[str]]:
    shown = [[each for each in list_issued(member, at=LATER) if each.status != "withdrawn"] for member in members]
    return [sorted(each.reward if each.status == "outstanding" else f"{each.reward}!" for each in one) for one in shown]


def merge(source: int, keeper: int) -> int:
    return merge_members(source=source, keeper=keeper, at=NOON, by=MAX).merge_id


@pytest.mark.parametrize(
    ("own", "theirs", "held", "brought"),
    [
        (3, 4, 7, ["cookie"]),  # together they reach the fifth
        (0, 7, 7, ["cookie"]),  # the source's cookie, which is not brought again
        (6, 7, 3, ["cookie", "cookie", "free"]),
        (9, 9, 8, ["cookie", "cookie", "free"]),  # the second card's fifth stamp had brought its cookie
        (4, 0, 4, []),
    ],
)
def test_stamps_are_put_on_the_keepers_card_and_taken_off_again(own, theirs, held, brought):
    keeper, source = somebody(), somebody()
    for member, stamps in ((keeper, own), (source, theirs)):
        if stamps:
            stamp(member, stamps)
    was = rewards(keeper, source)
    merged = merge(source, keeper)
    assert (on_card(keeper), rewards(keeper)) == ([held], [brought])
    undo_merge(merge_id=merged, at=LATER, by=MAX)
    assert (on_card(keeper, source), rewards(keeper, source)) == ([own, theirs], was)
    if own:
        stamp(keeper, 1, at=LATER)
        assert on_card(keeper) == [own + 1 if own < 9 else 0]


def test_a_reward_that_was_used_keeps_its_stamps():
    keeper, source = somebody(), somebody()
    stamp(keeper, 6)
    stamp(source, 6)
    merged = merge(source, keeper)
    [free] = [each for each in list_issued(keeper, at=NOON) if each.reward == "free"]
    use_reward(code=free.code, store="330", at=NOON, by=MAX)
    undo_merge(merge_id=merged, at=LATER, by=MAX)
    assert on_card(keeper, source) == [0, 2]
    assert rewards(keeper, source) == [["cookie", "free!"], ["cookie"]]


def test_stamps_that_filled_a_card_since_are_spent():
    keeper, source = somebody(), somebody()
    stamp(keeper, 2)
    stamp(source, 3)
    merged = merge(source, keeper)
    stamp(keeper, 8, at=LATER)
    assert on_card(keeper) == [3]
    undo_merge(merge_id=merged, at=LATER, by=MAX)
    assert on_card(keeper, source) == [3, 0]
    assert rewards(keeper, source) == [["cookie", "free"], []]


def test_rewards_in_hand_move_and_a_price_that_is_given_back_finds_its_lots():
    keeper, source = somebody(points=10), somebody(points=50)
    claim_reward(member_id=source, reward="mug", key="c1", at=NOON, by=MAX)
    merged = merge(source, keeper)
    assert rewards(keeper, source) == [["mug"], []]
    [mug] = list_issued(keeper, at=NOON)
    remove_reward(issued_id=mug.id, give_back=True, reason="broken", at=NOON, by=MAX)
    assert balance_of(keeper, at=NOON).available == 60
    undo_merge(merge_id=merged, at=LATER, by=MAX)
    assert [balance_of(each, at=LATER).available for each in (keeper, source)] == [10, 50]
    assert balance_of(source, at=LATER).spent == 0
    assert find_issued([mug.key])[mug.key].member_id == source

"""The team takes an unused reward away; the price comes back to its lots if they say so, and never twice."""

from datetime import timedelta

import pytest

from regulars.core.program.policies import Policies
from regulars.core.refusals import Refusal
from regulars.ledger.models import Entry, Lot
from regulars.ledger.statement import balance_of, entries_of
from regulars.points.claim import claim_reward
from regulars.points.give_reward import give_reward
from regulars.points.remove_reward import remove_reward
from regulars.rewards.issued import read_one, steps_of
from regulars.rewards.use import use_reward
from tests.gift_shop import MAX, NOON, a_gift_shop, a_reward, somebody

pytestmark = pytest.mark.django_db


def claim(member: int, *, key: str = "1") -> int:
    return claim_reward(member_id=member, reward="mug", key=key, at=NOON, by=MAX).issued.id


def remove(issued: int, *, give_back: bool = True, reason: str = "out of mugs", at=NOON):
    return remove_reward(issued_id=issued, give_back=give_back, reason=reason, at=at, by=MAX)


def held(member: int) -> int:
    return balance_of(member, at=NOON).available


@pytest.mark.parametrize(("give_back", "left"), [(True, 500), (False, 300)])
def test_the_price_comes_back_if_the_team_says_so(give_back, left):
    a_gift_shop(rewards=(a_reward(stock=1),))
    ann = somebody(points=500)
    issued = claim(ann)
    done = remove(issued, give_back=give_back)
    assert (held(ann), done.given_back, done.issued.status) == (left, left - 300, "removed")
    assert [(step.name, step.note, step.actor) for step in steps_of(issued)] == [("removed", "out of mugs", "staff:5")]
    again = remove(issued)
    assert (held(ann), again.replayed, again.given_back) == (left, True, 0)
    # What was taken away is there for the next.
    assert claim(somebody(points=500)) != issued


def test_the_price_returns_to_the_lots_it_came_from():
    a_gift_shop(rewards=(a_reward(),))
    ann = somebody(points=150)
    somebody_gave_more(ann)
    issued = claim(ann)
    before = {lot.pk: lot.remaining for lot in Lot.objects.all()}
    assert sorted(before.values()) == [0, 50]
    remove(issued)
    assert sorted(lot.remaining for lot in Lot.objects.all()) == [100, 150]
    entry = entries_of(ann)[0]
    assert (entry.kind, entry.amount, entry.reason) == ("reverse", 200, "out of mugs")


def somebody_gave_more(member: int) -> None:
    from regulars.points.adjust import adjust_points

    adjust_points(member_id=member, amount=100, reason="more", key="more", at=NOON, by=MAX)


@pytest.mark.parametrize(("days", "available"), [(14, 200), (0, 0)])
def test_what_comes_back_to_an_ended_lot_lives_for_the_grace_or_expires_at_once(days, available):
    a_gift_shop(rewards=(a_reward(),), policies=Policies(reinstate_grace_days=days))
    ann = somebody(points=200)
    issued = claim(ann)
    Lot.objects.update(expires_at=NOON + timedelta(days=1))
    later = NOON + timedelta(days=2)
    done = remove(issued, at=later)
    assert balance_of(ann, at=later).available == available
    assert (done.graced_until is not None) == bool(days)


def test_what_is_used_stays_and_what_has_no_reason_is_refused():
    a_gift_shop(rewards=(a_reward(),))
    ann = somebody(points=500)
    issued = claim(ann)
    with pytest.raises(Refusal, match="invalid_removal"):
        remove(issued, reason="  ")
    with pytest.raises(Refusal, match="reward_not_found"):
        remove(404)
    use_reward(issued_id=issued, at=NOON, by=MAX)
    before = Entry.objects.count()
    with pytest.raises(Refusal, match="already_used"):
        remove(issued)
    assert (held(ann), Entry.objects.count()) == (300, before)


def test_the_team_gives_a_reward_once_for_each_key_also_one_that_nobody_can_claim():
    a_gift_shop(rewards=(a_reward("mug", None), a_reward("cap")))
    ann = somebody()

    def give(reward: str = "mug", key: str = "1", reason: str = "sorry"):
        return give_reward(member_id=ann, reward=reward, reason=reason, key=key, at=NOON, by=MAX)

    first, again = give(), give()
    assert first == again and (first.cause, first.price_amount) == ("staff", 0)
    assert [step.note for step in steps_of(first.id)] == ["sorry"]
    for wrong, code in (
        ({"reward": "hat"}, "not_found_or_unusable"),
        ({"reward": "cap", "key": "1"}, "key_reused"),
        ({"reason": " "}, "invalid_gift"),
        ({"key": "a/b"}, "invalid_gift"),
    ):
        with pytest.raises(Refusal, match=code):
            give(**({"key": "2"} | wrong))
    assert remove(first.id).given_back == 0
    removed = read_one(first.id)
    assert removed is not None and removed.status == "removed"

"""A reward is used once, where and when it is valid; what is sent is ordered, sent and delivered."""

from datetime import timedelta

import pytest

from regulars.core.program.conditions import Hours, Tags
from regulars.core.refusals import Refusal
from regulars.members.models import Status
from regulars.members.status import change_status
from regulars.points.claim import claim_reward
from regulars.points.remove_reward import remove_reward
from regulars.rewards.fulfil import fulfil_reward
from regulars.rewards.issued import Issued, list_issued, list_to_send, steps_of
from regulars.rewards.models import Fulfilment
from regulars.rewards.use import take_back_use, use_reward
from tests.gift_shop import MAX, NOON, a_gift_shop, a_reward, somebody, the_program_is

pytestmark = pytest.mark.django_db


def in_hand(**terms) -> Issued:
    a_gift_shop(rewards=(a_reward("mug", 200, **terms),))
    ann = somebody(points=500)
    return claim_reward(member_id=ann, reward="mug", key="1", at=NOON, by=MAX).issued


def test_it_is_used_once_and_the_next_till_is_told_when():
    mug = in_hand()
    used = use_reward(code=mug.code, store="330", at=NOON, by=MAX)
    assert (used.status, used.ended_at) == ("used", NOON)
    with pytest.raises(Refusal, match="already_used") as refused:
        use_reward(code=mug.code, at=NOON + timedelta(minutes=1), by=MAX)
    assert refused.value.facts() == {"used_at": NOON}
    assert [(step.name, step.store) for step in steps_of(mug.id)] == [("used", "330")]


@pytest.mark.parametrize(
    ("terms", "store", "later", "code"),
    [
        ({"use_within_days": 3}, "", timedelta(days=4), "expired"),
        ({"use_from": NOON + timedelta(days=1)}, "", timedelta(), "not_started"),
        ({"use_until": NOON + timedelta(days=1)}, "", timedelta(days=1), "expired"),
        ({"store_tags": Tags(any=("north",))}, "331", timedelta(), "wrong_store"),
        ({"store_tags": Tags(any=("north",))}, "", timedelta(), "wrong_store"),
        # Noon in UTC is 08:00 in New York.
        ({"use_hours": (Hours(since="09:00"),)}, "330", timedelta(), "outside_hours"),
        ({}, "999", timedelta(), "store_not_found"),
    ],
)
def test_where_and_when_it_is_not_valid_it_stays_unused(terms, store, later, code):
    mug = in_hand(**terms)
    with pytest.raises(Refusal, match=code):
        use_reward(code=mug.code, store=store, at=NOON + later, by=MAX)
    assert steps_of(mug.id) == []


def test_somebody_locked_uses_nothing_and_what_was_removed_is_gone():
    mug = in_hand()
    with pytest.raises(Refusal, match="reward_not_found"):
        use_reward(code="NOTHING", at=NOON, by=MAX)
    change_status(member_id=mug.member_id, status=Status.LOCKED, reason="a check", at=NOON, by=MAX)
    with pytest.raises(Refusal, match="member_locked"):
        use_reward(code=mug.code, at=NOON, by=MAX)
    change_status(member_id=mug.member_id, status=Status.ACTIVE, reason="", at=NOON, by=MAX)
    remove_reward(issued_id=mug.id, give_back=True, reason="mistake", at=NOON, by=MAX)
    with pytest.raises(Refusal, match="not_found_or_unusable"):
        use_reward(code=mug.code, at=NOON, by=MAX)


def test_it_keeps_the_terms_it_was_given_under():
    mug = in_hand(use_within_days=30)
    the_program_is(rewards=(), at=NOON + timedelta(hours=1))
    assert use_reward(code=mug.code, at=NOON + timedelta(days=20), by=MAX).status == "used"


def test_a_use_by_mistake_is_taken_back():
    mug = in_hand()
    with pytest.raises(Refusal, match="not_used"):
        take_back_use(issued_id=mug.id, at=NOON, by=MAX)
    use_reward(code=mug.code, at=NOON, by=MAX)
    assert take_back_use(issued_id=mug.id, at=NOON, by=MAX, note="wrong guest").status == "outstanding"
    assert use_reward(code=mug.code, at=NOON, by=MAX).status == "used"
    assert [step.name for step in steps_of(mug.id)] == ["used", "restored", "used"]


def test_what_is_sent_goes_its_way_step_by_step():
    mug = in_hand(is_sent=True, kind="gift")
    assert [each.id for each in list_to_send(fulfilment="ordered")] == [mug.id]

    def go(to: Fulfilment) -> Issued:
        return fulfil_reward(issued_id=mug.id, to=to, at=NOON, by=MAX, note="parcel 7")

    with pytest.raises(Refusal, match="not_the_next_step"):
        go(Fulfilment.DELIVERED)
    assert (go(Fulfilment.SENT).fulfilment, go(Fulfilment.SENT).status) == ("sent", "outstanding")
    assert go(Fulfilment.DELIVERED).status == "used"
    assert go(Fulfilment.ORDERED).status == "outstanding"
    assert [step.name for step in steps_of(mug.id)] == ["sent", "delivered", "ordered"]
    assert list_issued(mug.member_id, at=NOON, is_open=True)[0].fulfilment == "ordered"


def test_what_is_used_at_a_till_is_not_sent():
    mug = in_hand()
    with pytest.raises(Refusal, match="nothing_to_send"):
        fulfil_reward(issued_id=mug.id, to=Fulfilment.SENT, at=NOON, by=MAX)
    with pytest.raises(Refusal, match="reward_not_found"):
        fulfil_reward(issued_id=404, to=Fulfilment.SENT, at=NOON, by=MAX)

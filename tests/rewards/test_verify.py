"""`verify` finds nothing wrong with a shop that gives, and each of its checks sees the fault it is for."""

from datetime import timedelta

import pytest
from django.db import connection

from regulars.core.identifiers import MemberHandle
from regulars.core.program.policies import Policies
from regulars.core.program.rewards import Gives
from regulars.core.program.rules import EventRule
from regulars.core.program.stamp_cards import ByHand, StampCard
from regulars.points.claim import claim_reward
from regulars.points.give_reward import give_reward
from regulars.points.remove_reward import remove_reward
from regulars.points.stamp_codes import make_stamp_codes, use_stamp_code
from regulars.points.stamps import adjust_stamps
from regulars.points.verify import POINTS_CHECKS
from regulars.rewards.fulfil import fulfil_reward
from regulars.rewards.models import Fulfilment
from regulars.rewards.use import take_back_use, use_reward
from regulars.rewards.verify import REWARD_CHECKS
from regulars.sales.event_batch import NewMemberEvent
from regulars.sales.member_events import record_member_event
from regulars.sales.verify import verify
from tests.gift_shop import MAX, NOON, a_gift_shop, a_reward, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def a_giving_shop():
    """Everything that can become of a reward and a card; the test then works as the owner, who may break things."""
    a_gift_shop(
        rules=(EventRule(code="review", name="Review", event="review", points=50),),
        stamp_cards=(
            StampCard(code="coffee", name="Coffee", size=4, earn=ByHand(), final="free", interim={2: "back"}),
        ),
        rewards=(
            a_reward("mug", 100),
            a_reward("parcel", 50, kind="gift", is_sent=True),
            a_reward("free", None),
            a_reward("back", 40, kind="points", gives=Gives(unit="points", amount=30)),
        ),
        policies=Policies(reinstate_grace_days=0),
    )
    ann, bob = somebody(points=1000), somebody(points=1000)

    def claim(reward: str, key: str) -> int:
        return claim_reward(member_id=ann, reward=reward, key=key, at=NOON, by=MAX).issued.id

    claim("mug", "1")
    use_reward(issued_id=claim("mug", "2"), store="330", at=NOON, by=MAX)
    again = claim("mug", "3")
    use_reward(issued_id=again, at=NOON, by=MAX)
    take_back_use(issued_id=again, at=NOON, by=MAX)
    remove_reward(issued_id=claim("mug", "4"), give_back=True, reason="broken", at=NOON, by=MAX)
    remove_reward(issued_id=claim("mug", "5"), give_back=False, reason="broken", at=NOON, by=MAX)
    parcel = claim("parcel", "6")
    for step in (Fulfilment.SENT, Fulfilment.DELIVERED):
        fulfil_reward(issued_id=parcel, to=step, at=NOON, by=MAX)
    claim("back", "7")
    give_reward(member_id=bob, reward="back", reason="sorry", key="1", at=NOON, by=MAX)
    for number, stamps in enumerate((6, -3, 7, -1)):
        adjust_stamps(member_id=ann, card="coffee", stamps=stamps, reason="by hand", key=str(number), at=NOON, by=MAX)
    [code] = make_stamp_codes(card="coffee", count=1, stamps=5, batch="Fair", at=NOON, by=MAX)
    use_stamp_code(code=code, member_id=bob, at=NOON + timedelta(minutes=1), by=MAX)
    happened = NewMemberEvent(
        event="review", external_id="1", member=MemberHandle(id=str(bob)), occurred_at=NOON, by=MAX
    )
    record_member_event(happened, at=NOON)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    yield


def breaches() -> dict[str, int]:
    return {result.name: result.breaches for result in verify() if result.breaches}


def test_a_sound_shop_passes_every_check(a_giving_shop):
    assert breaches() == {}


FAULTS = {
    "R1-reasons": """
        DROP INDEX one_reward_for_each_reason;
        UPDATE rewards_issuedreward SET key = 'the same'
        """,
    "R2-states": "UPDATE rewards_issuedreward SET status = 'outstanding', ended_at = NULL WHERE status = 'used'",
    "R3-prices": "UPDATE rewards_issuedreward SET price_amount = price_amount + 1 WHERE price_amount > 0",
    "R4-given-back": "UPDATE rewards_issuedreward SET status = 'used' WHERE status = 'removed'",
    "R5-paid": "UPDATE rewards_issuedreward SET ended_at = ended_at + interval '1 second' WHERE cause = 'staff'",
    "R6-cards": """
        UPDATE programs_tally SET counts = jsonb_set(counts::jsonb, '{cards,coffee,0}', '9')
        WHERE counts::jsonb ? 'cards'
        """,
    "R7-marks": "UPDATE rewards_issuedreward SET status = 'withdrawn' , ended_at = now() WHERE reward = 'free'",
    "P1-events": "UPDATE points_memberevent SET given = '[]'",
    "P2-codes": "UPDATE points_stampcode SET member_id = member_id + 1",
}


@pytest.mark.parametrize("name", [check.name for check in (*REWARD_CHECKS, *POINTS_CHECKS)])
def test_each_check_sees_its_fault(a_giving_shop, name):
    with connection.cursor() as cursor:
        for statement in FAULTS[name].split(";"):
            cursor.execute(statement)
    assert breaches()[name] > 0


@pytest.mark.parametrize("table", ["rewards_step", "points_memberevent"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_application_cannot_change_what_was_written(table, statement):
    from django.db import ProgrammingError

    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(statement.format(table))

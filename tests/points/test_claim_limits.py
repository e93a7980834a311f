"""Caps on spending bound claims as they bound payments."""

import msgspec
import pytest

from regulars.core.program.caps import Cap
from regulars.core.program.units import POINTS
from regulars.core.refusals import Refusal
from regulars.ledger.statement import balance_of
from regulars.points.claim import Claimed, claim_rewards
from regulars.points.counter import NewClaim
from tests.gift_shop import NOON, a_gift_shop, a_reward, somebody

pytestmark = pytest.mark.django_db


def test_what_is_left_of_the_month_bounds_the_next_claim():
    points = msgspec.structs.replace(POINTS, spend_caps=(Cap(limit=250, period="month"),))
    a_gift_shop(units=(points,), rewards=(a_reward("mug", 200), a_reward("pin", 50)))
    ann = somebody(points=1_000)
    claims = [
        NewClaim(member_id=ann, reward=reward, key=str(i)) for i, reward in enumerate(("mug", "mug", "pin", "pin"))
    ]
    told = [type(each) is Claimed or each.code for each in claim_rewards(claims, at=NOON)]
    assert told == [True, "spend_limit", True, "spend_limit"]
    assert balance_of(ann, at=NOON).available == 750
    [refused] = claim_rewards([NewClaim(member_id=ann, reward="pin", key="9")], at=NOON)
    assert isinstance(refused, Refusal) and refused.facts()["room"] == 0

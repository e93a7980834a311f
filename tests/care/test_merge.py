"""Two records of one person become one, with all that hangs on them; undone, each has what was theirs less what was
spent.
"""

from datetime import timedelta

import pytest

from regulars.care.merge import Merged, merge_members
from regulars.care.unmerge import Difference, Unmerged, undo_merge
from regulars.core.actor import Actor
from regulars.core.identifiers import MemberHandle
from regulars.core.program.tier_sets import Level, Metric, TierSet
from regulars.members.find import find_member
from regulars.members.models import Identifier
from regulars.points.adjust import adjust_points
from regulars.sales.models import Sale
from regulars.sales.verify import verify
from regulars.tiers.standings import find_standings
from tests.shop import NOON, OPENED, a_member, a_sale, a_shop, points_of, sell

pytestmark = pytest.mark.django_db
ZOE = Actor(kind="staff", id=7, name="Zoe")
LATER = NOON + timedelta(days=3)
CLUB = TierSet(
    code="vip",
    name="Club",
    levels=(Level(code="silver", name="Silver", threshold=9_000), Level(code="gold", name="Gold", threshold=20_000)),
    metric=Metric(of="spend"),
)


@pytest.fixture(autouse=True)
def proof():
    yield
    assert [result.name for result in verify() if result.breaches] == []


def level(member: int) -> str | None:
    standing = find_standings([member]).get(member, {}).get("vip")
    return standing.level if standing else None


def merge(source: int, keeper: int, **given) -> Merged:
    return merge_members(source=source, keeper=keeper, **({"at": NOON, "by": ZOE} | given))


def undo(merged: Merged, *, at=LATER) -> Unmerged:
    return undo_merge(merge_id=merged.merge_id, at=at, by=ZOE)


def spend(member: int, points: int, *, at=NOON) -> int:
    return sell(a_sale(points, member=member, points=points, at=at), at=at).id


def adjust(member: int, amount: int, key: str, *, at=NOON) -> None:
    adjust_points(member_id=member, unit="points", amount=amount, reason="test", key=key, at=at, by=ZOE)


def test_the_rules_example():
    """Keeper 100 (Silver), source 60 (Gold). Merged 160 Gold. 30 spent from a source lot. Undone: 100 and 30."""
    a_shop(tier_sets=(CLUB,))
    keeper, source = a_member(), a_member()
    sell(a_sale(20_000, member=source, at=OPENED), at=OPENED)  # the first to expire
    sell(a_sale(10_000, member=keeper, at=NOON), at=NOON)
    adjust(source, -140, "less")
    assert (points_of(keeper), level(keeper), points_of(source), level(source)) == (100, "silver", 60, "gold")
    merged = merge(source, keeper)
    assert (points_of(keeper), level(keeper), level(source)) == (160, "gold", None)
    spend(keeper, 30)
    undone = undo(merged)
    assert (points_of(keeper, at=LATER), points_of(source, at=LATER)) == (100, 30)
    assert (level(keeper), level(source)) == ("silver", "gold")
    assert undone.differences == (Difference("units", "points", -30),)


def test_sales_cards_and_identifiers_find_the_keeper_and_come_back():
    a_shop()
    keeper = a_member(email="ann@example.com")
    source = a_member(points=7, email="ann.smith@example.com", phone="+12125550100", cards=("777",))
    was = [find_member(handle, country="US", at=NOON) for handle in HANDLES]
    merged = merge(source, keeper)
    found = [find_member(handle, country="US", at=NOON) for handle in (*HANDLES, MemberHandle(id=str(source)))]
    assert {each.member_id for each in found if each} == {keeper}
    assert all(found)
    assert Sale.objects.filter(member=source).count() == 0
    mains = dict(Identifier.objects.filter(member=keeper, is_main=True).values_list("kind", "value"))
    assert mains == {"email": "ann@example.com", "phone": "+12125550100"}
    undo(merged)
    assert [find_member(handle, country="US", at=LATER) for handle in HANDLES] == was
    assert Sale.objects.filter(member=source).count() == 1
    assert Identifier.objects.filter(member=source, is_main=True).count() == 2


HANDLES = (
    MemberHandle(email="ann.smith@example.com"),
    MemberHandle(phone="+12125550100"),
    MemberHandle(card="777"),
)

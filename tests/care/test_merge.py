"""Two records of one person become one, with all that hangs on them; undone, each has what was theirs less what was
spent.
"""

from datetime import date, timedelta
from itertools import count

import pytest

from regulars.audiences.find import find_page
from regulars.audiences.segments import asking_at
from regulars.audiences.tags import create_tag, retag_member, tags_of
from regulars.care.fields import UnknownChoice
from regulars.care.merge import CannotMerge, Merged, merge_members
from regulars.care.models import Merge
from regulars.care.preview import preview_merge, preview_undo
from regulars.care.unmerge import CannotUndoMerge, Difference, Unmerged, undo_merge
from regulars.core.actor import Actor
from regulars.core.audience import EVERYBODY
from regulars.core.identifiers import MemberHandle
from regulars.core.program.caps import Cap
from regulars.core.program.rules import RateRule
from regulars.core.program.tier_sets import Level, Metric, TierSet
from regulars.core.refusals import Refusal
from regulars.core.sale import NewRefund
from regulars.ledger.lock import MemberMerged
from regulars.ledger.statement import entries_of, entry_of
from regulars.members.attributes import change_values, load_definitions, read_values
from regulars.members.define import AttributeWish, save_attribute
from regulars.members.find import find_member
from regulars.members.models import Identifier, Member
from regulars.points.adjust import adjust_points
from regulars.sales.models import Sale
from regulars.sales.refund import refund_sales
from regulars.sales.verify import verify
from regulars.tiers.standings import find_standings
from tests.shop import NOON, OPENED, a_member, a_sale, a_shop, points_of, sell

pytestmark = pytest.mark.django_db
ZOE = Actor(kind="staff", id=7, name="Zoe")
NUMBERS = count(1)
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


def test_a_sale_refunded_after_the_merge_and_one_after_the_undo_find_their_lots():
    """What the keeper spent of a lot that went back is given back to the keeper, as if it had been the keeper's own."""
    a_shop()
    keeper, source = a_member(), a_member()
    earned = sell(a_sale(6_000, member=source, at=OPENED), at=OPENED)
    sell(a_sale(10_000, member=keeper, at=NOON), at=NOON)
    merged = merge(source, keeper)
    paid = spend(keeper, 80)
    refund(earned.id, 1_000)
    assert points_of(keeper) == 70
    undone = undo(merged)
    assert (points_of(keeper, at=LATER), points_of(source, at=LATER)) == (70, 0)
    assert undone.differences == (Difference("units", "points", -60),)
    refund(paid, 40, at=LATER)
    assert points_of(keeper, at=LATER) == 110
    refund(paid, 40, at=LATER)
    assert (points_of(keeper, at=LATER), points_of(source, at=LATER)) == (150, 0)


def test_a_part_that_came_back_before_the_undo_does_not_come_back_twice():
    a_shop()
    keeper, source = a_member(), a_member()
    sell(a_sale(6_000, member=source, at=OPENED), at=OPENED)
    sell(a_sale(10_000, member=keeper, at=NOON), at=NOON)
    merged = merge(source, keeper)
    paid = spend(keeper, 40)
    refund(paid, 10)
    undo(merged)
    assert (points_of(keeper, at=LATER), points_of(source, at=LATER)) == (100, 30)
    refund(paid, 30, at=LATER)
    assert (points_of(keeper, at=LATER), points_of(source, at=LATER)) == (130, 30)


def test_who_was_merged_has_used_up_what_both_have_used_up():
    capped = RateRule(code="base", name="Base", points=1, per_minor=100, caps=(Cap(limit=100, period="month"),))
    a_shop(capped)
    keeper, source = a_member(), a_member()
    for member, total in ((keeper, 3_000), (source, 5_000)):
        sell(a_sale(total, member=member))
    merged = merge(source, keeper)
    sell(a_sale(9_000, member=keeper))
    assert points_of(keeper) == 100
    undo(merged)
    assert (points_of(keeper, at=LATER), points_of(source, at=LATER)) == (50, 50)
    sell(a_sale(9_000, member=keeper, at=LATER), at=LATER)
    sell(a_sale(9_000, member=source, at=LATER), at=LATER)
    assert (points_of(keeper, at=LATER), points_of(source, at=LATER)) == (100, 100)


def test_the_levels_of_both_make_a_higher_one_and_each_gets_its_own_back():
    """9,000 and 12,000 spent are 21,000: gold. What was spent since counts for the keeper."""
    a_shop(tier_sets=(CLUB,))
    keeper, source = a_member(), a_member()
    sell(a_sale(9_000, member=keeper))
    sell(a_sale(12_000, member=source))
    merged = merge(source, keeper)
    assert (level(keeper), level(source), merged.levels) == ("gold", None, ("vip:gold",))
    undo(merged)
    assert (level(keeper), level(source)) == ("silver", "silver")
    again = merge(source, keeper, at=LATER)
    sell(a_sale(500, member=keeper, at=LATER), at=LATER)
    undo(again, at=LATER + timedelta(days=1))
    assert (level(keeper), level(source)) == ("silver", "silver")


def test_the_profile_is_the_keepers_but_for_what_is_chosen_or_empty():
    a_shop()
    keeper = a_member(first_name="Ann", last_name="Smith", phone="+12125550101")
    source = a_member(first_name="Anna", last_name="Smith", birth_on=date(1990, 5, 1), phone="+12125550102")
    merged = merge(source, keeper, choices={"phone": "source"})
    kept = Member.objects.get(pk=keeper)
    assert (kept.first_name, kept.birth_on) == ("Ann", date(1990, 5, 1))
    assert Identifier.objects.get(member=keeper, kind="phone", is_main=True).value == "+12125550102"
    undo(merged)
    kept = Member.objects.get(pk=keeper)
    assert (kept.first_name, kept.birth_on) == ("Ann", None)
    assert Identifier.objects.get(member=keeper, kind="phone").value == "+12125550101"
    assert Identifier.objects.get(member=source, kind="phone", is_main=True).value == "+12125550102"
    with pytest.raises(UnknownChoice):
        merge(source, keeper, choices={"shoe": "source"})


def test_attributes_fill_what_the_keeper_lacks_and_change_hands_by_choice():
    a_shop()
    keeper, source = a_member(), a_member()
    for label in ("Size", "Colour", "Pet"):
        save_attribute(AttributeWish(code=label.lower(), label=label, kind="text"), at=OPENED, by=ZOE)
    tell(keeper, size="M", colour="red")
    tell(source, size="L", colour="blue", pet="cat")
    merged = merge(source, keeper, choices={"attribute:colour": "source"})
    assert told(keeper) == {"size": "M", "colour": "blue", "pet": "cat"}
    undo(merged)
    assert told(keeper) == {"size": "M", "colour": "red"}
    assert told(source) == {"size": "L", "colour": "blue", "pet": "cat"}


def tell(member: int, **values: str) -> None:
    change_values(member_id=member, values=values, at=NOON, by=ZOE)


def told(member: int) -> dict[str, object]:
    return read_values([member], load_definitions())[member]


def test_tags_unite():
    a_shop()
    keeper, source = a_member(), a_member()
    for name in ("vip", "new", "both"):
        create_tag(name, at=OPENED, by=ZOE)
    retag_member(member_id=keeper, put=["vip", "both"], at=NOON, by=ZOE)
    retag_member(member_id=source, put=["new", "both"], at=NOON, by=ZOE)
    merged = merge(source, keeper)
    assert sorted(tags_of([keeper])[keeper]) == ["both", "new", "vip"]
    undo(merged)
    assert sorted(tags_of([keeper])[keeper]) == ["both", "vip"]
    assert sorted(tags_of([source])[source]) == ["both", "new"]


def test_the_stricter_state_holds():
    a_shop()
    keeper, source = a_member(), a_member()
    Member.objects.filter(pk=source).update(status="blocked", status_reason="fraud")
    merged = merge(source, keeper)
    assert Member.objects.get(pk=keeper).status == "blocked"
    undo(merged)
    assert Member.objects.get(pk=keeper).status == "active"


def test_a_merge_is_undone_within_ninety_days_and_once_and_the_last_one_first():
    a_shop()
    one, two, three = a_member(points=1), a_member(points=2), a_member(points=4)
    first = merge(one, two)
    second = merge(two, three)
    assert points_of(three) == 7
    with pytest.raises(CannotUndoMerge) as refusal:
        undo(first)
    assert refusal.value.why == "keeper_merged"
    with pytest.raises(CannotUndoMerge) as refusal:
        undo(second, at=NOON + timedelta(days=90))
    assert refusal.value.why == "too_late"
    undo(second)
    assert (points_of(two, at=LATER), points_of(three, at=LATER)) == (3, 4)
    undo(first)
    assert [points_of(each, at=LATER) for each in (one, two, three)] == [1, 2, 4]
    with pytest.raises(CannotUndoMerge) as refusal:
        undo(first)
    assert refusal.value.why == "undone"


def test_what_cannot_be_merged_is_refused_and_moves_nothing():
    a_shop()
    keeper, source, third = a_member(points=1), a_member(points=2), a_member(points=4)
    guest = a_member(joined_at=None)
    merge(source, keeper)
    for given, why in (
        ((keeper, keeper), "same"),
        ((source, third), "source_merged"),
        ((third, source), "keeper_merged"),
        ((third, guest), "keeper_is_guest"),
    ):
        with pytest.raises(CannotMerge) as refusal:
            merge(*given)
        assert refusal.value.why == why
    with pytest.raises(MemberMerged):
        adjust(source, 5, "late")
    assert [points_of(each) for each in (keeper, third)] == [3, 4]
    assert Merge.objects.count() == 1


def test_the_same_key_again_changes_nothing():
    a_shop()
    keeper, source = a_member(points=1), a_member(points=2)
    first = merge(source, keeper, key="form-1")
    again = merge(source, keeper, key="form-1")
    assert (again.merge_id, again.replayed) == (first.merge_id, True)


def refund(sale_id: int, minor: int, *, at=NOON) -> None:
    number = next(NUMBERS)
    new = NewRefund(sale_id=sale_id, external_id=f"F{number}", occurred_at=at, amount_minor=minor, by=ZOE)
    [outcome] = refund_sales([new], at=at)
    assert not isinstance(outcome, Refusal), outcome


def test_a_preview_says_what_would_be_and_moves_nothing():
    a_shop(tier_sets=(CLUB,))
    keeper, source = a_member(), a_member()
    sell(a_sale(9_000, member=keeper))
    sell(a_sale(12_000, member=source))
    shown = preview_merge(source=source, keeper=keeper, at=NOON)
    assert [each.balances[0].available for each in (shown.keeper, shown.source, shown.after)] == [90, 120, 210]
    assert [each.levels["vip"] for each in (shown.keeper, shown.source, shown.after)] == ["silver", "silver", "gold"]
    assert shown.moved["sales_sale"] == 1
    assert (Merge.objects.count(), points_of(keeper), points_of(source)) == (0, 90, 120)
    merged = merge(source, keeper)
    undo_shown = preview_undo(merge_id=merged.merge_id, at=NOON)
    assert [each.balances[0].available for each in (undo_shown.keeper, undo_shown.source)] == [90, 120]
    assert points_of(keeper) == 210


def test_the_keepers_history_has_what_the_source_did_and_no_list_has_the_source():
    a_shop()
    keeper, source = a_member(points=1), a_member(points=2)
    merge(source, keeper)
    told = [(entry.kind, entry.amount) for entry in entries_of(keeper)]
    assert told == [("merge_in", 2), ("earn", 2), ("earn", 1)]
    earned = next(entry for entry in entries_of(keeper) if entry.amount == 2 and entry.kind == "earn")
    assert entry_of(keeper, earned.id) == earned
    stranger = a_member()
    assert entry_of(stranger, earned.id) is None
    assert source not in find_page(EVERYBODY, asking_at(NOON), before=None, limit=50).ids

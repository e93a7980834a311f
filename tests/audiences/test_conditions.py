"""Each condition means exactly the people it says, and every way of asking finds the same ones."""

from datetime import date, timedelta

import pytest

from regulars.audiences import find
from regulars.audiences.find import Size, count_exactly, count_members, find_page, who_of
from regulars.audiences.segments import ask_segments, asking_at, save_segment, segments_of
from regulars.core.actor import SYSTEM
from regulars.core.audience import (
    EVERYBODY,
    Age,
    AllOf,
    AnyOf,
    Attribute,
    Balance,
    Birthday,
    Bought,
    Condition,
    Expiring,
    HasCard,
    HasReward,
    HomeStore,
    InSegment,
    InStatus,
    Joined,
    LastBought,
    Not,
    OnLevel,
    Reachable,
    Speaks,
    Standing,
    Tagged,
)
from regulars.members.models import Member
from regulars.platform.rows import together
from tests.audiences.people import open_shop
from tests.shop import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db) -> dict[str, int]:
    return open_shop()


CASES: list[tuple[Condition, str]] = [
    (EVERYBODY, "ann bob cem dee eva"),
    (Standing(any=("member",)), "ann bob cem eva"),
    (Standing(any=("guest",)), "dee"),
    (Standing(any=("guest", "left")), "dee"),
    (InStatus(any=("blocked",)), "cem"),
    (InStatus(any=("active", "locked")), "ann bob dee eva"),
    (Joined(at_most_days=7), ""),
    (Joined(at_most_days=8), "bob"),
    (Joined(at_least_days=7), "ann bob cem eva"),
    (Joined(since=date(2026, 3, 3), until=date(2026, 3, 3)), "bob"),
    (Joined(until=date(2026, 3, 2)), "ann cem eva"),
    (Age(at_least=36), "ann eva"),  # Ann is 36 today
    (Age(at_most=35), "bob"),
    (Age(at_least=22, at_most=22), "bob"),
    (Birthday(within_days=0), "ann"),
    (Birthday(months=(2, 12)), "bob eva"),
    (Reachable(by=("email", "phone")), "ann bob"),
    (Reachable(by=("card",)), "ann dee"),
    (Reachable(by=("email",), verified=True), ""),
    (Speaks(any=("vi",)), ""),
    (HomeStore(any=("330",)), ""),
    (HasCard(), "ann dee"),
    (HasCard(types=("gold",)), ""),
    (Attribute(code="size"), ""),
    (Attribute(code="size", any=("m",)), ""),
    (Attribute(code="size", at_least="3", at_most="5.5"), ""),
    (Attribute(code="size", at_least="2026-01-01"), ""),
    (Tagged(any=("vip", "staff")), "ann bob cem"),
    (Tagged(all=("vip", "press")), "bob"),
    (Tagged(any=("vip",), none=("press",)), "ann"),
    (Tagged(none=("vip",)), "cem dee eva"),
    (Tagged(any=("nobody made this",)), ""),
    (OnLevel(tier_set="club", any=("gold",)), "ann"),
    (OnLevel(tier_set="club"), "bob cem dee eva"),
    (Balance(unit="points", at_least=31), "ann"),
    (Balance(unit="points", at_most=0), "cem dee eva"),
    (Balance(unit="points", of="earned", at_least=605, at_most=605), "ann"),
    (Balance(unit="points", of="spent", at_least=10), "ann"),
    (Balance(unit="nothing", at_least=1), ""),
    (Expiring(unit="points", within_days=400), "ann bob"),
    (Expiring(unit="points", within_days=400, at_least=31), "ann"),
    (Expiring(unit="points", within_days=30), ""),
    (Bought(at_least=2), "ann"),
    (Bought(at_most=0), "cem eva"),
    (Bought(at_most=0, within_days=90), "cem dee eva"),
    (Bought(count="spend", at_least=60_500), "ann"),
    (Bought(count="spend", at_least=60_000, within_days=30), ""),
    (Bought(at_least=1, stores=("400",)), "bob"),
    (Bought(at_least=1, categories=("TEA",), within_days=30), "bob"),
    (Bought(count="spend", at_least=3000, at_most=3000, brands=("Leaf",), skus=("T1",)), "bob"),
    (LastBought(at_most_days=3), "ann"),
    (LastBought(at_least_days=30), "dee"),
    (LastBought(at_least_days=3, at_most_days=50), "bob"),
    (HasReward(), "ann"),
    (HasReward(any=("other",)), ""),
    (Not(of=Tagged(any=("vip",))), "cem dee eva"),
    (Not(of=Age(at_least=1)), "cem dee"),
    (Not(of=Attribute(code="size")), "ann bob cem dee eva"),
    (AllOf(of=(Tagged(any=("vip",)), Bought(at_least=1, categories=("TEA",)))), "bob"),
    (AnyOf(of=(InStatus(any=("blocked",)), OnLevel(tier_set="club", any=("gold",)))), "ann cem"),
    (
        AllOf(of=(Standing(any=("member",)), Not(of=AnyOf(of=(Tagged(any=("vip",)), InStatus(any=("blocked",))))))),
        "eva",
    ),
    (InSegment(any=("regulars",)), "ann bob"),
    (AllOf(of=(InSegment(any=("best",)), Tagged(any=("press",)))), "bob"),
]


def test_each_condition_means_its_people_however_it_is_asked(people):
    save_segment(name="regulars", condition=Bought(at_least=1, within_days=50), at=NOON, by=SYSTEM)
    save_segment(name="best", condition=InSegment(any=("regulars",)), at=NOON, by=SYSTEM)
    asked = None
    for condition, names in CASES:
        asking, meant = asking_at(NOON), {people[name] for name in names.split()}
        assert set(find_page(condition, asking, before=None, limit=50).ids) == meant, condition
        assert who_of(condition, asking, list(people.values())) == meant, condition
        assert count_exactly(condition, asking) == len(meant), condition
        assert count_members(condition, asking) == Size(len(meant), is_exact=True), condition
        asked = save_segment(name="asked", condition=condition, at=NOON, by=SYSTEM, segment_id=asked)
        with together():
            belonging = ask_segments(people.values(), ["asked", "gone"], at=NOON)
        assert {member for member, names in belonging().items() if "asked" in names} == meant, condition


def test_pages_are_newest_first_and_together_everybody(people):
    asking, listed, before = asking_at(NOON), [], None
    while True:
        page = find_page(Standing(any=("member",)), asking, before=before, limit=2)
        listed += page.ids
        if page.next_before is None:
            break
        before = page.next_before
    assert listed == [people[name] for name in ("eva", "cem", "bob", "ann")]


@pytest.mark.parametrize("gone", [{"merged": True}, {"erased": True}])
def test_who_is_nobody_any_more_is_meant_by_nothing(people, gone):
    ann = Member.objects.filter(pk=people["ann"])
    ann.update(erased_at=NOON) if "erased" in gone else ann.update(merged_into=people["bob"])
    asking = asking_at(NOON)
    for condition in (EVERYBODY, Tagged(any=("vip",)), OnLevel(tier_set="club", any=("gold",))):
        assert people["ann"] not in find_page(condition, asking, before=None, limit=50).ids
    assert segments_of(people["ann"], at=NOON) == ()


def test_a_page_that_looked_long_enough_says_how_far_it_came(people, monkeypatch):
    monkeypatch.setattr(find, "FIRST_CHUNK", 2)
    condition, asking = OnLevel(tier_set="club"), asking_at(NOON)
    nobody = AllOf(of=(condition, Age(at_least=100)))
    page = find_page(nobody, asking, before=None, limit=50, seconds=-1)
    assert (page.ids, page.is_full, page.next_before) == ([], False, people["dee"])
    rest = find_page(condition, asking, before=page.next_before, limit=50, seconds=-1)
    assert (rest.ids, rest.next_before) == ([people["cem"], people["bob"]], people["bob"])


def test_a_part_stands_for_the_whole_where_time_is_short(people, monkeypatch):
    monkeypatch.setattr(find, "BLOCK", 2)
    size = count_members(Bought(at_least=1), asking_at(NOON), seconds=-1)
    assert not size.is_exact
    whole = count_members(Bought(at_least=1), asking_at(NOON))
    assert whole == Size(3, is_exact=True)


@pytest.mark.parametrize("blocks", [1, 2, 3, 10, 97, 100, 610])
def test_every_block_is_looked_at_once(blocks):
    assert sorted(find._scattered(blocks)) == list(range(blocks))


def test_time_moves_people_in_and_out(people):
    later = asking_at(NOON + timedelta(days=30))
    assert set(find_page(LastBought(at_least_days=30), later, before=None, limit=9).ids) == {
        people[name] for name in ("ann", "bob", "dee")
    }

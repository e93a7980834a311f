"""Standings are read and written for a whole batch, each with one statement, and come back as they were."""

from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from msgspec.structs import replace

from regulars.core.actor import SYSTEM
from regulars.core.tiers import Override, Standing
from regulars.core.tiers.standing import Move
from regulars.tiers.history import list_changes, read_change
from regulars.tiers.models import Change
from regulars.tiers.standings import Moved, changed_standings, find_standings, write_standings
from tests.shop import a_member
from tests.tiers.club import AUGUST, ZOE, a_club, on

pytestmark = pytest.mark.django_db

GOLD = Standing(
    level="platinum",
    reached="gold",
    entered_at=AUGUST,
    since=AUGUST,
    kept_until=on(2028, 1, 1),
    given="silver",
    given_until=on(2027, 1, 1),
    override=Override(kind="floor", level="platinum", until=on(2026, 12, 1)),
    review_at=on(2026, 12, 1),
)
NEW_YEAR = on(2026, 1, 1).date()
ROSE = Move(tier_set="vip", before=None, after="platinum", cause="reached", at=AUGUST, kept_until=None, period=NEW_YEAR)


@pytest.mark.parametrize("size", [1, 10, 1000])
def test_one_statement_reads_and_one_writes_any_number(size):
    members = list(range(1, size + 1))
    standings = {member: {"vip": GOLD, "other": Standing()} for member in members}
    moved = [Moved(member_id=member, move=ROSE, by=SYSTEM, about="sale/1") for member in members]
    find_standings([])  # the first statement of a test also chooses its schema
    with CaptureQueriesContext(connection) as counted:
        ids = write_standings(standings, moved, at=AUGUST)()
    assert len(counted) == 1
    assert [change.member_id for change in Change.objects.order_by("id")] == members
    assert ids == sorted(ids)
    with CaptureQueriesContext(connection) as counted:
        found = find_standings(members)
    assert len(counted) == 1
    assert found == standings


def test_writing_again_replaces():
    a_club()
    ann = a_member()
    write_standings({ann: {"vip": GOLD}}, [], at=AUGUST)
    later = replace(GOLD, level="gold", override=None, given=None, given_until=None, review_at=None)
    write_standings({ann: {"vip": later}}, [], at=AUGUST)
    assert find_standings([ann]) == {ann: {"vip": later}}


def test_nothing_to_write_asks_the_database_nothing():
    with CaptureQueriesContext(connection) as counted:
        assert write_standings({}, [], at=AUGUST)() == []
    assert len(counted) == 0


def test_only_what_changed_is_written():
    before = {1: {"vip": GOLD, "other": Standing()}, 2: {"vip": GOLD}}
    after = [(1, {"vip": GOLD, "other": GOLD}), (2, {"vip": GOLD}), (3, {"vip": GOLD})]
    assert changed_standings(before, after) == {1: {"other": GOLD}, 3: {"vip": GOLD}}


def test_the_history_comes_in_pages_newest_first():
    a_club()
    ann, ben = a_member(), a_member()
    levels = [None, "silver", "gold", "silver", None]
    for before, after in pairwise(levels):
        move = replace(ROSE, before=before, after=after)
        write_standings({}, [Moved(member_id=member, move=move, by=ZOE) for member in (ann, ben)], at=AUGUST)
    first = list_changes(ann, limit=3)
    rest = list_changes(ann, limit=3, before=first[-1].id)
    assert [(each.before, each.after) for each in (*first, *rest)] == [
        ("silver", None),
        ("gold", "silver"),
        ("silver", "gold"),
        (None, "silver"),
    ]
    assert {each.member_id for each in (*first, *rest)} == {ann}
    assert read_change(first[0].id) == first[0]
    assert read_change(0) is None

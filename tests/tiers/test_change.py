"""Staff decides about a level: with a note, once per key, in the history, and undoable."""

import pytest

from regulars.audit.models import Event
from regulars.core.tiers import Override
from regulars.ledger.statement import balance_of
from regulars.members.lock import UnknownMember
from regulars.rewards.issued import list_issued
from regulars.rewards.models import IssuedReward, Status
from regulars.tiers.change import change_tier, preview_change, release_tier, undo_change
from regulars.tiers.history import list_changes
from regulars.tiers.models import Change, Standing
from regulars.tiers.refusals import (
    CannotUndoLevelChange,
    InvalidLevelChange,
    LevelKeyReused,
    NothingToRelease,
    UnknownLevel,
    UnknownLevelChange,
    UnknownTierSet,
)
from regulars.tiers.standings import find_standings
from tests.shop import a_member
from tests.tiers.club import AUGUST, ZOE, a_club, level_of, on, spends

pytestmark = pytest.mark.django_db

SEPTEMBER = on(2026, 9, 1)
JUNE = on(2027, 6, 1)


def gives(member: int, level: str | None, **given: object):
    usual = {"tier_set": "vip", "note": "A good neighbour", "key": f"k-{level}", "at": AUGUST, "by": ZOE}
    return change_tier(member_id=member, level=level, **(usual | given))


def test_a_member_who_stood_nowhere_is_gold_with_a_note_that_stays_inside():
    a_club()
    ann = a_member()
    done = gives(ann, "gold")
    assert (done.before, done.after, done.kept_until, done.rewards) == (None, "gold", on(2028, 1, 1), ())
    assert level_of(ann) == "gold"
    [change] = list_changes(ann)
    assert (change.cause, change.note, change.actor, change.at) == ("manual", "A good neighbour", "staff:7", AUGUST)
    event = Event.objects.get(action="tier.changed")
    assert event.facts == {"set": "vip", "before": None, "after": "gold", "cause": "manual"}
    assert (event.member_id, event.actor) == (ann, "staff:7")


def test_the_rewards_of_the_way_up_come_if_asked_for_each_once_in_a_period():
    a_club()
    ann = a_member()
    assert gives(ann, "gold", rewards=True).rewards == ("A coffee", "A dinner", "50 points")
    assert balance_of(ann, at=AUGUST).available == 50
    gives(ann, None, key="down")
    assert gives(ann, "gold", key="again", rewards=True).rewards == ()
    assert gives(ann, "silver", key="next year", rewards=True, at=on(2027, 1, 1)).rewards == ("A coffee",)
    assert balance_of(ann, at=AUGUST).available == 50


def test_without_the_tick_nothing_is_given():
    a_club()
    ann = a_member()
    gives(ann, "gold")
    assert list_issued(ann, at=AUGUST) == []


def test_the_same_key_changes_nothing_and_another_decision_by_it_is_refused():
    a_club()
    ann = a_member()
    first = gives(ann, "gold", rewards=True)
    again = gives(ann, "gold", rewards=True, at=SEPTEMBER)
    assert (again.change_id, again.replayed, again.after) == (first.change_id, True, "gold")
    with pytest.raises(LevelKeyReused):
        gives(ann, "silver", key="k-gold")
    assert Change.objects.count() == 1
    assert IssuedReward.objects.count() == 3


@pytest.mark.parametrize(
    ("kind", "until", "stored"),
    [
        ("until", JUNE, Override(kind="until", level="gold", until=JUNE)),
        ("floor", None, Override(kind="floor", level="gold")),
        ("floor", JUNE, Override(kind="floor", level="gold", until=JUNE)),
        ("pinned", None, Override(kind="pinned", level="gold")),
    ],
)
def test_a_decision_is_kept_beside_what_was_counted(kind, until, stored):
    a_club()
    ann = a_member()
    spends(ann, 60_000)
    gives(ann, "gold", kind=kind, until=until)
    standing = find_standings([ann])[ann]["vip"]
    assert (standing.level, standing.reached, standing.override) == ("gold", "silver", stored)


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"note": "  "}, InvalidLevelChange),
        ({"note": "x" * 1_001}, InvalidLevelChange),
        ({"key": ""}, InvalidLevelChange),
        ({"level": "emerald"}, UnknownLevel),
        ({"tier_set": "club"}, UnknownTierSet),
        ({"member_id": 999_999}, UnknownMember),
        ({"kind": "until"}, InvalidLevelChange),
        ({"kind": "until", "until": AUGUST}, InvalidLevelChange),
        ({"kind": "pinned", "until": JUNE}, InvalidLevelChange),
        ({"until": JUNE}, InvalidLevelChange),
        ({"kind": "floor", "level": None}, InvalidLevelChange),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_moves(given, refusal):
    a_club()
    ann = a_member()
    usual = {"member_id": ann, "tier_set": "vip", "level": "gold", "note": "n", "key": "k", "at": AUGUST, "by": ZOE}
    with pytest.raises(refusal):
        change_tier(**(usual | given))
    assert (Standing.objects.count(), Change.objects.count(), Event.objects.filter(about="tier").count()) == (0, 0, 0)


def test_a_preview_says_what_a_change_does_and_writes_nothing():
    a_club()
    ann = a_member()
    shown = preview_change(
        member_id=ann, tier_set="vip", level="gold", kind="until", until=JUNE, rewards=True, at=AUGUST
    )
    assert (shown.before, shown.after, shown.kept_until) == (None, "gold", JUNE)
    assert shown.rewards == ("A coffee", "A dinner", "50 points")
    assert (Standing.objects.count(), Change.objects.count(), IssuedReward.objects.count()) == (0, 0, 0)
    done = gives(ann, "gold", kind="until", until=JUNE, rewards=True)
    assert (done.before, done.after, done.kept_until, done.rewards) == (None, "gold", JUNE, shown.rewards)


def test_releasing_shows_again_what_was_counted():
    a_club()
    ann = a_member()
    spends(ann, 60_000)
    gives(ann, "platinum", kind="pinned")
    done = release_tier(member_id=ann, tier_set="vip", note="It was for a year", key="r", at=SEPTEMBER, by=ZOE)
    assert (done.before, done.after) == ("platinum", "silver")
    with pytest.raises(NothingToRelease):
        release_tier(member_id=ann, tier_set="vip", note="Again", key="r2", at=SEPTEMBER, by=ZOE)


def test_undoing_takes_back_the_level_and_the_rewards_that_nobody_used():
    a_club()
    ann = a_member()
    spends(ann, 60_000)
    done = gives(ann, "gold", kind="pinned", rewards=True)
    undone = undo_change(change_id=done.change_id, note="The wrong Ann", at=SEPTEMBER, by=ZOE)
    assert (undone.before, undone.after) == ("gold", "silver")
    states = {each.reward: each.status for each in IssuedReward.objects.filter(member=ann)}
    assert states == {"coffee": Status.OUTSTANDING, "dinner": Status.WITHDRAWN, "bonus": Status.USED}
    assert undone.kept == (f"tier/{ann}/vip/2026-01-01/bonus",)  # paid at once, and perhaps spent
    newest, decision = list_changes(ann)[:2]
    assert (newest.cause, newest.undoes, newest.note) == ("undone", decision.id, "The wrong Ann")
    assert decision.undone_by == newest.id


def test_undoing_a_plain_change_brings_back_what_was_earned_before_and_since():
    a_club()
    ann = a_member()
    spends(ann, 60_000)
    done = gives(ann, "platinum")
    spends(ann, 40_000, at=SEPTEMBER)
    undone = undo_change(change_id=done.change_id, note="Not yet", at=SEPTEMBER, by=ZOE)
    assert (undone.before, undone.after, level_of(ann)) == ("platinum", "gold", "gold")


def test_only_the_latest_decision_is_undone_and_once():
    a_club()
    ann = a_member()
    spends(ann, 60_000)
    [reached] = list_changes(ann)
    first, second = gives(ann, "gold", kind="pinned"), gives(ann, "platinum", kind="floor")
    for change_id, why in ((reached.id, "counted"), (first.change_id, "not_latest")):
        with pytest.raises(CannotUndoLevelChange) as refused:
            undo_change(change_id=change_id, note="n", at=SEPTEMBER, by=ZOE)
        assert refused.value.why == why
    undo_change(change_id=second.change_id, note="n", at=SEPTEMBER, by=ZOE)
    assert find_standings([ann])[ann]["vip"].override == Override(kind="pinned", level="gold")
    with pytest.raises(CannotUndoLevelChange):
        undo_change(change_id=second.change_id, note="n", at=SEPTEMBER, by=ZOE)
    undo_change(change_id=first.change_id, note="n", at=SEPTEMBER, by=ZOE)
    assert level_of(ann) == "silver"


def test_what_nobody_changed_cannot_be_undone():
    a_club()
    with pytest.raises(UnknownLevelChange):
        undo_change(change_id=1, note="n", at=AUGUST, by=ZOE)


def test_a_change_long_after_the_term_finds_the_level_of_its_moment():
    a_club()
    ann = a_member()
    spends(ann, 60_000)
    done = gives(ann, "gold", kind="pinned", at=on(2028, 3, 1))
    assert (done.before, done.after) == (None, "gold")
    assert [change.cause for change in list_changes(ann)] == ["manual", "review", "reached"]

"""What waits starts with its event, or when the team says so."""

import pytest

from regulars.audit.models import Event
from regulars.core.actor import Actor
from regulars.core.expiry import AfterDays, AfterIdle, Never
from regulars.core.life import life_of
from regulars.core.program.life import Pending
from regulars.core.refusals import Refusal
from regulars.ledger.lots import lots_of
from regulars.ledger.models import Lot, LotDate
from regulars.ledger.statement import balance_of
from regulars.points.expire import expire_due_lots
from regulars.points.pending import release_early
from tests.ledger.purse import ZONE, broken, earn, end_of, noon, spend
from tests.points.people import somebody, tell

pytestmark = pytest.mark.django_db
MAX = Actor("staff", 5, "Max")
MAY_1, MAY_10 = noon(5, 1), noon(5, 10)


def waiting(member: int, expiry, pending: Pending, amount: int = 60) -> int:
    return earn(member, amount, MAY_1, life_of(expiry, pending, given_at=MAY_1, zone=ZONE))


@pytest.fixture
def bob(ann) -> int:
    """A member with nothing yet."""
    return somebody("Bob")


def told(member: int, month: int = 5, day: int = 10) -> tuple[int, int]:
    balance = balance_of(member, at=noon(month, day))
    return balance.available, balance.pending


def test_the_event_starts_it_and_its_life(bob):
    waiting(bob, AfterDays(days=30), Pending(event="review"))
    assert told(bob) == (0, 60)
    assert tell(bob, at=MAY_10).started == 1
    lot = Lot.objects.get(account__holder_id=bob)
    assert (lot.available_at, lot.expires_at, lot.promise) == (MAY_10, end_of(6, 9), None)
    assert told(bob) == (60, 0)
    assert tell(bob, at=MAY_10).started == 0
    assert [(d.cause, d.available_after, d.expires_after) for d in LotDate.objects.all()] == [
        ("event", MAY_10, end_of(6, 9))
    ]
    spend(bob, 60, MAY_10)
    assert broken() == []


def test_days_after_the_event_are_waited_for_by_time(bob):
    waiting(bob, Never(), Pending(event="review", days=5))
    tell(bob, at=MAY_10)
    assert told(bob, day=14) == (0, 60)
    assert told(bob, day=15) == (60, 0)
    assert broken() == []


def test_other_events_and_other_members_events_start_nothing(ann, bob):
    waiting(bob, Never(), Pending(event="review"))
    assert (tell(bob, "delivered", at=MAY_10).started, tell(ann, at=MAY_10).started) == (0, 0)
    assert told(bob) == (0, 60)


def test_what_ends_before_its_event_comes_expires(bob):
    waiting(bob, AfterDays(days=5), Pending(event="review", life_from="earned"))
    assert told(bob, day=6) == (0, 60)
    assert told(bob, day=7) == (0, 0)
    assert expire_due_lots(at=noon(5, 7)) == 1
    assert tell(bob, at=MAY_10).started == 0
    assert broken() == []


def test_an_event_after_the_fixed_end_starts_nothing_although_the_night_was_missed(bob):
    waiting(bob, AfterDays(days=5), Pending(event="review", life_from="earned"))
    assert tell(bob, at=MAY_10).started == 0
    assert told(bob) == (0, 0)
    assert broken() == []


def test_idleness_begins_when_the_waiting_is_over(bob):
    waiting(bob, AfterIdle(days=30), Pending(event="review"))
    assert told(bob, month=12) == (0, 60)
    tell(bob, at=MAY_10)
    assert told(bob, month=6, day=9) == (60, 0)
    assert told(bob, month=6, day=10) == (0, 0)
    assert broken() == []


def test_the_team_releases_early_and_the_promised_end_stays(bob):
    lot = waiting(bob, AfterDays(days=30), Pending(days=14))
    done = release_early(member_id=bob, lots=[lot], at=noon(5, 3), by=MAX, reason="birthday party")
    assert [(s.amount, s.available_at, s.expires_at) for s in done.started] == [(60, noon(5, 3), end_of(6, 14))]
    assert done.balances[0].available == 60
    [event] = Event.objects.filter(action="points.released")
    assert (event.actor, event.facts["amount"]) == ("staff:5", 60)
    assert LotDate.objects.get().reason == "birthday party"
    spend(bob, 60, noon(5, 3))
    assert broken() == []


def test_an_end_that_was_to_be_counted_is_counted_from_the_release(bob):
    lot = waiting(bob, AfterDays(days=30), Pending(event="review"))
    done = release_early(member_id=bob, lots=[lot], at=noon(5, 3), by=MAX, reason="never delivered")
    assert done.started[0].expires_at == end_of(6, 2)
    assert tell(bob, at=MAY_10).started == 0


def test_what_is_not_pending_cannot_be_released(ann, bob):
    [active] = [lot.id for lot in lots_of(ann, at=MAY_10)]
    for member, lots, reason, code in (
        (ann, [active], "why not", "not_pending"),
        (bob, [active], "why not", "lot_not_found"),
        (ann, [], "why not", "lot_not_found"),
        (ann, [active], "  ", "invalid_adjustment"),
        (404, [active], "why not", "member_not_found"),
    ):
        with pytest.raises(Refusal, match=code):
            release_early(member_id=member, lots=lots, at=MAY_10, by=MAX, reason=reason)
    assert LotDate.objects.count() == 0

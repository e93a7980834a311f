"""What happens to members earns by event rules, once for ever, and starts what waited for it."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.audit.models import Event
from regulars.audit.relay import Relayed
from regulars.core.expiry import AfterDays
from regulars.core.identifiers import MemberHandle
from regulars.core.program.caps import Cap
from regulars.core.program.conditions import Conditions
from regulars.core.program.life import Pending
from regulars.core.program.rules import EventRule
from regulars.core.program.stamp_cards import ByHand, StampCard
from regulars.core.program.units import POINTS
from regulars.core.refusals import Refusal
from regulars.ledger.models import Entry
from regulars.ledger.statement import balance_of, entries_of
from regulars.members.models import Status
from regulars.members.status import change_status, join_member
from regulars.points.models import MemberEvent
from regulars.rewards.issued import list_issued
from regulars.sales.event_batch import NewMemberEvent
from regulars.sales.member_events import Happened, record_member_event, record_member_events
from regulars.sales.occasions import record_birthdays, record_sign_ups
from tests.gift_shop import MAX, NOON, OPENED, a_gift_shop, a_reward, somebody, the_program_is

pytestmark = pytest.mark.django_db


def a_rule(code: str = "review", points: int = 50, event: str = "review", **terms) -> EventRule:
    return EventRule(code=code, name=code.title(), event=event, points=points, **terms)


def an_event(member: int, event: str = "review", *, number: str = "R-1", at=NOON, store: str = "") -> NewMemberEvent:
    return NewMemberEvent(
        event=event, external_id=number, member=MemberHandle(id=str(member)), occurred_at=at, store=store, by=MAX
    )


def tell(*args, **kwargs) -> Happened:
    return record_member_event(an_event(*args, **kwargs), at=NOON)


def held(member: int, unit: str = "points") -> int:
    return balance_of(member, at=NOON, unit=unit).available


def test_an_event_earns_once_for_ever_and_its_entry_says_why():
    a_gift_shop(rules=(a_rule(expiry=AfterDays(30)),))
    ann = somebody()
    first, again = tell(ann), tell(ann)
    assert (again.replayed, again.id, again.given) == (True, first.id, first.given)
    assert [(each.unit, each.rule, each.awarded) for each in first.given] == [("points", "review", 50)]
    assert held(ann) == 50
    [entry] = entries_of(ann)
    assert (entry.key, entry.why.event) == (f"event/{first.id}/points~review", "review")  # type: ignore[union-attr]
    assert balance_of(ann, at=NOON).next_expiry is not None


def test_the_same_id_for_somebody_else_is_refused_and_another_event_may_have_it():
    a_gift_shop(rules=(a_rule(), a_rule("scan", 5, "qr")))
    ann, bob = somebody(), somebody()
    tell(ann)
    with pytest.raises(Refusal, match="event_reused"):
        tell(bob)
    tell(bob, "qr")
    assert (held(ann), held(bob), MemberEvent.objects.count()) == (50, 5, 2)


def test_an_event_without_a_rule_is_kept_and_earns_nothing():
    a_gift_shop()
    ann = somebody()
    assert tell(ann, "check_in").given == ()
    assert (MemberEvent.objects.count(), Entry.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"member": 404}, "member_not_found"),
        ({"event": ""}, "invalid_event"),
        ({"event": "a\x00"}, "invalid_event"),
        ({"number": "x" * 129}, "invalid_event"),
        ({"store": "999"}, "store_not_found"),
        ({"at": NOON + timedelta(hours=1)}, "future_event"),
        ({"at": NOON - timedelta(days=31)}, "event_too_old"),
    ],
)
def test_what_makes_no_sense_is_refused_and_kept_nowhere(change, code):
    a_gift_shop(rules=(a_rule(),))
    with pytest.raises(Refusal, match=code):
        tell(**({"member": somebody()} | change))
    assert MemberEvent.objects.count() == 0


def test_guests_and_blocked_members_earn_nothing():
    a_gift_shop(rules=(a_rule(),))
    guest, ann = somebody(joined_at=None), somebody()
    change_status(member_id=ann, status=Status.BLOCKED, reason="a check", at=NOON, by=MAX)
    with pytest.raises(Refusal, match="not_joined"):
        tell(guest)
    with pytest.raises(Refusal, match="member_blocked"):
        tell(ann)
    join_member(member_id=guest, at=NOON, by=MAX)
    assert tell(guest).given[0].awarded == 50


def test_caps_hold_over_calls_and_the_answer_says_what_was_held_back():
    a_gift_shop(rules=(a_rule(caps=(Cap(limit=80, period="month"),), when=Conditions(stores=("330",))),))
    ann = somebody()
    given = [tell(ann, number=str(number), store="330").given for number in range(3)]
    assert [(each[0].desired, each[0].awarded) for each in given] == [(50, 50), (50, 30), (50, 0)]
    assert tell(ann, number="4", store="331").given == ()


def test_an_event_may_fill_a_card():
    card = StampCard(code="coffee", name="Coffee", size=2, earn=ByHand(), final="free")
    rule = a_rule("scan", 1, "qr", unit="coffee")
    a_gift_shop(rules=(rule,), stamp_cards=(card,), rewards=(a_reward("free", None),))
    ann = somebody()
    tell(ann, "qr", number="1")
    done = tell(ann, "qr", number="2")
    assert ([each.filled for each in done.brought.cards], done.brought.rewards) == ([1], ("free",))
    assert ([each.reward for each in list_issued(ann, at=NOON)], held(ann, "coffee")) == (["free"], 0)


def test_what_waits_for_an_event_starts_with_it():
    waits = a_rule("review", 50, pending=Pending(event="approved"))
    a_gift_shop(rules=(waits,))
    ann = somebody()
    tell(ann)
    assert (held(ann), balance_of(ann, at=NOON).pending) == (0, 50)
    assert tell(ann, "approved").started == 1
    assert held(ann) == 50
    assert tell(ann, "approved", number="R-2").started == 0


def test_a_batch_is_decided_in_its_order_and_its_statements_do_not_grow():
    a_gift_shop(rules=(a_rule(caps=(Cap(limit=80, period="month"),)),))
    ann, bob = somebody(), somebody()
    batch = [an_event(ann), an_event(ann), an_event(bob), an_event(ann, number="2"), an_event(404, number="3")]
    outcomes = record_member_events(batch, at=NOON)
    said = [each.code if isinstance(each, Refusal) else (each.given[0].awarded, each.replayed) for each in outcomes]
    assert said == [(50, False), (50, True), "event_reused", (30, False), "member_not_found"]

    def statements(size: int) -> int:
        many = [an_event(somebody(), number=f"{size}/{number}", store="330") for number in range(size)]
        with CaptureQueriesContext(connection) as seen:
            assert all(isinstance(each, Happened) for each in record_member_events(many, at=NOON))
        return len(seen)

    statements(2)
    assert statements(3) == statements(30)


def test_who_joins_gets_the_sign_up_bonus_once_by_the_rule_of_that_time():
    a_gift_shop(rules=(a_rule("welcome", 100, "sign_up"),))
    ann, guest = somebody(at=OPENED), somebody(at=OPENED, joined_at=None)

    def rows() -> list[Relayed]:
        """The outbox as the relay hands it over: within a test's transaction it has nothing to relay yet."""
        names = ("id", "transaction", "recorded_at", "actor", "action", "about", "about_id", "member_id", "facts")
        return [Relayed(**{name: getattr(row, name) for name in names}) for row in Event.objects.order_by("id")]

    assert record_sign_ups(rows(), at=NOON) == 1
    join_member(member_id=guest, at=NOON, by=MAX)
    record_sign_ups(rows(), at=NOON)
    assert (held(ann), held(guest)) == (100, 100)
    the_program_is(at=NOON)
    bob = somebody(at=NOON + timedelta(minutes=1))
    record_sign_ups(rows(), at=NOON + timedelta(minutes=2))
    assert (held(ann), held(bob)) == (100, 0)


@pytest.mark.parametrize(
    ("born", "has_it"),
    [
        (date(1990, 3, 10), True),
        (date(1990, 3, 3), True),  # the week before, made good
        (date(1990, 3, 2), False),
        (date(1990, 3, 11), False),
        (None, False),
    ],
)
def test_a_birthday_earns_once_a_year(born, has_it):
    a_gift_shop(rules=(a_rule("cake", 30, "birthday"),))
    ann = somebody(birth_on=born)
    assert record_birthdays(at=NOON) == int(has_it)
    assert record_birthdays(at=NOON) == 0
    assert held(ann) == 30 * has_it
    next_year = NOON.replace(year=2027)
    assert record_birthdays(at=next_year) == int(has_it)
    assert balance_of(ann, at=next_year).available == 60 * has_it


def test_born_on_29_february_one_has_a_birthday_every_year():
    a_gift_shop(rules=(a_rule("cake", 30, "birthday"),))
    ann = somebody(birth_on=date(1992, 2, 29))
    for year in (2026, 2027, 2028):
        on_the_28th = OPENED.replace(year=year, month=2, day=28, hour=12)
        record_birthdays(at=on_the_28th)
        record_birthdays(at=on_the_28th + timedelta(days=1))
    assert balance_of(ann, at=OPENED.replace(year=2028, month=3)).available == 90
    days = [f"{when:%Y-%m-%d}" for when in MemberEvent.objects.order_by("id").values_list("occurred_at", flat=True)]
    assert days == ["2026-02-28", "2027-02-28", "2028-02-29"]


def test_birthdays_come_in_batches_and_not_before_joining():
    a_gift_shop(rules=(a_rule("cake", 30, "birthday"),), units=(POINTS,))
    for _ in range(5):
        somebody(birth_on=date(1990, 3, 10))
    late = somebody(at=NOON, birth_on=date(1990, 3, 9))
    assert [record_birthdays(at=NOON, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert held(late) == 0

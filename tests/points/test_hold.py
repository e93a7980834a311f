"""A basket reserves units: once per key, never more than there is, for a time."""

from datetime import timedelta

import pytest

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM
from regulars.core.life import Life
from regulars.core.refusals import Refusal
from regulars.ledger.models import Hold
from regulars.ledger.statement import balance_of
from regulars.points.adjust import adjust_points
from regulars.points.expire import expire_due_lots
from regulars.points.hold import release_hold, reserve_units
from regulars.points.lapse import lapse_holds, list_holds
from tests.ledger.purse import broken, earn, end_of, noon, spend
from tests.points.people import somebody

pytestmark = pytest.mark.django_db
NOW = noon(5, 10)
END = end_of(6, 1)


def hold(member: int, amount: int, *, key: str = "B-1", at=NOW, **more):
    return reserve_units(member_id=member, amount=amount, key=key, at=at, by=SYSTEM, **more)


def told(member: int, *, at=NOW) -> tuple[int, int]:
    balance = balance_of(member, at=at)
    return balance.available, balance.reserved


def test_it_holds_for_a_quarter_of_an_hour_unless_told_otherwise(ann):
    held = hold(ann, 40)
    assert (held.until, held.balance.available, held.balance.reserved) == (NOW + timedelta(minutes=15), 60, 40)
    assert hold(ann, 10, key="B-2", minutes=90).until == NOW + timedelta(minutes=90)
    assert [(each.key, each.amount) for each in list_holds(ann, at=NOW)] == [("B-1", 40), ("B-2", 10)]
    assert list_holds(ann, at=NOW + timedelta(minutes=90)) == []
    assert broken() == []


def test_the_same_key_replaces_its_hold(ann):
    hold(ann, 40)
    assert hold(ann, 100).balance.available == 0
    hold(ann, 30)
    assert told(ann) == (70, 30)
    assert [(h.amount, h.ending) for h in Hold.objects.order_by("id")] == [
        (40, "replaced"),
        (100, "replaced"),
        (30, None),
    ]
    assert broken() == []


def test_more_than_there_is_is_refused_counting_what_others_hold(ann):
    hold(ann, 40)
    with pytest.raises(Refusal, match="insufficient_balance") as refused:
        hold(ann, 61, key="B-2")
    assert refused.value.facts() == {"available": 60, "wanted": 61}
    with pytest.raises(Refusal, match="insufficient_balance"):
        hold(ann, 101)
    assert told(ann) == (60, 40)
    with pytest.raises(Refusal, match="insufficient_balance"):
        adjust_points(member_id=ann, amount=-61, reason="x", key="1", at=NOW, by=SYSTEM)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": 0}, "invalid_hold"),
        ({"amount": 5, "key": ""}, "invalid_hold"),
        ({"amount": 5, "key": "a/b"}, "invalid_hold"),
        ({"amount": 5, "minutes": 1441}, "invalid_hold"),
        ({"amount": 5, "minutes": 0}, "invalid_hold"),
        ({"amount": 5, "unit": "stars"}, "member_not_found"),
        ({"amount": 5, "member": 404}, "member_not_found"),
    ],
)
def test_what_makes_no_sense_holds_nothing(ann, change, code):
    said = {"member": ann, **change}
    with pytest.raises(Refusal, match=code):
        hold(said.pop("member"), said.pop("amount"), **said)
    assert Hold.objects.count() == 0


def test_released_is_free_again_and_releasing_twice_changes_nothing(ann):
    hold(ann, 40)
    assert release_hold(key="B-1", at=NOW, by=SYSTEM).ending == "released"
    assert release_hold(key="B-1", at=NOW, by=SYSTEM).ending == "released"
    assert told(ann) == (100, 0)
    hold(ann, 20)  # the basket goes on
    assert told(ann) == (80, 20)
    with pytest.raises(Refusal, match="hold_not_found"):
        release_hold(key="B-404", at=NOW, by=SYSTEM)
    assert [event.action for event in Event.objects.filter(action__startswith="hold").order_by("id")] == [
        "hold.made",
        "hold.released",
        "hold.made",
    ]


def test_one_key_belongs_to_one_member_while_it_is_open(ann):
    bob = somebody("Bob")
    earn(bob, 50, noon(5, 1))
    hold(ann, 40)
    with pytest.raises(Refusal, match="key_reused"):
        hold(bob, 10)
    later = NOW + timedelta(minutes=15)
    assert hold(bob, 10, at=later).amount == 10
    assert [h.ending for h in Hold.objects.order_by("id")] == ["lapsed", None]


def test_holds_lapse_in_bounded_batches(ann):
    bob = somebody("Bob")
    earn(bob, 50, noon(5, 1))
    hold(ann, 40)
    hold(bob, 40, key="B-2")
    later = NOW + timedelta(minutes=15)
    assert lapse_holds(at=later - timedelta(seconds=1)) == 0
    assert [lapse_holds(at=later, limit=1), lapse_holds(at=later, limit=1), lapse_holds(at=later)] == [1, 1, 0]
    assert {h.ending for h in Hold.objects.all()} == {"lapsed"}
    assert told(ann, at=later) == (100, 0)
    assert broken() == []


def test_what_is_held_does_not_expire_and_goes_the_night_after_the_basket_left_it(ann):
    hold(ann, 40, at=END - timedelta(minutes=5))
    assert expire_due_lots(at=END) == 0  # a basket is open: this member waits
    assert told(ann, at=END) == (0, 40)
    held = hold(ann, 30, at=END + timedelta(minutes=5))  # what it has kept from expiring it may keep
    assert held.balance.reserved == 30
    with pytest.raises(Refusal, match="insufficient_balance"):
        hold(ann, 41, at=END + timedelta(minutes=6))
    release_hold(key="B-1", at=END + timedelta(minutes=7), by=SYSTEM)
    assert expire_due_lots(at=END + timedelta(minutes=8)) == 1
    assert balance_of(ann, at=END + timedelta(hours=1)).expired == 100
    assert broken() == []


def test_a_basket_that_stays_open_for_a_day_lets_go(ann):
    first = END - timedelta(hours=23)
    hold(ann, 40, at=first, minutes=1440)
    late = hold(ann, 40, at=END + timedelta(minutes=59), minutes=60)
    assert late.until == first + timedelta(hours=24)
    with pytest.raises(Refusal, match="insufficient_balance"):
        hold(ann, 40, at=first + timedelta(hours=24))


def test_others_spend_around_it(ann):
    hold(ann, 40)
    earn(ann, 10, noon(5, 2), Life(expires_at=end_of(7, 1)))
    spend(ann, 70, NOW)
    assert told(ann) == (0, 40)
    assert broken() == []

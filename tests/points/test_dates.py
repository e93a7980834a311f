"""The team extends what lives and reinstates what has expired."""

from datetime import date, timedelta

import pytest

from regulars.core.actor import Actor
from regulars.core.life import Life
from regulars.core.refusals import Refusal
from regulars.ledger.lots import lots_of
from regulars.ledger.models import Entry, LotDate
from regulars.ledger.statement import balance_of
from regulars.points.dates import extend_lots, reinstate_expired
from regulars.points.expire import expire_due_lots
from tests.ledger.purse import broken, earn, end_of, noon, spend
from tests.points.people import somebody

pytestmark = pytest.mark.django_db
MAX = Actor("staff", 5, "Max")
END = end_of(6, 1)
AUGUST = date(2026, 8, 31)


def the_lot(member: int) -> int:
    return lots_of(member, at=noon(5, 2))[0].id


def extend(member: int, *lots: int, until: date = AUGUST, at=noon(5, 10), reason: str = "was ill"):  # noqa: B008
    return extend_lots(member_id=member, lots=lots, until=until, at=at, by=MAX, reason=reason)


def reinstate(member: int, *lots: int, until: date = AUGUST, at=noon(6, 10), key: str = "1"):  # noqa: B008
    return reinstate_expired(member_id=member, lots=lots, until=until, key=key, at=at, by=MAX, reason="was ill")


def test_extended_units_live_longer_and_the_record_says_so(ann):
    spend(ann, 30, noon(5, 5))
    done = extend(ann, the_lot(ann))
    assert (done.amount, done.until, done.balances[0].next_expiry.at) == (70, end_of(8, 31), end_of(8, 31))
    [row] = LotDate.objects.all()
    assert (row.cause, row.actor, row.reason, row.expires_before) == ("extended", "staff:5", "was ill", END)
    spend(ann, 70, noon(8, 1))
    assert broken() == []


def test_promises_never_shrink(ann):
    for until, at, code in (
        (date(2026, 5, 20), noon(5, 10), "nothing_to_extend"),
        (date(2026, 6, 1), noon(5, 10), "nothing_to_extend"),
        (date(2026, 5, 9), noon(5, 10), "invalid_end"),
        (AUGUST, END, "nothing_to_extend"),
    ):
        with pytest.raises(Refusal, match=code):
            extend(ann, the_lot(ann), until=until, at=at)
    assert LotDate.objects.count() == 0


def test_what_dies_of_idleness_lives_until_then_even_so(ann):
    bob = somebody("Bob")
    lot = earn(bob, 50, noon(5, 1), Life(idle_days=30))
    extend(bob, lot)
    assert balance_of(bob, at=noon(8, 31)).available == 50
    assert balance_of(bob, at=end_of(8, 31)).available == 0
    assert broken() == []


@pytest.mark.parametrize("night", [True, False])
def test_expired_units_come_back_to_their_lot(ann, night):
    lot = the_lot(ann)
    spend(ann, 30, noon(5, 5))
    if night:
        assert expire_due_lots(at=END) == 1
    [view] = lots_of(ann, at=noon(6, 10))
    assert (view.id, view.expired, view.state) == (lot, 70, "over")
    done = reinstate(ann, lot)
    assert (done.amount, done.balances[0].available, done.until) == (70, 70, end_of(8, 31))
    balance = balance_of(ann, at=noon(6, 11))
    assert (balance.available, balance.expired, balance.earned) == (70, 0, 100)
    kinds = list(Entry.objects.order_by("id").values_list("kind", "amount"))
    assert kinds[-2:] == [("expire", 70), ("reinstate", 70)]
    assert reinstate(ann, lot).replayed
    assert balance_of(ann, at=noon(6, 11)).available == 70
    assert expire_due_lots(at=end_of(8, 31)) == 1
    assert reinstate(ann, lot, key="2", at=noon(9, 2), until=date(2026, 9, 30)).amount == 70
    assert broken() == []


def test_what_died_of_idleness_comes_back_with_a_day(ann):
    bob = somebody("Bob")
    lot = earn(bob, 50, noon(5, 1), Life(idle_days=10))
    assert expire_due_lots(at=noon(6, 1)) == 1
    reinstate(bob, lot)
    assert balance_of(bob, at=noon(8, 31)).available == 50
    assert broken() == []


def test_nothing_comes_back_that_has_not_expired(ann):
    with pytest.raises(Refusal, match="nothing_to_reinstate"):
        reinstate(ann, the_lot(ann), at=noon(5, 10))
    bob = somebody("Bob")
    with pytest.raises(Refusal, match="nothing_to_reinstate"):
        reinstate(bob, the_lot(ann))
    with pytest.raises(Refusal, match="invalid_end"):
        reinstate(ann, the_lot(ann), until=date(2026, 6, 9), at=noon(6, 10) + timedelta(hours=13))

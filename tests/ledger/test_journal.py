"""Lots wait, live while their member is active, are taken back and restored, and keep what their dates were."""

import pytest

from regulars.core.life import WAITS, Life, Promise
from regulars.core.lots import Draw, claw, draw
from regulars.ledger.lock import load_lots
from regulars.ledger.models import Account, Kind, Lot, LotDate
from regulars.ledger.statement import balance_of, next_expiries
from tests.ledger.purse import a_holder, a_note, a_unit, broken, earn, earn_unseen, end_of, noon, post, spend

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> int:
    a_unit()
    return a_holder()


def parts(member: int, month: int, day: int) -> tuple[int, int]:
    balance = balance_of(member, at=noon(month, day))
    return balance.available, balance.pending


def test_the_worked_example_of_pending(ann):
    earn(ann, 40, noon(4, 1))
    entry = earn(ann, 60, noon(5, 1), Life(available_at=noon(5, 15), expires_at=end_of(6, 14)))
    assert parts(ann, 5, 5) == (40, 60)
    # A refund of half takes from what is pending; the active balance is untouched.
    at = noon(5, 5)
    post(
        ann,
        at,
        lambda j, w: j.debit(
            w, kind=Kind.CLAWBACK, draws=claw(w.open_lots, own=entry, wanted=30, at=at), amount=30, note=a_note(at)
        ),
    )
    assert parts(ann, 5, 5) == (40, 30)
    assert parts(ann, 5, 15) == (70, 0)
    assert balance_of(ann, at=end_of(6, 14)).available == 40
    assert broken() == []


def test_what_waits_for_an_event_is_pending_until_it_comes(ann):
    entry = earn(ann, 60, noon(5, 1), Life(available_at=WAITS, promise=Promise("review", days=2)))
    lot = Lot.objects.get(entry=entry)
    assert lot.promise == {"event": "review", "days": 2}
    assert parts(ann, 12, 31) == (0, 60)
    assert broken() == []


# --- dying of idleness: 30 days -----------------------------------------------------------------------

IDLE = Life(idle_days=30)


@pytest.mark.parametrize("earning", [earn, earn_unseen])
def test_it_lives_while_the_member_is_active(ann, earning):
    earning(ann, 50, noon(1, 1), IDLE)
    assert balance_of(ann, at=noon(1, 1)).next_expiry.at == end_of(1, 31)
    earning(ann, 10, noon(1, 20), IDLE)
    balance = balance_of(ann, at=noon(1, 20))
    assert (balance.available, balance.next_expiry.amount, balance.next_expiry.at) == (60, 60, end_of(2, 19))
    spend(ann, 5, noon(2, 10))
    assert parts(ann, 3, 12) == (55, 0)
    assert balance_of(ann, at=end_of(3, 12)).available == 0
    assert broken() == []


@pytest.mark.parametrize("earning", [earn, earn_unseen])
def test_late_activity_does_not_revive_what_has_died(ann, earning):
    first = earning(ann, 50, noon(1, 1), IDLE)
    earning(ann, 7, noon(3, 1), IDLE)  # nobody has written the 50 off yet
    balance = balance_of(ann, at=noon(3, 1))
    assert (balance.available, balance.expired) == (7, 50)
    lot = Lot.objects.get(entry=first)
    assert (lot.dies_idle, lot.expires_at) == (False, end_of(1, 31))
    assert [(d.cause, d.expires_before, d.expires_after) for d in LotDate.objects.all()] == [
        ("idle", None, end_of(1, 31))
    ]
    assert broken() == []


def test_other_units_and_lots_with_a_day_are_left_alone(ann):
    earn(ann, 50, noon(1, 1), IDLE)
    dated = earn(ann, 20, noon(1, 2), Life(expires_at=end_of(1, 5)))
    spend(ann, 30, noon(1, 3))  # what has a day goes first
    assert Lot.objects.get(entry=dated).remaining == 0
    assert parts(ann, 1, 10) == (40, 0)
    earn(ann, 5, noon(1, 4))  # for ever
    assert balance_of(ann, at=noon(6, 1)).available == 5
    assert broken() == []


def test_what_dies_of_idleness_is_spent_before_what_never_ends(ann):
    for_ever = earn(ann, 50, noon(1, 1))
    idle = earn(ann, 50, noon(1, 2), IDLE)
    spend(ann, 60, noon(1, 3))
    assert {lot.pk: lot.remaining for lot in Lot.objects.all()} == {for_ever: 40, idle: 0}
    assert broken() == []


def test_a_correction_after_its_death_passes_it_over_and_says_that_it_died(ann):
    earn(ann, 20, noon(1, 1), IDLE)
    earn(ann, 5, noon(1, 1))

    def deduct(journal, wallet):
        draws = draw(wallet.open_lots, wanted=1, at=journal.at)
        journal.debit(wallet, kind=Kind.ADJUST, draws=draws, amount=1, note=a_note(journal.at))

    post(ann, noon(3, 1), deduct)
    assert [row.cause for row in LotDate.objects.all()] == ["idle"]
    assert parts(ann, 3, 1) == (4, 0)
    assert broken() == []


def test_days_that_were_promised_do_not_shrink(ann):
    earn(ann, 50, noon(1, 1), Life(idle_days=90))
    earn(ann, 10, noon(1, 2), Life(idle_days=30))
    assert Account.objects.get(holder_id=ann).idle_at == end_of(4, 2)


def test_what_is_pending_dies_only_after_it_could_be_spent(ann):
    earn(ann, 50, noon(1, 1), Life(available_at=noon(3, 1), idle_days=30))
    assert parts(ann, 2, 15) == (0, 50)
    assert parts(ann, 3, 31) == (50, 0)
    assert balance_of(ann, at=end_of(3, 31)).available == 0
    assert broken() == []


def test_a_late_till_can_bring_what_is_dead_on_arrival(ann):
    earn(ann, 50, noon(3, 15), IDLE, occurred_at=noon(1, 1))
    assert (parts(ann, 3, 15), balance_of(ann, at=noon(3, 15)).expired) == ((0, 0), 50)
    assert broken() == []


def test_the_schedule_tells_days_and_idleness(ann):
    earn(ann, 50, noon(1, 1), IDLE)
    earn(ann, 20, noon(1, 2), Life(expires_at=end_of(3, 5)))
    told = [(unit, each.amount, each.at) for unit, each in next_expiries(ann, at=noon(1, 3))]
    assert told == [("points", 50, end_of(2, 1)), ("points", 20, end_of(3, 5))]


# --- restoring ---------------------------------------------------------------------------------------


def test_a_clawback_is_restored_and_an_expiry_reinstated_to_their_lots(ann):
    lot_id = earn(ann, 100, noon(1, 1), Life(expires_at=end_of(3, 1)))
    clawed = take(ann, 30, noon(1, 2), Kind.CLAWBACK)
    expired = take(ann, 70, end_of(3, 1), Kind.EXPIRE)
    assert balance_of(ann, at=noon(3, 2)).expired == 70
    for debit, amount, kind in ((clawed, 30, Kind.RESTORE), (expired, 20, Kind.REINSTATE)):
        lots = load_lots([lot_id])

        def back(journal, wallet, debit=debit, amount=amount, kind=kind, lot=lots[lot_id]):
            if kind is Kind.REINSTATE:
                journal.extend(lot, expires_at=end_of(4, 1), cause="reinstated")
            journal.give_back(wallet, debit=debit, draws=[Draw(lot, -amount)], note=a_note(journal.at), kind=kind)

        post(ann, noon(3, 2), back)
    balance = balance_of(ann, at=noon(3, 3))
    assert (balance.available, balance.earned, balance.expired) == (50, 100, 50)
    assert broken() == []


def take(member: int, amount: int, at, kind: Kind) -> int:
    def debit(journal, wallet):
        [lot] = wallet.open_lots
        journal.debit(wallet, kind=kind, draws=[Draw(lot, amount)], amount=amount, note=a_note(at))

    [entry] = post(member, at, debit)
    return entry

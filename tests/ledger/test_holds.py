"""What a basket holds nobody else spends, it does not expire meanwhile, and a clawback takes it last."""

from datetime import timedelta

import msgspec
import pytest
from django.db import connection

from regulars.core.life import Life
from regulars.core.lots import claw, draw, spendable_total
from regulars.ledger.holds import available_with, take_from_hold
from regulars.ledger.models import Hold, Kind
from regulars.ledger.statement import balance_of
from regulars.ledger.wallet import OpenHold
from tests.ledger.purse import a_holder, a_note, a_unit, broken, earn, earn_unseen, end_of, noon, post, spend

pytestmark = pytest.mark.django_db
NOW = noon(5, 10)


@pytest.fixture
def ann() -> int:
    a_unit()
    return a_holder()


def hold(member: int, amount: int, *, at=NOW, key: str = "basket", minutes: int = 15) -> None:
    def reserve(journal, wallet):
        draws = draw(wallet.open_lots, wanted=amount, at=at)
        wallet.reserve(
            OpenHold(
                id=0,
                key=key,
                amount=amount,
                draws=[(each.lot.id, each.amount) for each in draws],
                began_at=at,
                until=at + timedelta(minutes=minutes),
                actor="system",
            )
        )
        journal.touch(wallet)

    post(member, at, reserve)


def pay(member: int, amount: int, *, at=NOW, key: str = "basket") -> list[tuple[int, int]]:
    """Redeem with a basket's hold; returns what was drawn from which lot."""
    drawn: list[tuple[int, int]] = []

    def redeem(journal, wallet):
        draws = take_from_hold(wallet, key=key, amount=amount, at=at)
        drawn.extend((each.lot.id, each.amount) for each in draws)
        journal.debit(wallet, kind=Kind.REDEEM, draws=draws, amount=amount, note=a_note(at))

    post(member, at, redeem)
    return drawn


def told(member: int, *, at=NOW) -> tuple[int, int]:
    balance = balance_of(member, at=at)
    return balance.available, balance.reserved


def test_what_is_held_is_not_available_and_the_next_lots_are_spent(ann):
    first = earn(ann, 50, noon(5, 1), Life(expires_at=end_of(6, 1)))
    earn(ann, 50, noon(5, 2), Life(expires_at=end_of(7, 1)))
    hold(ann, 40)
    assert told(ann) == (60, 40)
    spend(ann, 60, NOW)
    assert told(ann) == (0, 40)
    assert pay(ann, 40) == [(first, 40)]
    assert told(ann) == (0, 0)
    assert [(h.ending, h.entry_id is not None) for h in Hold.objects.all()] == [("redeemed", True)]
    assert broken() == []


def test_less_than_held_is_paid_and_the_rest_is_free(ann):
    earn(ann, 50, noon(5, 1))
    hold(ann, 40)
    pay(ann, 15)
    assert told(ann) == (35, 0)
    assert broken() == []


def test_of_what_is_held_the_soonest_to_expire_is_paid_with(ann):
    later = earn(ann, 50, noon(5, 1), Life(expires_at=end_of(7, 1)))
    hold(ann, 40)
    sooner = earn(ann, 50, noon(5, 2), Life(expires_at=end_of(6, 1)))

    def hold_both(journal, wallet):
        [before] = wallet.open_holds
        wallet.free(before, ending="replaced")
        wallet.reserve(msgspec.structs.replace(before, id=0, amount=60, draws=[(later, 40), (sooner, 20)], ending=None))
        journal.touch(wallet)

    post(ann, NOW, hold_both)
    assert pay(ann, 30) == [(sooner, 20), (later, 10)]
    assert broken() == []


def test_more_than_held_comes_from_what_is_free(ann):
    earn(ann, 50, noon(5, 1))
    hold(ann, 40, key="other")
    hold(ann, 5)
    assert pay(ann, 8) == [(Hold.objects.get(key="other").draws[0][0], 8)]
    assert told(ann) == (2, 40)
    assert broken() == []


def test_a_hold_that_is_over_holds_nothing_and_its_end_is_noted_by_who_writes_next(ann):
    earn(ann, 50, noon(5, 1))
    hold(ann, 40)
    later = NOW + timedelta(minutes=15)
    assert told(ann, at=later) == (50, 0)
    spend(ann, 50, later)
    assert [h.ending for h in Hold.objects.all()] == ["lapsed"]
    assert broken() == []


def test_held_units_do_not_expire_while_they_are_held_and_can_be_paid_with(ann):
    end = end_of(5, 10)
    lot = earn(ann, 50, noon(5, 1), Life(expires_at=end))
    hold(ann, 40, at=end - timedelta(minutes=5))
    after = end + timedelta(minutes=5)
    assert told(ann, at=after) == (0, 40)
    assert balance_of(ann, at=after).expired == 10
    assert pay(ann, 30, at=after) == [(lot, 30)]
    balance = balance_of(ann, at=after)
    assert (balance.available, balance.reserved, balance.expired) == (0, 0, 20)
    assert broken() == []


def test_wallets_that_only_add_know_what_is_held(ann):
    end = end_of(5, 10)
    earn(ann, 50, noon(5, 1), Life(expires_at=end))
    hold(ann, 40, at=end - timedelta(minutes=5))
    after = end + timedelta(minutes=5)
    earn_unseen(ann, 7, after)
    assert told(ann, at=after) == (7, 40)


def test_a_clawback_takes_what_is_free_first_and_then_what_is_held(ann):
    own = earn(ann, 50, noon(5, 1), Life(expires_at=end_of(6, 1)))
    other = earn(ann, 20, noon(5, 2), Life(expires_at=end_of(7, 1)))
    hold(ann, 40)

    def claw_back(journal, wallet):
        draws = claw(wallet.open_lots, own=own, wanted=45, at=NOW)
        assert [(each.lot.id, each.amount) for each in draws] == [(own, 25), (other, 20)]
        journal.debit(wallet, kind=Kind.CLAWBACK, draws=draws, amount=45, note=a_note(NOW))

    post(ann, NOW, claw_back)
    assert told(ann) == (0, 25)
    assert [(h.amount, h.ending) for h in Hold.objects.order_by("id")] == [(40, "replaced"), (25, None)]
    assert pay(ann, 25) == [(own, 25)]
    assert broken() == []


def test_what_is_available_with_a_hold(ann):
    earn(ann, 50, noon(5, 1))
    hold(ann, 40)

    def look(journal, wallet):
        assert spendable_total(wallet.open_lots, at=NOW) == 10
        assert available_with(wallet, key="basket", at=NOW) == 50
        assert available_with(wallet, key="other", at=NOW) == 10

    post(ann, NOW, look)


# --- verify sees it ------------------------------------------------------------------------------------

BREAKS = {
    "a lot's date moved without a row": (
        "UPDATE ledger_lot SET expires_at = expires_at + interval '1 day'",
        ["I5-dates"],
    ),
    "what was spent had ended": (
        "UPDATE ledger_lotdate SET expires_before = '2026-05-03Z'",
        ["I5-life"],
    ),
    "an idle lot without a clock": (
        (
            "UPDATE ledger_lot SET expires_at = NULL, dies_idle = true "
            "WHERE entry_id NOT IN (SELECT lot_id FROM ledger_lotdate)"
        ),
        ["I5-idle"],
    ),
    "a hold of more than there is": (
        (
            "UPDATE ledger_hold SET amount = 900, draws = jsonb_build_array(jsonb_build_array(draws->0->0, 900)) "
            "WHERE ended_at IS NULL"
        ),
        ["I10-holds"],
    ),
    "a hold paid twice": (
        (
            "UPDATE ledger_hold SET ended_at = now(), ended_number = 999999, ending = 'redeemed', "
            "entry_id = (SELECT entry_id FROM ledger_hold WHERE entry_id IS NOT NULL) WHERE ended_at IS NULL"
        ),
        ["I10-holds"],
    ),
    "draws that do not add up": ("UPDATE ledger_hold SET amount = amount + 1 WHERE ended_at IS NULL", ["I10-holds"]),
    "a hold paid by somebody else's entry": (
        "UPDATE ledger_hold SET entry_id = 1 WHERE entry_id IS NOT NULL",
        ["I10-holds"],
    ),
}


@pytest.mark.parametrize(("sql", "seen"), BREAKS.values(), ids=BREAKS)
def test_verify_sees_it(ann, sql, seen):
    earn(ann, 50, noon(5, 1), Life(expires_at=end_of(6, 1)))
    extended = earn(ann, 30, noon(5, 2), Life(expires_at=end_of(5, 20)))

    def extend(journal, wallet):
        [lot] = [lot for lot in wallet.open_lots if lot.id == extended]
        journal.extend(lot, expires_at=end_of(6, 30), cause="extended")
        journal.touch(wallet)

    spend(ann, 10, noon(5, 3))
    post(ann, NOW, extend)
    hold(ann, 10, key="paid")
    pay(ann, 10, key="paid")
    hold(ann, 20)
    assert broken() == []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql)
    assert broken() == seen

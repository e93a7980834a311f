"""The order of spending, of taking back, and of giving back."""

from datetime import UTC, datetime

import pytest

from regulars.core.lots import Draw, Lot, claw, draw, draw_first, give_back, is_lapsed, spendable_total


def day(month: int, of: int = 1) -> datetime:
    return datetime(2026, month, of, tzinfo=UTC)


START, FEB, MAR, APR = day(1), day(2), day(3), day(4)
NOW = day(1, 10)


def lots(*held: tuple[int, datetime | None]) -> list[Lot]:
    return [Lot(id, amount, amount, START, expires) for id, (amount, expires) in enumerate(held, 1)]


@pytest.mark.parametrize(
    ("held", "spend", "taken"),
    [
        ([(50, MAR), (50, FEB)], 60, [(2, 50), (1, 10)]),  # February's go first, then March's
        ([(50, MAR), (50, MAR)], 60, [(1, 50), (2, 10)]),  # on a tie, the oldest
        ([(50, None), (50, MAR)], 60, [(2, 50), (1, 10)]),  # what never expires goes last
        ([(0, FEB), (50, MAR)], 10, [(2, 10)]),  # an empty lot is skipped
        ([(50, MAR)], 60, [(1, 50)]),  # the draws say what was found
    ],
)
def test_soonest_to_expire_goes_first(held, spend, taken):
    assert [(each.lot.id, each.amount) for each in draw(lots(*held), wanted=spend, at=NOW)] == taken


def test_what_is_drawn_first_is_not_drawn_again():
    soon, late = held = lots((10, FEB), (10, MAR))
    first, more = draw_first([Draw(soon, 4)], held, wanted=12, at=NOW)
    assert [(each.lot.id, each.amount) for each in (*first, *more)] == [(1, 4), (1, 6), (2, 2)]
    assert [lot.held for lot in (soon, late)] == [0, 0]
    first, more = draw_first([Draw(late, 10)], held, wanted=3, at=NOW)
    assert ([(each.lot.id, each.amount) for each in first], more) == ([(2, 3)], [])


def test_the_worked_example_of_order_and_expiry():
    # 100 until the end of 31 March, 50 the same but later earned, 80 without an end, 40 until the end of 28 February.
    held = lots((100, day(4, 1)), (50, day(4, 1)), (80, None), (40, day(3, 1)))
    draws = draw(held, wanted=120, at=day(2, 10))
    assert [(each.lot.id, each.amount) for each in draws] == [(4, 40), (1, 80)]
    for each in draws:
        each.lot.remaining -= each.amount
    first_of_april = day(4, 1)
    assert [(lot.id, lot.remaining) for lot in held if is_lapsed(lot, at=first_of_april)] == [(1, 20), (2, 50)]
    assert spendable_total(held, at=first_of_april) == 80


@pytest.mark.parametrize(
    ("at", "spendable"), [(day(1, 31), 0), (FEB, 50), (datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC), 50), (MAR, 0)]
)
def test_a_lot_is_valid_from_its_start_until_its_end_and_not_at_it(at, spendable):
    assert spendable_total([Lot(1, 50, 50, FEB, MAR)], at=at) == spendable


def test_a_clawback_takes_the_sales_own_lot_first_and_then_what_expires_latest():
    held = lots((10, FEB), (20, None), (30, MAR), (40, APR))
    assert [(each.lot.id, each.amount) for each in claw(held, own=3, wanted=95, at=NOW)] == [
        (3, 30),
        (2, 20),
        (4, 40),
        (1, 5),
    ]


def test_a_clawback_takes_pending_points_too_but_not_lapsed_ones():
    pending, lapsed = Lot(1, 10, 10, FEB, None), Lot(2, 10, 10, START, day(1, 5))
    assert [(each.lot.id, each.amount) for each in claw([pending, lapsed], own=1, wanted=20, at=NOW)] == [(1, 10)]


def test_a_return_undoes_the_newest_draw_first():
    draws = draw(lots((20, FEB), (100, MAR)), wanted=90, at=NOW)
    assert [(each.lot.id, each.amount) for each in give_back(draws, amount=75)] == [(2, -70), (1, -5)]

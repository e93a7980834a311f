"""How much may be given: caps of rules and units by period and scope, budgets, and what a member can hold."""

from datetime import UTC, datetime, timedelta

import pytest

from regulars.core.program.caps import Budget, Cap
from regulars.core.program.rules import BonusRule, RateRule
from regulars.core.program.units import POINTS, Pays, Unit, UnitWords
from regulars.core.tallies import Tally
from tests.core.counter import NEW_YORK, NOON, STARS, basket, bites, buy, given, ready, somebody, total


def rate(*caps: Cap, code: str = "rate", points: int = 1, **fields) -> RateRule:
    return RateRule(code=code, name=code, points=points, per_minor=100, caps=caps, **fields)


def bonus(code: str, points: int, *caps: Cap, **fields) -> BonusRule:
    return BonusRule(code=code, name=code, points=points, caps=caps, **fields)


def a_unit(*caps: Cap, **fields) -> Unit:
    return Unit(code="points", name=POINTS.name, caps=caps, **fields)


def on(month: int, day: int, hour: int = 12, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=NEW_YORK)


def test_the_worked_example_of_caps():
    program = ready(rate(Cap(limit=500, period="month"), Cap(limit=100)))
    ann = somebody()
    used = [total(buy(program, basket(amount), ann)) for amount in (10_000, 10_000, 10_000, 10_000, 6_000)]
    assert sum(used) == 460
    earning = buy(program, basket(18_000), ann)
    [award] = earning.awards
    assert (award.desired, award.awarded) == (180, 40)
    assert bites(earning) == [("transaction", 100, 100), ("month", 500, 40)]  # narrow before wide


@pytest.mark.parametrize(
    ("period", "same", "next_one"),
    [
        ("day", on(3, 10, 23), on(3, 11, 0)),
        ("week", on(3, 15, 23), on(3, 16, 0)),  # ISO weeks: Monday to Sunday
        ("week", on(3, 9, 0), on(3, 8, 23)),
        ("month", on(3, 31, 23), on(4, 1, 0)),
        ("quarter", on(1, 1, 0), on(4, 1, 0)),
        ("year", on(12, 31, 23), on(1, 1, 0, year=2027)),
    ],
)
def test_a_period_is_the_programs_calendars(period, same, next_one):
    program, ann = ready(rate(Cap(limit=15, period=period))), somebody()
    assert [total(buy(program, basket(1000, at=at.astimezone(UTC)), ann)) for at in (NOON, same, next_one)] == [
        10,
        5,
        10,
    ]


def test_the_week_around_new_year_is_one():
    program, ann = ready(rate(Cap(limit=15, period="week"))), somebody()
    days = (on(12, 28), on(12, 31), on(1, 3, year=2027), on(1, 4, year=2027))  # Monday, Thursday, Sunday, Monday
    assert [total(buy(program, basket(1000, at=at), ann)) for at in days] == [10, 5, 0, 10]


def test_a_rolling_cap_counts_the_days_that_end_with_the_sales():
    program, ann = ready(rate(Cap(limit=15, period="rolling", days=7))), somebody()
    gave = [total(buy(program, basket(1000, at=on(3, day)), ann)) for day in (1, 4, 7, 8, 10, 11)]
    assert gave == [10, 5, 0, 10, 0, 5]  # on the 8th, the 1st is seven days ago; on the 11th, the 4th


def test_what_happened_after_a_late_sale_is_not_in_its_days():
    program, ann = ready(rate(Cap(limit=15, period="rolling", days=7))), somebody()
    assert [total(buy(program, basket(1000, at=on(3, day)), ann)) for day in (10, 8, 9)] == [10, 10, 5]


def test_a_lifetime_has_one_period():
    program, ann = ready(rate(Cap(limit=15, period="lifetime"))), somebody()
    assert [total(buy(program, basket(1000, at=on(3, 1, year=year)), ann)) for year in (2026, 2027, 2036)] == [10, 5, 0]


def test_a_late_sale_lands_in_its_own_period():
    program, ann = ready(rate(Cap(limit=15, period="month"))), somebody()
    gave = [total(buy(program, basket(1000, at=at), ann)) for at in (on(3, 31), on(4, 10), on(3, 30), on(4, 11))]
    assert gave == [10, 10, 5, 5]


def test_periods_that_no_sale_can_reach_are_forgotten():
    program, ann = ready(rate(Cap(limit=15, period="day"))), somebody()
    for day in range(400):
        buy(program, basket(1000, at=NOON + timedelta(days=day)), ann)
    [buckets] = ann.tally.used.values()
    assert len(buckets) <= 34  # a month of backdating, and a little


@pytest.mark.parametrize(("limit", "gave"), [(100, [100, 0]), (99, [0, 0]), (200, [100, 100]), (150, [100, 0])])
def test_a_cap_that_skips_gives_all_or_nothing(limit, gave):
    program, ann = ready(rate(Cap(limit=limit, period="month", on_exceed="skip"))), somebody()
    assert [total(buy(program, basket(10_000), ann)) for _ in gave] == gave


def test_a_skipped_award_uses_no_room():
    program, ann = ready(rate(Cap(limit=120, period="month", on_exceed="skip"))), somebody()
    assert [total(buy(program, basket(amount), ann)) for amount in (10_000, 5_000, 2_000)] == [100, 0, 20]


@pytest.mark.parametrize("order", [1, -1])
def test_caps_are_applied_narrow_before_wide_however_they_are_written(order):
    caps = [
        Cap(limit=100),
        Cap(limit=90, period="day", per="card"),
        Cap(limit=80, period="day"),
        Cap(limit=70, period="day", per="store"),
        Cap(limit=60, period="week"),
        Cap(limit=50, period="rolling", days=30),
        Cap(limit=40, period="lifetime", per="program"),
    ][::order]
    scopes = {scope: Tally() for scope in ("card", "store", "program")}
    earning = buy(ready(rate(*caps)), basket(18_000), shared=scopes)
    assert [limit for _, limit, _ in bites(earning)] == [100, 90, 80, 70, 60, 50, 40]
    assert total(earning) == 40


def test_the_rules_of_a_unit_share_its_caps_in_their_order():
    program, ann = (
        ready(rate(), bonus("a", 30), bonus("b", 30), units=(a_unit(Cap(limit=70, period="month")),)),
        somebody(),
    )
    assert given(buy(program, basket(2000), ann)) == {"rate": 20, "a": 30, "b": 20}
    assert given(buy(program, basket(2000), ann)) == {"rate": 0, "a": 0, "b": 0}


def test_a_rules_cap_comes_before_its_units():
    earning = buy(ready(rate(Cap(limit=50)), units=(a_unit(Cap(limit=40)),)), basket(9000))
    assert bites(earning) == [("transaction", 50, 50), ("transaction", 40, 40)]


def test_a_cap_bounds_its_own_unit():
    program = ready(rate(), bonus("star", 9, unit="stars"), units=(a_unit(Cap(limit=5)), STARS))
    assert given(buy(program, basket(2000))) == {"rate": 5, "star": 9}


def test_each_rule_has_caps_of_its_own():
    cap = Cap(limit=15, period="month")
    program, ann = ready(rate(cap), rate(cap, code="other")), somebody()
    assert given(buy(program, basket(1000), ann)) == {"rate": 10, "other": 10}
    assert given(buy(program, basket(1000), ann)) == {"rate": 5, "other": 5}


@pytest.mark.parametrize("scope", ["card", "cashier", "store", "program"])
def test_a_cap_per_card_cashier_store_or_program_is_shared(scope):
    program = ready(rate(Cap(limit=15, period="day", per=scope)))
    ours, others = {scope: Tally()}, {scope: Tally()}
    assert [total(buy(program, basket(1000), shared=ours)) for _ in range(3)] == [10, 5, 0]
    assert total(buy(program, basket(1000), shared=others)) == 10
    assert program.needs.shared == {scope}


@pytest.mark.parametrize("scope", ["card", "cashier"])
def test_a_sale_without_a_card_or_a_cashier_is_not_bounded_by_theirs(scope):
    program = ready(rate(Cap(limit=5, period="day", per=scope)))
    assert total(buy(program, basket(1000), shared={})) == 10


def test_a_members_cap_is_the_members():
    program = ready(rate(Cap(limit=15, period="day")))
    ann, bob = somebody(), somebody()
    assert [total(buy(program, basket(1000), who)) for who in (ann, ann, bob)] == [10, 5, 10]


def test_a_budget_of_units_bounds_everybody_and_every_rule_that_names_it():
    budget = Budget(code="spring", name="Spring", units=70)
    program = ready(rate(budget="spring"), bonus("a", 30, budget="spring"), bonus("b", 5), budgets=(budget,))
    everybody = {"program": Tally()}
    first = given(buy(program, basket(2000), somebody(), shared=everybody))
    then = buy(program, basket(2000), somebody(), shared=everybody)
    assert first == {"rate": 20, "a": 30, "b": 5}
    assert given(then) == {"rate": 20, "a": 0, "b": 5}
    assert given(buy(program, basket(2000, at=NOON + timedelta(days=3000)), somebody(), shared=everybody)) == {
        "rate": 0,
        "a": 0,
        "b": 5,
    }


@pytest.mark.parametrize(
    ("pays", "gave"),
    [
        (Pays(units=100, minor=100), [20, 5, 0]),  # a point is worth a cent
        (Pays(units=100, minor=50), [20, 20, 10]),  # and half a cent
        (None, [20, 5, 0]),  # a unit that pays nothing counts as its face value
    ],
)
def test_a_budget_of_money_bounds_what_the_units_are_worth(pays, gave):
    budget = Budget(code="spring", name="Spring", money_minor=25)
    program = ready(rate(budget="spring"), budgets=(budget,), units=(a_unit(pays=pays),))
    everybody = {"program": Tally()}
    assert [total(buy(program, basket(2000), somebody(), shared=everybody)) for _ in gave] == gave


def test_units_of_two_kinds_share_a_budget_of_money_in_one_sale():
    budget = Budget(code="spring", name="Spring", money_minor=25)
    points, stars = (
        a_unit(pays=Pays(units=100, minor=100)),
        Unit(code="stars", name=STARS.name, pays=Pays(units=1, minor=5)),
    )
    rules = (rate(budget="spring"), bonus("star", 9, unit="stars", budget="spring"))
    earning = buy(ready(*rules, budgets=(budget,), units=(points, stars)), basket(2000), shared={"program": Tally()})
    assert given(earning) == {"rate": 20, "star": 1}  # 20 cents, and the last 5


def test_cashback_is_worth_itself():
    cash = Unit(code="cash", kind="cashback", name=UnitWords(singular="dollar", plural="dollars"), precision=2)
    budget = Budget(code="spring", name="Spring", money_minor=25)
    program = ready(rate(unit="cash", budget="spring"), budgets=(budget,), units=(cash,))
    everybody = {"program": Tally()}
    assert [total(buy(program, basket(2000), shared=everybody)) for _ in range(2)] == [20, 5]


@pytest.mark.parametrize(("held", "gave"), [(0, 20), (90, 10), (100, 0), (150, 0), (-50, 20)])
def test_nobody_holds_more_than_the_most(held, gave):
    program = ready(rate(), units=(a_unit(max_balance=100),))
    ann = somebody(balances={"points": held})
    assert total(buy(program, basket(2000), ann)) == gave
    assert ann.balances["points"] == held + gave


def test_what_bit_is_told_with_its_room():
    ann = somebody(balances={"points": 95})
    earning = buy(ready(rate(), units=(a_unit(max_balance=100),)), basket(2000), ann)
    [award] = earning.awards
    assert (award.desired, award.awarded) == (20, 5)
    assert bites(earning) == [("balance", 100, 5)]
    assert list(earning.facts.rooms.values()) == [5]


def test_a_rule_of_which_caps_left_nothing_is_told_too():
    program, ann = ready(rate(Cap(limit=10, period="month"))), somebody()
    buy(program, basket(1000), ann)
    [award] = buy(program, basket(1000), ann).awards
    assert (award.desired, award.awarded, award.bites[0].room) == (10, 0, 0)

"""How rules of one unit meet: they add, the best one counts, one stands alone, or one ends the asking."""

import pytest

from regulars.core.program.conditions import Conditions
from regulars.core.program.rules import BonusRule, MultiplierRule, RateRule
from tests.core.counter import basket, buy, given, ready

RATE = RateRule(code="rate", name="Rate", points=1, per_minor=100)
MISSED = Conditions(min_spend_minor=10_000)


def bonus(code: str, points: int, **fields) -> BonusRule:
    return BonusRule(**({"code": code, "name": code, "points": points} | fields))


def times(code: str, percent: int, **fields) -> MultiplierRule:
    return MultiplierRule(**({"code": code, "name": code, "percent": percent} | fields))


# A sale of 20.00: the rate gives 20.
@pytest.mark.parametrize(
    ("rules", "gave"),
    [
        ((RATE, bonus("a", 5), bonus("b", 7)), {"rate": 20, "a": 5, "b": 7}),
        # Of those marked best, the one that gives most; the first of them on a tie.
        ((RATE, bonus("a", 5, stacking="best"), bonus("b", 7, stacking="best")), {"rate": 20, "b": 7}),
        ((bonus("a", 7, stacking="best"), bonus("b", 7, stacking="best")), {"a": 7}),
        ((bonus("a", 5, stacking="best"), bonus("b", 7, stacking="best", when=MISSED)), {"a": 5}),
        ((RATE, bonus("a", 5, stacking="best")), {"rate": 20, "a": 5}),
        # One that stands alone silences every other, before and after it, also where it gives less.
        ((RATE, bonus("a", 5, stacking="alone"), bonus("b", 7)), {"a": 5}),
        ((RATE, times("t", 200), bonus("a", 5, stacking="alone")), {"a": 5}),
        ((RATE, bonus("a", 5, stacking="alone", when=MISSED)), {"rate": 20}),
        ((bonus("a", 5, stacking="alone"), bonus("b", 7, stacking="alone")), {"a": 5}),
        # After one that stops, the later are not asked.
        ((bonus("a", 5, stop=True), RATE, bonus("b", 7)), {"a": 5}),
        ((RATE, bonus("a", 5, stop=True), bonus("b", 7)), {"rate": 20, "a": 5}),
        ((RATE, bonus("a", 5, stop=True, when=MISSED), bonus("b", 7)), {"rate": 20, "b": 7}),
        ((bonus("a", 5, stop=True), bonus("b", 7, stacking="alone")), {"a": 5}),
        # Multipliers work on what still stands.
        ((RATE, times("t", 200), times("u", 150)), {"rate": 20, "t": 20, "u": 10}),
        ((RATE, times("t", 200, stacking="best"), times("u", 300, stacking="best")), {"rate": 20, "u": 40}),
        ((RATE, bonus("a", 5, stop=True), times("t", 200)), {"rate": 20, "a": 5}),
        ((times("t", 200), RATE, bonus("a", 5, stop=True)), {"rate": 20, "a": 5, "t": 20}),
        ((RATE, times("t", 200, when=MISSED)), {"rate": 20}),
    ],
)
def test_rules_of_a_unit_meet(rules, gave):
    assert given(buy(ready(*rules), basket(2000))) == gave


def test_a_rate_that_was_not_the_best_is_not_multiplied():
    slow = RateRule(code="slow", name="Slow", points=1, per_minor=1000, stacking="best")
    fast = RateRule(code="fast", name="Fast", points=3, per_minor=100, stacking="best")
    assert given(buy(ready(slow, fast, times("t", 200)), basket(2000))) == {"fast": 60, "t": 60}


@pytest.mark.parametrize("how", [{"stacking": "alone"}, {"stop": True}])
def test_a_rule_silences_its_own_unit_only(how):
    stars = bonus("star", 1, unit="stars")
    assert given(buy(ready(bonus("a", 5, **how), RATE, stars), basket(2000))) == {"a": 5, "star": 1}


def test_the_best_is_chosen_before_caps():
    from regulars.core.program.caps import Cap

    capped = bonus("a", 9, stacking="best", caps=(Cap(limit=1),))
    assert given(buy(ready(capped, bonus("b", 7, stacking="best")), basket(2000))) == {"a": 1}

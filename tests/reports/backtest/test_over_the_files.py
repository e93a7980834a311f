"""Five kinds of rule give over the grocer's files what numpy finds in them: on a small year always, on the whole one
with REGULARS_WHOLE_YEAR=1.
"""

import os
from datetime import UTC, datetime

import pytest

from regulars.core.program.caps import Cap
from regulars.demo.journey import find_file
from tests.reports.backtest.expected import Expected
from tests.reports.backtest.programs import a_program, base, double, pastry_rule, status
from tests.reports.backtest.streams import recorded_baskets, replay

WEEKS = 463
FROM, TO = datetime(2025, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, 5, tzinfo=UTC)
WHOLE = os.environ.get("REGULARS_WHOLE_YEAR") == "1"
# A year's figures bite nobody in the files' first days.
SMALL = {"month": 20, "sale": 10, "levels": (2_000, 5_000, 9_000)}
LARGE = {"month": 200, "sale": 50, "levels": (100_000, 250_000, 500_000)}


@pytest.fixture(scope="module", params=["small", pytest.param("whole", marks=pytest.mark.slow)])
def year(request, small_year, products):
    """What the programs give, what numpy expects, and the limits that both are about."""
    if request.param == "whole" and not WHOLE:
        pytest.skip("REGULARS_WHOLE_YEAR=1 runs it")
    file = find_file("transactions") if request.param == "whole" else small_year
    limits = LARGE if request.param == "whole" else SMALL
    results = replay(
        recorded_baskets(file, products, weeks=WEEKS),
        starts_at=FROM,
        ends_at=TO,
        plain=a_program(),
        monthly=a_program(base(Cap(limit=limits["month"], period="month"))),
        by_sale=a_program(base(Cap(limit=limits["sale"]))),
        by_item=a_program(pastry_rule(3)),
        doubled=a_program(base(), double("PRODUCE")),
        tiers=a_program(base(tier_points={"one": 2, "two": 3, "three": 5}), tier_sets=(status(*limits["levels"]),)),
    )
    return results, Expected(file, find_file("products"), weeks=WEEKS), limits


def test_one_point_per_dollar(year):
    results, expected, _ = year
    [total] = results["plain"].draft.totals
    assert (total.awarded, total.desired) == (int(expected.points().sum()),) * 2
    assert results["plain"].total_minor == int(expected.cents.sum())
    assert results["plain"].members == len(set(expected.household.tolist()))


def test_a_rate_with_a_monthly_cap(year):
    results, expected, limits = year
    awarded, held_back, by_month = expected.rate_with_monthly_cap(limits["month"])
    draft = results["monthly"].draft
    assert held_back > 0
    assert (draft.totals[0].awarded, draft.totals[0].held_back) == (awarded, held_back)
    assert {row.month: row.awarded for row in draft.months if row.awarded} == by_month
    [cap] = draft.caps
    assert (cap.owner, cap.period, cap.held_back) == ("base", "month", held_back)


def test_a_cap_by_transaction(year):
    results, expected, limits = year
    awarded, bitten = expected.capped_by_transaction(limits["sale"])
    [cap] = results["by_sale"].draft.caps
    assert bitten > 0
    assert (results["by_sale"].draft.totals[0].awarded, cap.sales) == (awarded, bitten)


def test_points_for_each_unit_in_a_department(year):
    results, expected, _ = year
    [rule] = results["by_item"].draft.rules
    assert rule.awarded == expected.units_in_department("PASTRY", 3) > 0


def test_double_points_in_a_department(year):
    results, expected, _ = year
    given = {rule.rule: rule.awarded for rule in results["doubled"].draft.rules}
    assert (given["base"], given["double"]) == expected.double_in_department("PRODUCE")
    assert given["double"] > 0


def test_tiers_by_what_is_spent_in_a_year(year):
    results, expected, limits = year
    reached, earned = expected.tiers_by_yearly_spend(list(limits["levels"]), [1, 2, 3, 5])
    draft = results["tiers"].draft
    assert [row.reached for row in draft.levels if row.level] == reached
    assert reached[0] > reached[-1] > 0
    at_end = {row.level: row.members for row in draft.levels}
    assert at_end == {
        "": results["tiers"].members - reached[0],
        "one": reached[0] - reached[1],
        "two": reached[1] - reached[2],
        "three": reached[2],
    }
    assert draft.totals[0].awarded == earned

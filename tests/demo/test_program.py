"""The grocer's program gives what numpy finds in the files: caps, levels, stamps and rewards."""

import os
from datetime import UTC, datetime

import pytest

from regulars.demo.journey import find_file
from regulars.demo.program import PROGRAM
from tests.demo.grocer import expected_by_rule
from tests.reports.backtest.streams import recorded_baskets, replay

WEEKS = 463
FROM, TO = datetime(2025, 11, 1, tzinfo=UTC), datetime(2026, 11, 16, 5, tzinfo=UTC)


@pytest.mark.parametrize("size", ["small", pytest.param("whole", marks=pytest.mark.slow)])
def test_each_rule_gives_what_the_files_say(size, small_year, products):
    if size == "whole" and os.environ.get("REGULARS_WHOLE_YEAR") != "1":
        pytest.skip("REGULARS_WHOLE_YEAR=1 runs it")
    file = small_year if size == "small" else find_file("transactions")
    sales = recorded_baskets(file, products, weeks=WEEKS)
    draft = replay(sales, starts_at=FROM, ends_at=TO, demo=PROGRAM)["demo"].draft
    given = {rule.rule: rule.awarded for rule in draft.rules}
    given |= {"full cards": sum(card.full for card in draft.cards)}
    given |= {level.level: level.reached for level in draft.levels if level.level}
    given |= {"pastry": 0, "coffee": 0, "hamper": 0} | {reward.reward: reward.given for reward in draft.rewards}
    assert given == expected_by_rule(file, weeks=WEEKS)

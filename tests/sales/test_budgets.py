"""A budget bounds what everybody gets together, and tells its owner at 80 and at 100 %."""

import pytest

from regulars.audit.models import Event
from regulars.core.program.caps import Budget
from regulars.core.program.rules import RateRule
from regulars.sales.record import record_sales
from tests.shop import NOON, a_member, a_sale, a_shop, points_of, sell

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, int]]:
    events = Event.objects.filter(action="budget.reached").order_by("id")
    return [(event.facts["budget"], event.facts["percent"]) for event in events]


@pytest.mark.parametrize(
    "budget",
    [Budget(code="spring", name="Spring", units=100), Budget(code="spring", name="Spring", money_minor=100)],
)
def test_the_owner_is_told_at_80_and_at_100_percent(budget):
    a_shop(RateRule(code="base", name="Base", points=1, per_minor=100, budget="spring"), budgets=(budget,))
    ann, bob = a_member(), a_member()
    sell(a_sale(7900, member=ann))
    assert told() == []
    sell(a_sale(100, member=bob))
    assert told() == [("spring", 80)]
    sale = sell(a_sale(5000, member=ann))
    assert told() == [("spring", 80), ("spring", 100)]
    assert [(bite.period, bite.room) for bite in sale.earned[0].why.parts[0].bites] == [("lifetime", 20)]
    assert points_of(ann) + points_of(bob) == 100


def test_a_batch_that_runs_over_both_tells_both():
    rule = RateRule(code="base", name="Base", points=1, per_minor=100, budget="spring")
    a_shop(rule, budgets=(Budget(code="spring", name="Spring", units=50),))
    members = [a_member() for _ in range(4)]
    record_sales([a_sale(2000, member=member) for member in members], at=NOON)
    assert told() == [("spring", 80), ("spring", 100)]
    assert [points_of(member) for member in members] == [20, 20, 10, 0]

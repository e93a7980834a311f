"""Rules that silence each other: what was silent for a sale stays silent for what is left of it."""

import pytest

from regulars.core.program.conditions import Conditions
from regulars.core.program.rules import RateRule
from regulars.core.refusals import Refusal
from regulars.core.sale import NewRefund
from regulars.sales.refund import refund_sales
from tests.shop import NOON, a_member, a_sale, a_shop, points_of, sell

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("series", [[5100], [5000, 100], [100, 5000], [2500, 2600]])
@pytest.mark.parametrize(
    ("first", "second"),
    [({"stacking": "alone"}, {}), ({"stacking": "best"}, {"stacking": "best"}), ({"stop": True}, {})],
)
def test_however_the_refunds_are_cut_they_leave_the_same(first, second, series):
    from_fifty = Conditions(min_spend_minor=5000)
    generous = RateRule(code="first", name="First", points=20, per_minor=1000, when=from_fifty, **first)
    base = RateRule(code="base", name="Base", points=1, per_minor=100, **second)
    a_shop(generous, base)
    ann = a_member()
    sale = sell(a_sale(10_000, member=ann)).id
    assert points_of(ann) == 200
    for number, amount in enumerate(series):
        refund = NewRefund(sale_id=sale, external_id=f"F-{number}", occurred_at=NOON, amount_minor=amount)
        [outcome] = refund_sales([refund], at=NOON)
        assert not isinstance(outcome, Refusal), outcome
    assert points_of(ann) == 0

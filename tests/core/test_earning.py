"""What a sale earns, and what each line made of it."""

from datetime import UTC, datetime

import pytest

from regulars.core.amounts import count_steps, portion, share
from regulars.core.earning import Published, Purchase, applies, award, line_weights
from regulars.core.rules import ItemRule, RateRule
from regulars.core.sale import SaleLine
from regulars.core.sentences import describe_rule, explain

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
LINES = (
    SaleLine("tea", 2000, 600, "GROCERY", "National"),
    SaleLine("gin", 1000, 2400, "SPIRITS", "Private"),
    SaleLine("ham", 1250, 1000, "DELI", "National"),
)


def basket(*lines: SaleLine, points_minor: int = 0, at: datetime = AT, **where) -> Purchase:
    total = sum(line.amount_minor for line in lines)
    return Purchase(at, where.get("store", "330"), frozenset(where.get("tags", ())), lines, total, total - points_minor)


def awarded(rule, purchase: Purchase) -> int:
    return award(Published(1, 1, "rule", rule), purchase).awarded


@pytest.mark.parametrize(
    ("rule", "points"),
    [
        (RateRule(points=1, per_minor=100), 40),
        (RateRule(points=2, per_minor=1000), 8),  # 40.00 is four full 10.00
        (RateRule(points=1, per_minor=900), 4),
        (RateRule(points=1, per_minor=100, excluded_categories=("SPIRITS",)), 16),
        (RateRule(points=1, per_minor=100, excluded_skus=("tea", "gin")), 10),
        (RateRule(points=1, per_minor=100, min_spend_minor=4000), 40),  # the minimum itself is enough
        (RateRule(points=1, per_minor=100, min_spend_minor=4001), 0),
        (ItemRule(points=5, skus=("tea",)), 10),
        (ItemRule(points=5, brands=("National",)), 15),  # 3.25 units are three full ones
        (ItemRule(points=5, brands=("National",), rounding="started"), 20),
        (ItemRule(points=3, categories=("DELI",), per="amount", per_minor=300), 9),
    ],
)
def test_a_rule_counts_steps(rule, points):
    assert awarded(rule, basket(*LINES)) == points


@pytest.mark.parametrize(
    ("rounding", "points"),
    [("full", 9), ("nearest", 10), ("started", 10)],  # three lines of 3.33 are 9.99, rounded once
)
def test_a_sale_is_rounded_once_and_not_by_line(rounding, points):
    lines = [SaleLine(str(i), 1000, 333) for i in range(3)]
    assert awarded(RateRule(points=1, per_minor=100, rounding=rounding), basket(*lines)) == points


@pytest.mark.parametrize(
    ("rule", "points"),
    [
        (RateRule(points=1, per_minor=100), 30),
        (RateRule(points=1, per_minor=100, excluded_categories=("SPIRITS",)), 12),  # 16.00 x 3/4
        (ItemRule(points=5, skus=("tea",)), 5),  # two units x 3/4 is one full one
    ],
)
def test_the_part_paid_with_points_earns_nothing(rule, points):
    assert awarded(rule, basket(*LINES, points_minor=1000)) == points


def test_the_sale_of_the_api_example_earns_nine():
    assert awarded(RateRule(points=1, per_minor=100), Purchase(AT, "330", frozenset(), (), 1234, 934)) == 9


def test_a_free_sale_earns_nothing_and_does_not_divide_by_it():
    assert awarded(RateRule(points=1, per_minor=100), basket(SaleLine("tea", 0, 0))) == 0


@pytest.mark.parametrize(
    ("where", "counts"),
    [
        ({}, True),
        ({"stores": ("330",)}, True),
        ({"stores": ("331",)}, False),
        ({"store_tags": ("airport",)}, True),
        ({"store_tags": ("city",)}, False),
        ({"stores": ("331",), "store_tags": ("airport",)}, True),
        ({"starts_at": AT}, True),  # a period contains its start
        ({"ends_at": AT}, False),  # and not its end
    ],
)
def test_a_rule_counts_in_its_time_and_stores(where, counts):
    assert applies(RateRule(points=1, per_minor=100, **where), basket(*LINES, tags=("airport",))) is counts


def test_the_lines_shares_sum_to_the_award():
    rule = RateRule(points=1, per_minor=100, excluded_categories=("SPIRITS",))
    assert share(awarded(rule, basket(*LINES)), line_weights(rule, LINES)) == [6, 0, 10]


@pytest.mark.parametrize(
    ("total", "weights", "shares"), [(10, [1, 1, 1], [4, 3, 3]), (5, [0, 0], [0, 0]), (7, [3, 4], [3, 4])]
)
def test_a_share_goes_to_the_largest_remainder(total, weights, shares):
    assert share(total, weights) == shares


@pytest.mark.parametrize(
    ("amount", "rounding", "steps"),
    [(999, "full", 9), (950, "nearest", 10), (949, "nearest", 9), (901, "started", 10), (900, "started", 9)],
)
def test_rounding_is_named(amount, rounding, steps):
    assert count_steps(amount, per=100, rounding=rounding) == steps


def test_a_portion_of_everything_leaves_nothing_over():
    assert [portion(100, part=part, whole=3) for part in (0, 1, 2, 3)] == [0, 33, 66, 100]


def test_a_rule_and_its_award_read_as_sentences():
    rule = RateRule(points=1, per_minor=100, min_spend_minor=1000, excluded_categories=("SPIRITS",))
    sentence = describe_rule(rule, currency="USD")
    assert sentence == "1 point per full 1.00 USD, except SPIRITS, from 10.00 USD"
    why = award(Published(7, 1, "Base", rule, sentence), basket(*LINES, points_minor=1000))
    assert explain(why, unit="points", currency="USD", zone=UTC) == [
        "1 point per full 1.00 USD, except SPIRITS, from 10.00 USD.",
        "10.00 USD of the sale was paid with points, which earns nothing; 30.00 USD was paid with money.",
        "12.00 USD of 30.00 USD counted: 12 points.",
    ]

"""Rules and whys in the words a cashier would use."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from regulars.core.expiry import AfterDays, AfterMonths, EndOf, Never, OnDate
from regulars.core.rules import ItemRule, RateRule
from regulars.core.sentences import count, describe_expiry, describe_rule, explain, write_end
from regulars.core.why import Adjusted, Expired, Returned, Spent, TakenBack, WrittenOff

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (RateRule(points=1, per_minor=100), "1 point per full 1.00 USD"),
        (RateRule(points=2, per_minor=1000, rounding="nearest"), "2 points per nearest 10.00 USD"),
        (ItemRule(points=5, skus=("4011",)), "5 points per full unit of SKU 4011"),
        (
            ItemRule(points=3, categories=("TEA", "COFFEE"), brands=("Nord",), per="amount", per_minor=500),
            "3 points per full 5.00 USD of TEA, COFFEE or Nord",
        ),
        (
            RateRule(points=1, per_minor=100, stores=("330",), store_tags=("airport",)),
            "1 point per full 1.00 USD, in store 330 or stores tagged airport",
        ),
        (
            RateRule(points=1, per_minor=100, starts_at=datetime(2026, 5, 1, tzinfo=UTC)),
            "1 point per full 1.00 USD, from 01 May 2026 00:00",
        ),
    ],
)
def test_a_rule_is_one_sentence(rule, sentence):
    assert describe_rule(rule, currency="USD") == sentence


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        (Never(), "never expires"),
        (OnDate(date(2026, 6, 30)), "expires at the end of 30 June 2026"),
        (AfterDays(30), "expires 30 days after it was given"),
        (AfterMonths(6), "expires 6 months after it was given"),
        (EndOf("year"), "expires at the end of the year it was given in"),
        (EndOf("month", after=12), "expires at the end of the month, 12 months after it was given"),
    ],
)
def test_a_life_is_one_sentence(policy, sentence):
    assert describe_expiry(policy) == sentence


MIDNIGHT = datetime(2026, 4, 1, 4, tzinfo=UTC)  # in New York


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (Spent(300, 300, 100, 100), ["300 points paid 3.00 USD: 100 points pay 1.00 USD."]),
        (Adjusted(1240), ["Changed by the team. The balance was 1,240 points before."]),
        (Expired(1, 100, MIDNIGHT), ["What was left of 100 points that could be used until the end of 31 Mar 2026."]),
        (WrittenOff(70), ["70 points of a returned sale had been spent already. The shop took the loss."]),
        (
            WrittenOff(70, 70),
            [
                "70 points of a returned sale had been spent already.",
                "0.70 USD was kept back from the money instead.",
            ],
        ),
        (
            TakenBack(version=1, rule="1 per 1", remaining_minor=2600, held=35, target=26, short=4),
            [
                "After the refund 26.00 USD paid with money is left of the sale; for that, “1 per 1” gives 26 points.",
                "35 points were held for the sale, so 9 points went back.",
                "4 points of them had been spent already.",
            ],
        ),
        (
            Returned(points=300, refunded_minor=500, total_minor=1000, graced_until=MIDNIGHT),
            [
                "300 points had paid part of this sale.",
                "5.00 USD of 10.00 USD has come back so far, and the same part of the points with it.",
                "Some had expired meanwhile: they can be used until the end of 31 Mar 2026.",
            ],
        ),
    ],
)
def test_an_entry_says_why(why, said):
    assert explain(why, unit="points", currency="USD", zone=NEW_YORK) == said


def test_an_end_that_is_no_midnight_keeps_its_time():
    assert write_end(datetime(2026, 4, 1, 16, 30, tzinfo=UTC), NEW_YORK) == "01 Apr 2026 12:30"


@pytest.mark.parametrize(("number", "words"), [(1, "1 point"), (-1, "\N{MINUS SIGN}1 point"), (1240, "1,240 points")])
def test_an_amount_has_its_unit(number, words):
    assert count(number, "points") == words

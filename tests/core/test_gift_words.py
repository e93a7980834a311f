"""What a reward or a stamp card did to a balance is told in a sentence."""

from datetime import UTC, datetime

import pytest

from regulars.core.gift_words import explain_gift
from regulars.core.program.units import POINTS, Unit, UnitWords
from regulars.core.why import CardFilled, CardReopened, Claimed, Rewarded, RewardRemoved

STAMPS = Unit(code="coffee", kind="stamps", name=UnitWords(singular="stamp", plural="stamps"))


@pytest.mark.parametrize(
    ("why", "unit", "said"),
    [
        (Claimed("Mug", 200, 200), POINTS, ["“Mug” was claimed for 200 points."]),
        (
            Claimed("Mug", 1, 400),
            POINTS,
            ["“Mug” was claimed for 1 point.", "Without the member's level it costs 400 points."],
        ),
        (CardFilled("Coffee", 3, 10, 7), STAMPS, ["The 3rd “Coffee” is full: its 10 stamps brought the reward."]),
        (
            CardReopened("Coffee", 11),
            STAMPS,
            ["The 11th “Coffee” is open again, because stamps on it were taken back."],
        ),
        (Rewarded("Welcome"), POINTS, ["“Welcome” was paid at once."]),
        (
            RewardRemoved("Mug", datetime(2026, 3, 11, tzinfo=UTC)),
            POINTS,
            [
                "“Mug” was removed by the team, and its price given back.",
                "Some had expired meanwhile: they can be used until the end of 10 Mar 2026.",
            ],
        ),
    ],
)
def test_each_gift_explains_itself(why, unit, said):
    assert explain_gift(why, unit=unit, zone=UTC) == said

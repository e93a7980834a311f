"""A basket is tried by the live program and by a draft, side by side, and nothing is written."""

import pytest

from regulars.core.program.document import ProgramDocument
from regulars.core.program.items import Items
from regulars.core.program.rewards import Reward
from regulars.core.program.rules import ItemRule
from regulars.core.program.stamp_cards import ByItem, StampCard
from regulars.core.program.units import POINTS, Unit, UnitWords
from regulars.ledger.models import Entry
from regulars.sales.answers import CardNow, Recorded
from regulars.sales.models import Sale
from regulars.sales.try_basket import try_basket
from tests.shop import NOON, ONE_PER_DOLLAR, a_member, a_program, a_sale, a_shop

pytestmark = pytest.mark.django_db


GROCERIES = Items(categories=("GROCERY",))


@pytest.fixture
def draft() -> ProgramDocument:
    """The live program with a rule in a new unit, and a card that is new too."""
    a_shop()
    return a_program(
        ONE_PER_DOLLAR,
        ItemRule(code="stars", name="Stars", unit="stars", points=3, items=GROCERIES),
        units=(POINTS, Unit(code="stars", name=UnitWords(singular="star", plural="stars"))),
        rewards=(Reward(code="mug", name="Mug"),),
        stamp_cards=(StampCard(code="card", name="Card", size=2, final="mug", earn=ByItem(items=GROCERIES, stamps=3)),),
    )


def test_a_draft_gives_its_own_units_stamps_and_rewards(draft):
    tried = try_basket(a_sale(1250, member=a_member()), draft=draft, at=NOON)
    assert isinstance(tried.live.outcome, Recorded)
    assert tried.draft
    assert isinstance(tried.draft.outcome, Recorded)
    assert [(each.unit, each.awarded) for each in tried.live.outcome.earned] == [("points", 12)]
    earned = {each.unit: each.awarded for each in tried.draft.outcome.earned}
    assert (earned["points"], earned["stars"]) == (12, 3)
    assert tried.draft.outcome.brought.cards == (CardNow("card", 2, 1, 2, 1),)
    assert tried.draft.outcome.brought.rewards == ("mug",)


def test_trying_writes_nothing(draft):
    member = a_member()
    before = (Sale.objects.count(), Entry.objects.count())
    try_basket(a_sale(1250, member=member), draft=draft, at=NOON)
    assert (Sale.objects.count(), Entry.objects.count()) == before

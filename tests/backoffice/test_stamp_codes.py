"""One-time codes and posters, and budgets that run low on the start page."""

import re

import pytest

from regulars.core.actor import SYSTEM
from regulars.core.claiming import RewardNotFound
from regulars.core.program.caps import Budget
from regulars.core.program.rewards import Reward
from regulars.core.program.rules import RateRule
from regulars.core.program.stamp_cards import ByHand, StampCard
from regulars.ledger.statement import balance_of
from regulars.points.models import Poster, StampCode
from regulars.points.posters import poster_text, scan_poster
from regulars.points.stamp_codes import use_stamp_code
from tests.backoffice.conftest import NOW, YESTERDAY
from tests.shop import a_member, a_program, a_sale, publish, sell

pytestmark = pytest.mark.django_db

CARD = StampCard(code="fair", name="Fair card", size=5, final="bag", earn=ByHand())
WITH_CARD = a_program(stamp_cards=(CARD,), rewards=(Reward(code="bag", name="Bag"),))


@pytest.fixture
def card(shop) -> None:
    publish(WITH_CARD, at=YESTERDAY)


def codes(**typed: object) -> dict[str, object]:
    return {"card": "fair", "count": "3", "stamps": "2", "batch": "Street fair", "until": "", **typed}


def test_codes_are_shown_once_and_each_counts_once(card, manager):
    page = manager.post("/stamp-codes/new/", codes()).content.decode()
    shown = re.findall(r"<code>([A-Z0-9-]{19})</code>", page)
    assert len(set(shown)) == 3
    assert "Fair card, 2 stamps each" in page
    member, other = a_member(at=YESTERDAY), a_member(at=YESTERDAY)
    use_stamp_code(code=shown[0], member_id=member, at=NOW, by=SYSTEM)
    assert balance_of(member, at=NOW, unit="fair").available == 2
    with pytest.raises(RewardNotFound):
        use_stamp_code(code=shown[0], member_id=other, at=NOW, by=SYSTEM)
    page = manager.get("/stamp-codes/").content.decode()
    assert "Street fair" in page
    assert "1 of 3" in page
    assert not any(code in page for code in shown)


def test_a_cashier_types_the_code_of_a_slip(card, manager, cashier):
    page = manager.post("/stamp-codes/new/", codes()).content.decode()
    code = re.findall(r"<code>([A-Z0-9-]{19})</code>", page)[0]
    member, other = a_member(at=YESTERDAY), a_member(at=YESTERDAY)
    typed = {"code": f" {code.lower()} ", "store": "330"}
    said = cashier.post(f"/members/{member}/stamps/code/", typed, follow=True).content.decode()
    assert "2 stamps: 2 of 5 stamps now." in said
    for wrong in (typed, {"code": "AAAA-BBBB-CCCC-DDDD", "store": ""}):
        assert "This code is not valid" in cashier.post(f"/members/{other}/stamps/code/", wrong).content.decode()
    assert balance_of(other, at=NOW, unit="fair").available == 0


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"count": "0"}, "greater than"),
        ({"count": "1001"}, "less than"),
        ({"batch": ""}, "required"),
        ({"card": "tea"}, "valid choice"),
        ({"until": "2020-01-01"}, "This day is over"),
    ],
)
def test_codes_that_make_no_sense_are_refused(card, manager, typed, said):
    assert said in manager.post("/stamp-codes/new/", codes(**typed)).content.decode()
    assert not StampCode.objects.exists()


def test_a_poster_stamps_until_it_is_taken_down(card, manager):
    page = manager.post("/stamp-codes/posters/new/", {"store": "330", "card": "fair", "stamps": "1"}, follow=True)
    assert "<svg" in page.content.decode()
    assert "Once in 24 hours" in page.content.decode()
    poster, member = Poster.objects.get(), a_member(at=YESTERDAY)
    text = poster_text(poster.pk)
    scan_poster(text=text, member_id=member, at=NOW, by=SYSTEM)
    assert balance_of(member, at=NOW, unit="fair").available == 1
    manager.post(f"/stamp-codes/posters/{poster.pk}/take-down/")
    with pytest.raises(RewardNotFound):
        scan_poster(text=text, member_id=a_member(at=YESTERDAY), at=NOW, by=SYSTEM)
    assert "Taken down" in manager.get(f"/stamp-codes/posters/{poster.pk}/").content.decode()


def test_without_a_card_there_is_nothing_to_stamp(manager):
    assert "No stamp card yet" in manager.get("/stamp-codes/").content.decode()


@pytest.mark.parametrize(
    ("dollars", "said"),
    [
        (79, None),
        (80, "Budget “Opening week” is at 80 %"),
        (99, "at 99 %"),
        (100, "Budget “Opening week” is used up"),
        (500, "Budget “Opening week” is used up"),
    ],
)
def test_a_budget_is_on_the_start_page_from_four_fifths_on(shop, manager, dollars, said):
    rule = RateRule(code="week", name="Opening week", points=1, per_minor=100, budget="week")
    publish(a_program(rule, budgets=(Budget(code="week", name="Opening week", units=100),)), at=YESTERDAY)
    sell(a_sale(dollars * 100, member=a_member(at=YESTERDAY), at=NOW), at=NOW)
    page = manager.get("/").content.decode()
    assert (said in page) if said else ("Budget" not in page)


def test_a_budget_of_money_is_told_in_money(shop, manager):
    rule = RateRule(code="week", name="Opening week", points=1, per_minor=100, budget="week")
    publish(a_program(rule, budgets=(Budget(code="week", name="Opening week", money_minor=100),)), at=YESTERDAY)
    sell(a_sale(9000, member=a_member(at=YESTERDAY), at=NOW), at=NOW)
    assert "0.90 USD of 1.00 USD" in manager.get("/").content.decode()

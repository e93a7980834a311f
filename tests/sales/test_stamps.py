"""Sales fill stamp cards and their refunds open them again, with the rewards that stood on them."""

from datetime import timedelta

import pytest

from regulars.core.actor import SYSTEM
from regulars.core.identifiers import MemberHandle
from regulars.core.program.items import Items
from regulars.core.program.rewards import Reward
from regulars.core.program.stamp_cards import ByItem, BySpend, ByVisit, StampCard
from regulars.core.sale import LineRefund, SaleLine
from regulars.ledger.models import Entry
from regulars.ledger.statement import balances_of
from regulars.rewards.models import IssuedReward
from regulars.rewards.use import use_reward
from regulars.sales.attach import attach_sale
from regulars.sales.record import record_sales
from tests.shop import NOON, a_member, a_program, a_sale, a_shop, publish, sell
from tests.whole_shop import LATER, broken, give_back, held_by, rewards_of

pytestmark = pytest.mark.django_db
LATTES = Items(skus=("latte",))


def a_card(**fields) -> StampCard:
    usual = {"code": "coffee", "name": "Coffee", "size": 10, "final": "free", "earn": ByItem(items=LATTES)}
    return StampCard(**(usual | fields))


FREE, COOKIE = Reward(code="free", name="Free coffee"), Reward(code="cookie", name="Cookie")


def a_cafe(card: StampCard) -> int:
    a_shop(stamp_cards=(card,), rewards=(FREE, COOKIE))
    return a_member()


def lattes(number: int, member: int | None, **fields):
    lines = (SaleLine("latte", 1000 * number, 300 * number), SaleLine("cup", 1000, 100))
    return a_sale(300 * number + 100, member=member, lines=lines, **fields)


def test_the_worked_example_of_stamps():
    """8 of 10 and 4 more are a reward and 2 of 10; the refund of those 4 opens the card again at 8."""
    ann = a_cafe(a_card())
    sell(lattes(8, ann))
    four = sell(lattes(4, ann))
    [card] = four.brought.cards
    assert (card.stamps, card.number, card.filled, four.brought.rewards) == (2, 2, 1, ("free",))
    assert rewards_of(ann) == ["free"]
    back = give_back(four.id, lines=(LineRefund(1),))
    assert (held_by(ann)["coffee"], back.withdrawn) == (8, ("free",))
    assert (rewards_of(ann), rewards_of(ann, status="withdrawn")) == ([], ["free"])
    assert broken() == []


@pytest.mark.parametrize(("used_reward", "held"), [("absorb", 0), ("debt", -2)])
def test_a_used_reward_stays_and_its_stamps_are_absorbed_or_owed(used_reward, held):
    ann = a_cafe(a_card(used_reward=used_reward))
    sell(lattes(8, ann))
    four = sell(lattes(4, ann)).id
    use_reward(issued_id=IssuedReward.objects.get().pk, store="330", at=NOON, by=SYSTEM)
    give_back(four, lines=(LineRefund(1),))
    assert held_by(ann)["coffee"] == held
    assert rewards_of(ann, status="used") == ["free"]
    assert broken() == []


def test_a_stamp_entry_names_the_lines_that_made_it():
    ann = a_cafe(a_card())
    recorded = sell(lattes(2, ann))
    [why] = [each.why for each in recorded.earned if each.unit == "coffee"]
    assert why.lines == (1,)


def test_a_reward_on_the_way_comes_and_goes_with_its_stamp():
    ann = a_cafe(a_card(interim={5: "cookie"}))
    sell(lattes(4, ann))
    fifth = sell(lattes(1, ann))
    assert (fifth.brought.rewards, rewards_of(ann)) == (("cookie",), ["cookie"])
    give_back(fifth.id)
    assert rewards_of(ann) == []
    again = sell(lattes(1, ann), at=LATER)
    assert rewards_of(ann) == (["cookie"] if again.brought.rewards else [])
    assert broken() == []


def test_one_sale_may_fill_several_cards():
    ann = a_cafe(a_card(size=3))
    sale = sell(lattes(8, ann))
    assert (sale.brought.rewards, held_by(ann)["coffee"]) == (("free", "free"), 2)
    give_back(sale.id, 1_200)  # 12.00 of 25.00 came back: half of the cups
    assert broken() == []
    give_back(sale.id, number="F-2")
    assert (held_by(ann)["coffee"], rewards_of(ann)) == (0, [])
    assert broken() == []


def test_thirty_and_twenty_make_one_stamp_whichever_comes_back():
    ann = a_cafe(a_card(earn=BySpend(per_minor=5_000)))
    first, then = (sell(a_sale(amount, member=ann)).id for amount in (3_000, 2_000))
    assert held_by(ann)["coffee"] == 1
    give_back(first)
    assert held_by(ann)["coffee"] == 0
    sell(a_sale(3_000, member=ann), at=LATER)
    assert held_by(ann)["coffee"] == 1
    give_back(then)
    assert held_by(ann)["coffee"] == 0
    assert broken() == []


def test_a_card_keeps_the_size_it_began_with():
    ann, bob = a_cafe(a_card(size=4)), a_member()
    sell(lattes(2, ann))
    publish(a_program(stamp_cards=(a_card(size=3, final="cookie"),), rewards=(FREE, COOKIE)))
    told = [sell(lattes(1, ann), at=LATER).brought.rewards for _ in range(5)]
    assert told == [(), ("free",), (), (), ("cookie",)]
    assert sell(lattes(3, bob), at=LATER).brought.rewards == ("cookie",)
    assert broken() == []


def test_a_late_sale_stamps_by_the_version_of_its_time():
    ann = a_cafe(a_card(earn=ByVisit(stamps=2)))
    publish(a_program(stamp_cards=(a_card(earn=ByVisit(stamps=1)),), rewards=(FREE,)))
    [late] = record_sales([a_sale(500, member=ann, at=NOON - timedelta(days=1))], at=LATER)
    [now] = record_sales([a_sale(500, member=ann, at=LATER)], at=LATER)
    assert [each.brought.cards[0].stamps for each in (late, now)] == [2, 3]


def test_a_claimed_receipt_stamps_the_card():
    ann = a_cafe(a_card(size=3))
    sale = sell(lattes(4, None))
    claimed = attach_sale(sale_id=sale.id, member=MemberHandle(id=str(ann)), at=LATER, by=SYSTEM)
    assert (claimed.brought.rewards, held_by(ann)["coffee"]) == (("free",), 1)
    give_back(sale.id)
    assert (rewards_of(ann), held_by(ann)["coffee"]) == ([], 0)
    assert broken() == []


def test_stamps_of_a_till_whose_turn_came_first_fill_the_card_although_its_clock_was_later():
    ann = a_cafe(a_card(size=3))
    sell(lattes(2, ann, at=LATER), at=LATER)
    assert sell(lattes(1, ann), at=NOON).brought.rewards == ("free",)
    [balance] = [each for each in balances_of([ann], at=LATER)[ann] if each.unit == "coffee"]
    assert (balance.available, balance.pending, balance.debt) == (0, 0, 0)
    assert broken() == []


def test_a_replay_shows_the_card_as_the_first_answer_did():
    ann = a_cafe(a_card(size=3))
    sales = [lattes(2, ann), lattes(2, ann)]
    first = [sell(sale) for sale in sales]
    again = [sell(sale) for sale in sales]
    assert [each.brought for each in again] == [each.brought for each in first]
    assert Entry.objects.filter(kind="earn", key__endswith="/coffee").count() == 2
    assert rewards_of(ann) == ["free"]

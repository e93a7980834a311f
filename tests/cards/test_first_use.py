"""An anonymous card earns from its first purchase on, up to what it may hold, and spends nothing before activation."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.audit.models import Event
from regulars.cards.models import CardType
from regulars.core.actor import SYSTEM
from regulars.core.claiming import ClaimantLocked
from regulars.core.program.rewards import Price, Reward
from regulars.core.refusals import Refusal
from regulars.core.sale import NewRefund
from regulars.core.why import Bite
from regulars.ledger.models import Entry
from regulars.members.models import Card, Member
from regulars.points.claim import claim_reward
from regulars.points.hold import HolderLocked, reserve_units
from regulars.sales.models import Sale
from regulars.sales.quote import quote_sales
from regulars.sales.record import record_sales
from regulars.sales.refund import refund_sales
from regulars.sales.refusals import CardInactive, CardNotActivated, MemberLocked, MemberNotFound
from tests.cards.stock import a_batch, a_card_type, a_sale_with
from tests.shop import NOON, OPENED, a_member, a_program, a_sale, a_shop, points_of, publish, sell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(db):
    a_shop()
    a_card_type()
    a_batch()


def outcomes_of(*sales, at=NOON):
    return record_sales(list(sales), at=at, is_history=True)


def test_the_first_purchase_makes_the_guest_who_holds_what_the_card_earns():
    first = sell(a_sale_with("9000001", 4000))
    second = sell(a_sale_with("9000001", 2500))

    card = Card.objects.get(number="9000001")
    guest = Member.objects.get()
    assert (card.member_id, card.status) == (guest.pk, "stock")
    assert (first.member_id, second.member_id) == (guest.pk, guest.pk)
    assert (guest.joined_at, guest.has_card, str(guest)) == (None, True, f"#{guest.pk}")
    assert points_of(guest.pk) == 65
    assert Event.objects.filter(action="card.first_used", about_id=card.pk, member_id=guest.pk).count() == 1


def test_a_batch_uses_each_card_for_the_first_time_once():
    outcomes = outcomes_of(
        *[a_sale_with(card) for card in ("9000001", "9000002", "9000001")], a_sale(), a_sale_with("9000003")
    )

    members = [outcome.member_id for outcome in outcomes]
    assert members[0] == members[2]
    assert members[3] is None
    assert len({members[0], members[1], members[4]}) == 3
    assert [points_of(members[place]) for place in (0, 1, 4)] == [20, 10, 10]


def test_a_receipt_that_is_sent_again_is_the_first_purchase_again():
    sale = a_sale_with("9000001")

    first, again = sell(sale), sell(sale)

    assert (again.id, again.member_id, again.replayed) == (first.id, first.member_id, True)
    assert Member.objects.count() == 1


def test_it_pays_with_nothing_it_holds():
    sell(a_sale_with("9000001", 10_000))

    guest = Member.objects.get().pk

    by_card, by_id = outcomes_of(a_sale_with("9000001", 1000, points=50), a_sale(1000, member=guest, points=50))

    assert isinstance(by_card, CardNotActivated)
    assert isinstance(by_id, MemberLocked)
    assert points_of(Member.objects.get().pk) == 100
    assert Sale.objects.count() == 1


def test_what_it_may_hold_is_bounded_and_the_answer_says_so():
    CardType.objects.update(most_before={"points": 50})

    first = sell(a_sale_with("9000001", 4000))
    second_sale = a_sale_with("9000001", 2500)
    second = sell(second_sale)
    third = sell(a_sale_with("9000001", 2500))

    assert [(each.earned[0].desired, each.earned[0].awarded) for each in (first, second, third)] == [
        (40, 40),
        (25, 10),
        (25, 0),
    ]
    assert second.earned[0].why.parts[0].bites == (Bite("card", "card", "balance", 50, 10, 0),)
    assert sell(second_sale).earned == second.earned
    assert points_of(Member.objects.get().pk) == 50


def test_one_batch_is_bounded_like_its_sales_one_by_one():
    CardType.objects.update(most_before={"points": 50})

    outcomes = outcomes_of(*[a_sale_with("9000001", amount) for amount in (4000, 2500, 100)])

    assert [outcome.earned[0].awarded for outcome in outcomes] == [40, 10, 0]


def test_members_are_not_bounded_by_what_cards_may_hold():
    CardType.objects.update(most_before={"points": 50})
    ann = a_member()

    [_, own] = outcomes_of(a_sale_with("9000001", 10_000), a_sale(10_000, member=ann))

    assert own.earned[0].awarded == 100


@pytest.mark.parametrize(
    ("terms", "at", "refusal"),
    [
        ({"earns_before": False}, NOON, CardInactive),
        ({"unused_days": 30}, NOON, CardInactive),  # made on 1 January
    ],
)
def test_a_card_that_earns_nothing_is_refused_and_nothing_moves(terms, at, refusal):
    CardType.objects.update(**terms)
    a_batch("77**", cards=1, at=OPENED)
    entries = Entry.objects.count()

    [outcome] = outcomes_of(a_sale_with("7701", at=at), at=at)

    assert isinstance(outcome, refusal)
    assert (Member.objects.count(), Sale.objects.count(), Entry.objects.count()) == (0, 0, entries)


def test_a_purchase_lets_the_card_live_on():
    CardType.objects.update(unused_days=30)
    a_batch("77**", cards=1, at=OPENED)

    for days, is_accepted in ((29, True), (58, True), (89, False)):
        at = OPENED + timedelta(days=days)
        [outcome] = outcomes_of(a_sale_with("7701", at=at), at=at)
        assert isinstance(outcome, Refusal) is not is_accepted, days


def test_a_number_that_nobody_printed_is_unknown():
    [outcome] = outcomes_of(a_sale_with("9000004"))

    assert isinstance(outcome, MemberNotFound)


@pytest.mark.parametrize("status", ["blocked", "lost", "expired"])
def test_a_card_that_is_out_of_stock_is_refused(status):
    sell(a_sale_with("9000001"))
    Card.objects.update(status=status)

    [outcome] = outcomes_of(a_sale_with("9000001"))

    assert isinstance(outcome, CardInactive)


def test_a_quote_shows_what_the_card_would_earn_and_makes_nobody():
    CardType.objects.update(most_before={"points": 50})

    [quoted] = quote_sales([a_sale_with("9000001", 6000)], at=NOON)
    [alone, other] = quote_sales([a_sale_with("9000001", 4000), a_sale_with("9000001", 4000)], at=NOON)

    assert (quoted.id, quoted.member_id, quoted.earned[0].awarded) == (None, None, 50)
    assert [each.earned[0].awarded for each in (alone, other)] == [40, 40]
    assert (Member.objects.count(), Sale.objects.count()) == (0, 0)


def test_refunds_ask_what_the_card_could_hold_when_it_was_sold_with():
    CardType.objects.update(most_before={"points": 50})
    sale = sell(a_sale_with("9000001", 8000))

    clawed = []
    for number in range(3):
        part = NewRefund(sale_id=sale.id, external_id=f"B-{number}", occurred_at=NOON, amount_minor=2000)
        [outcome] = refund_sales([part], at=NOON)
        clawed.append(sum(taken.amount for taken in outcome.clawed))

    assert clawed == [0, 10, 20]  # 60, 40 and 20 are left of what could be 50
    assert points_of(sale.member_id) == 20
    assert sell(a_sale_with("9000001", 4000)).earned[0].awarded == 30


def statements_of(*sales) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert not any(isinstance(outcome, Refusal) for outcome in outcomes_of(*sales))
    return len(captured)


def test_statements_do_not_grow_with_the_first_uses_of_a_batch():
    a_batch("5****", cards=250)
    sell(a_sale_with("50001"))  # whatever is asked once in a process

    few = statements_of(*[a_sale_with(f"5{number:04}") for number in range(2, 4)])
    many = statements_of(*[a_sale_with(f"5{number:04}") for number in range(4, 204)])

    assert few == many


def test_members_sales_ask_nothing_about_anonymous_cards():
    ann = a_member(cards=("123",))
    sell(a_sale(member=ann))

    with CaptureQueriesContext(connection) as captured:
        outcomes_of(a_sale_with("123"), a_sale(member=ann), a_sale())

    assert not any("cards_cardtype" in query["sql"] for query in captured.captured_queries)


def test_nothing_else_takes_what_it_holds_either():
    publish(a_program(rewards=(Reward(code="mug", name="Mug", price=Price(amount=10)),)), at=OPENED + timedelta(days=1))
    guest = sell(a_sale_with("9000001", 10_000)).member_id

    with pytest.raises(HolderLocked):
        reserve_units(member_id=guest, amount=10, key="B-1", at=NOON, by=SYSTEM)
    with pytest.raises(ClaimantLocked):
        claim_reward(member_id=guest, reward="mug", key="C-1", at=NOON, by=SYSTEM)

    assert points_of(guest) == 100

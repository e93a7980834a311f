"""Cards that nobody has activated, used and activated by many at once: each has one guest, one member, five guesses."""

import random

import pytest

from regulars.cards.models import CardBatch, WrongPins
from regulars.cards.pins import CardUnusable, pin_of
from regulars.care.activate_card import Activated, activate_with_pin
from regulars.care.expire_cards import expire_cards_in_batches
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.core.sale import NewSale
from regulars.members.change import MemberChanges
from regulars.members.models import Card, Member
from regulars.platform.batches import run_batch
from regulars.sales.answers import Recorded
from regulars.sales.models import Sale
from regulars.sales.record import record_sales
from tests.cards.stock import a_batch, a_card_type, a_sale_with
from tests.shop import NOON, OPENED, a_member, a_shop, points_of
from tests.torture.crowd import Crowd, broken_invariants
from tests.torture.rounds import rounds

pytestmark = pytest.mark.fault


def sell(sales: list[NewSale]) -> list[Recorded | Refusal]:
    return run_batch(sales, lambda batch: record_sales(batch, at=NOON))


def activate(number: str, pin: str, to: int | MemberChanges, key: int) -> Activated | Refusal:
    """As the API does it: again where somebody was merged meanwhile, or two waited for each other."""
    by = Actor(kind="key", id=key)
    [outcome] = run_batch([to], lambda items: [activate_with_pin(number=number, pin=pin, to=items[0], at=NOON, by=by)])
    return outcome


def pin_for(number: str) -> str:
    return pin_of(number, digits=6, batch_secret=bytes(CardBatch.objects.get().secret))


def test_tills_that_use_new_cards_at_once_make_one_guest_for_each(fresh_merchant):
    a_shop()
    a_card_type()
    many = rounds(20, release=2_000)
    a_batch("9*****", cards=5 * many)
    with Crowd(fresh_merchant.schema_name, 6) as crowd:
        for round_ in range(many):
            cards = [f"9{5 * round_ + number:05}" for number in range(1, 6)]
            batches = [random.sample([a_sale_with(card) for card in cards], 5) for _ in range(6)]
            outcomes = crowd.at_once([lambda batch=batch: sell(batch) for batch in batches])
            assert all(isinstance(outcome, Recorded) for batch in outcomes for outcome in batch)
            guests = list(Card.objects.filter(number__in=cards).values_list("member_id", flat=True))
            assert len(set(guests)) == 5
            assert [points_of(guest) for guest in guests] == [60] * 5
    assert Member.objects.count() == 5 * many
    assert broken_invariants() == []


def test_a_card_goes_to_one_of_those_who_activate_it_while_tills_sell_with_it(fresh_merchant):
    a_shop()
    a_card_type(pin_digits=6)
    many = rounds(40, release=4_000)
    a_batch("9*****", cards=many)
    with Crowd(fresh_merchant.schema_name, 5) as crowd:
        for round_ in range(many):
            card = f"9{round_ + 1:05}"
            ann, bob = a_member(points=10), a_member(points=10)
            if round_ % 2:
                sell([a_sale_with(card, 4000)])
            pin = pin_for(card)
            works = [
                lambda c=card, p=pin, a=ann, n=round_: activate(c, p, a, 4 * n),
                lambda c=card, p=pin, b=bob, n=round_: activate(c, p, b, 4 * n + 1),
                lambda c=card, p=pin, n=round_: activate(c, p, MemberChanges(first_name="New"), 4 * n + 2),
                lambda c=card: sell([a_sale_with(c, 1000)]),
                lambda c=card: sell([a_sale_with(c, 2000)]),
            ]
            random.shuffle(works)
            told = crowd.at_once(works)
            done = [each for each in told if isinstance(each, Activated)]
            assert len(done) == 1
            assert sum(isinstance(each, CardUnusable) for each in told) == 2
            assert all(isinstance(sold, Recorded) for each in told if isinstance(each, list) for sold in each)
            keeper = Card.objects.get(number=card).member_id
            assert keeper == done[0].member_id
            own = 0 if done[0].is_new else 10
            assert points_of(keeper) == own + 10 + 20 + (40 if round_ % 2 else 0)
            assert not Sale.objects.filter(member__merged_into__isnull=False).exists()
    assert broken_invariants() == []


def test_a_hundred_guesses_at_once_are_five(fresh_merchant):
    a_shop()
    a_card_type(pin_digits=6)
    a_batch("9*", cards=1)
    right = pin_for("91")
    guesses = [f"{number:06}" for number in range(1, 200) if f"{number:06}" != right][:96]
    with Crowd(fresh_merchant.schema_name, 8) as crowd:
        for place in range(0, 96, 8):
            answers = crowd.at_once(
                [
                    lambda n=number: activate("91", guesses[n], MemberChanges(first_name="Eve"), n)
                    for number in range(place, place + 8)
                ]
            )
            assert all(isinstance(answer, CardUnusable) for answer in answers)

    assert WrongPins.objects.get().wrong == 5
    assert isinstance(activate("91", right, MemberChanges(first_name="Ana"), 1_000), CardUnusable)


def test_a_card_that_dies_while_it_is_used_keeps_its_books(fresh_merchant):
    a_shop()
    a_card_type(pin_digits=6, unused_days=10)
    many = rounds(20, release=2_000)
    a_batch("9*****", cards=many, at=OPENED)
    with Crowd(fresh_merchant.schema_name, 3) as crowd:
        for round_ in range(many):
            card = f"9{round_ + 1:05}"
            Card.objects.filter(number=card).update(dies_at=NOON)
            pin = pin_for(card)
            crowd.at_once(
                [
                    lambda c=card: sell([a_sale_with(c, 1000)]),
                    lambda: list(expire_cards_in_batches(at=NOON)),
                    lambda c=card, p=pin, n=round_: activate(c, p, MemberChanges(first_name="Ana"), n),
                ]
            )
    assert broken_invariants() == []

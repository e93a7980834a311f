"""A sale that makes no sense is refused with its reason, and nothing moves."""

from datetime import timedelta

import msgspec
import pytest

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM
from regulars.core.identifiers import MemberHandle
from regulars.core.program.units import POINTS, Pays
from regulars.core.refusals import Refusal
from regulars.core.sale import SaleLine, Tender
from regulars.ledger.models import Entry
from regulars.members.cards import block_card
from regulars.members.models import Card, Status
from regulars.members.status import change_status
from regulars.sales.models import Line, Sale
from regulars.sales.record import record_sales
from tests.shop import NOON, a_member, a_sale, a_shop, points_of, sell

pytestmark = pytest.mark.django_db


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Sale, Line, Entry, Event))


def refusal_of(sale, *, at=NOON) -> Refusal:
    before = counts()
    [outcome] = record_sales([sale], at=at)
    assert isinstance(outcome, Refusal), outcome
    assert counts() == before
    return outcome


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"store": "999"}, "store_not_found"),
        ({"only_store": "331"}, "wrong_store"),
        ({"member": MemberHandle(card="404")}, "member_not_found"),
        ({"member": MemberHandle(id="9223372036854775807")}, "member_not_found"),
        ({"member": MemberHandle(id="9" * 30)}, "member_not_found"),
        ({"total_minor": 999}, "lines_do_not_add_up"),
        ({"total_minor": -1, "lines": ()}, "invalid_amount"),
        ({"total_minor": 10**15 + 1, "lines": ()}, "invalid_amount"),
        ({"lines": (SaleLine("x", -1, 1000),)}, "invalid_amount"),
        ({"lines": (SaleLine("x", 1000, 1500), SaleLine("y", 1000, -500))}, "invalid_amount"),
        ({"currency": "EUR"}, "wrong_currency"),
        ({"tenders": (Tender("cash", amount_minor=1001),)}, "tenders_exceed_total"),
        ({"tenders": (Tender("cash", amount_minor=-1),)}, "invalid_amount"),
        ({"tenders": (Tender("cash"),)}, "invalid_tender"),
        ({"tenders": (Tender("cash", points=5),)}, "invalid_tender"),
        ({"tenders": (Tender("points", amount_minor=5),)}, "invalid_tender"),
        ({"tenders": (Tender("points", points=50), Tender("points", points=50))}, "invalid_tender"),
        ({"tenders": (Tender("points", points=0),)}, "invalid_amount"),
        ({"tenders": (Tender("points", points=49),)}, "below_minimum"),
        ({"tenders": (Tender("points", points=1001),)}, "tenders_exceed_total"),
        ({"tenders": (Tender("points", points=600), Tender("cash", amount_minor=401))}, "tenders_exceed_total"),
        ({"tenders": (Tender("points", points=500),)}, "insufficient_balance"),
        ({"tenders": (Tender("points", points=50),), "member": None}, "member_needed"),
        ({"occurred_at": NOON + timedelta(minutes=10, seconds=1)}, "future_sale"),
        ({"occurred_at": NOON - timedelta(days=30, seconds=1)}, "sale_too_old"),
    ],
)
def test_a_sale_without_sense_is_refused_and_nothing_moves(change, code):
    a_shop(points=msgspec.structs.replace(POINTS, pays=Pays(least=50)))
    ann = a_member(points=100)
    assert refusal_of(msgspec.structs.replace(a_sale(1000, member=ann), **change)).code == code
    assert points_of(ann) == 100


@pytest.mark.parametrize("at", [NOON + timedelta(minutes=10), NOON - timedelta(days=30)])
def test_a_clock_a_little_ahead_and_a_till_a_month_late_are_accepted(at):
    a_shop()
    [outcome] = record_sales([a_sale(1000, member=a_member(), at=at)], at=NOON)
    assert outcome.earned[0].awarded == 10


def test_not_enough_points_says_how_many_there_are():
    a_shop()
    ann = a_member(points=180)
    refusal = refusal_of(a_sale(1000, member=ann, points=200))
    assert refusal.facts() == {"available": 180, "wanted": 200}


@pytest.mark.parametrize(
    ("status", "points", "code"), [(Status.BLOCKED, 0, "member_blocked"), (Status.LOCKED, 50, "member_locked")]
)
def test_a_blocked_member_buys_nothing_and_a_locked_one_spends_nothing(status, points, code):
    a_shop()
    ann = a_member(points=100)
    change_status(member_id=ann, status=status, reason="suspicion", at=NOON, by=SYSTEM)
    assert refusal_of(a_sale(1000, member=ann, points=points)).code == code


def test_a_locked_member_earns():
    a_shop()
    ann = a_member()
    change_status(member_id=ann, status=Status.LOCKED, reason="suspicion", at=NOON, by=SYSTEM)
    assert sell(a_sale(1000, member=ann)).earned[0].awarded == 10


def test_a_blocked_card_is_refused():
    a_shop()
    ann = a_member()
    card = Card.objects.get(member_id=ann)
    block_card(number=card.number, reason="lost", at=NOON, by=SYSTEM)
    sale = msgspec.structs.replace(a_sale(1000), member=MemberHandle(card=card.number))
    assert refusal_of(sale).code == "card_inactive"


def test_a_guests_sale_is_kept_and_earns_nothing():
    a_shop()
    guest = a_member(joined_at=None)
    answer = sell(a_sale(1000, member=guest))
    assert (answer.member_id, answer.earned, points_of(guest)) == (guest, (), 0)


def test_one_bad_sale_never_fails_the_rest():
    a_shop()
    ann = a_member()
    good, bad, more = a_sale(1000, member=ann), a_sale(1000, member=ann, store="999"), a_sale(500, member=ann)
    first, refused, last = record_sales([good, bad, more], at=NOON)
    assert (first.earned[0].awarded, refused.code, last.earned[0].awarded) == (10, "store_not_found", 5)
    assert last.balances[0].available == 15


def test_the_same_receipt_with_other_contents_is_refused():
    a_shop()
    ann = a_member()
    first = sell(a_sale(1000, member=ann, receipt="R-1"))
    refusal = refusal_of(a_sale(1100, member=ann, receipt="R-1"))
    assert (refusal.code, refusal.sale_id) == ("receipt_reused", str(first.id))
    assert points_of(ann) == 10


def test_a_retry_gets_its_first_answer_although_the_member_is_blocked_since():
    a_shop()
    ann = a_member()
    sale = a_sale(1000, member=ann)
    first = sell(sale)
    change_status(member_id=ann, status=Status.BLOCKED, reason="fraud", at=NOON, by=SYSTEM)
    again = sell(sale, at=NOON + timedelta(days=400))
    assert again.replayed and (again.id, again.earned, again.balances) == (first.id, first.earned, first.balances)


def test_the_same_receipt_twice_in_a_batch_is_one_sale_and_two_equal_answers():
    a_shop()
    ann = a_member(points=500)
    sale = a_sale(1000, member=ann, points=100)
    first, again = record_sales([sale, sale], at=NOON)
    assert msgspec.structs.replace(again, replayed=False) == first
    assert Sale.objects.filter(external_id=sale.external_id).count() == 1
    assert points_of(ann) == 500 - 100 + 9

"""An activated card brings along what it earned, once, to a new member or to one whom the shop knows."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from regulars.audit.models import Event
from regulars.cards.activate import NotInStock
from regulars.cards.models import CardBatch, CardType, WrongPins
from regulars.cards.pins import CardUnusable, TooManyGuesses, pin_of
from regulars.cards.seal import ask_seal, seal_batch
from regulars.care.activate_card import Activated, MemberIsBlocked, activate_by_hand, activate_with_pin
from regulars.core.actor import Actor
from regulars.core.expiry import OnDate
from regulars.core.identifiers import MemberHandle
from regulars.core.program.rules import EventRule, RateRule
from regulars.core.program.tier_sets import Level, Metric, TierSet, Window
from regulars.ledger.statement import balance_of
from regulars.ledger.wallet import NextExpiry
from regulars.members.change import MemberChanges
from regulars.members.enrol import NewMember, enrol_member
from regulars.members.find import find_member
from regulars.members.identity import CardInStock, Duplicate
from regulars.members.lock import UnknownMember
from regulars.members.models import Card, Identifier, Member, Status
from regulars.members.status import change_status
from regulars.sales.models import Sale
from regulars.sales.occasions import record_sign_ups
from regulars.sales.verify import verify
from regulars.tiers.models import Standing
from tests.cards.stock import CLERK, a_batch, a_card_type, a_sale_with
from tests.shop import NOON, OPENED, a_member, a_program, a_sale, a_shop, points_of, publish, sell

pytestmark = pytest.mark.django_db

TILL = Actor(kind="key", id=3)
ANA = MemberChanges(first_name="Ana", last_name="Lima", phone="+1 202 555 0123")


def rate(on: date) -> RateRule:
    return RateRule(code="base", name="Base", points=1, per_minor=100, expiry=OnDate(on))


@pytest.fixture(autouse=True)
def shop(db):
    a_shop()
    a_card_type(pin_digits=6)
    a_batch("900*", cards=3)


def pin_for(number: str) -> str:
    batch = CardBatch.objects.get()
    return pin_of(number, digits=6, batch_secret=bytes(batch.secret))


def wrong_pin(number: str) -> str:
    return f"{(int(pin_for(number)) + 1) % 10**6:06}"


def by_pin(number="9001", pin=None, to=ANA, at=NOON, by=TILL):
    return activate_with_pin(number=number, pin=pin_for(number) if pin is None else pin, to=to, at=at, by=by)


def test_the_example_two_lots_with_their_dates_come_to_ana_and_her_level_is_reviewed_with_that_spend():
    silver = TierSet(
        code="club",
        name="Club",
        metric=Metric(of="spend"),
        window=Window(over="lifetime"),
        levels=(Level(code="silver", name="Silver", threshold=7000),),
    )
    publish(a_program(tier_sets=(silver,)), at=OPENED + timedelta(days=1))
    ana = a_member(first_name="Ana", points=0)
    sell(a_sale(1000, member=ana, at=NOON - timedelta(days=20)))
    publish(a_program(rate(date(2026, 9, 30)), tier_sets=(silver,)), at=NOON - timedelta(days=15))
    october = sell(a_sale_with("9001", 4000, at=NOON - timedelta(days=10)))
    publish(a_program(rate(date(2026, 11, 30)), tier_sets=(silver,)), at=NOON - timedelta(days=5))
    december = sell(a_sale_with("9001", 2500, at=NOON - timedelta(days=2)))
    assert points_of(ana) == 10
    assert not Standing.objects.filter(member=ana, level="silver").exists()

    done = by_pin(to=ana)

    assert done == Activated(number="9001", member_id=ana, is_new=False)
    balance = balance_of(ana, at=NOON)
    assert balance.available == 75
    new_york = ZoneInfo("America/New_York")
    assert balance.next_expiry == NextExpiry(40, datetime(2026, 10, 1, tzinfo=new_york))
    later = balance_of(ana, at=datetime(2026, 10, 1, tzinfo=new_york))
    assert (later.available, later.next_expiry) == (35, NextExpiry(25, datetime(2026, 12, 1, tzinfo=new_york)))
    assert set(Sale.objects.filter(pk__in=[october.id, december.id]).values_list("member_id", flat=True)) == {ana}
    assert Standing.objects.get(member=ana).level == "silver"
    card = Card.objects.get(number="9001")
    assert (card.member_id, card.status, card.activated_at) == (ana, "active", NOON)
    assert [check.name for check in verify() if check.breaches] == []


def test_a_new_member_takes_over_the_guest_and_signs_up_once():
    publish(
        a_program(
            rate(date(2026, 12, 31)),
            EventRule(code="hello", name="Hello", event="sign_up", points=20),
        ),
        at=NOON - timedelta(days=30),
    )
    guest = sell(a_sale_with("9001", 4000)).member_id

    done = by_pin()

    assert done == Activated(number="9001", member_id=guest, is_new=True)
    member = Member.objects.get(pk=guest)
    assert (str(member), member.joined_at, member.status, member.status_reason) == ("Ana Lima", NOON, "active", "")
    assert Identifier.objects.get(member=guest).value == "+12025550123"
    sell(a_sale_with("9001", 1000, points=30))
    told = [event for event in Event.objects.all() if event.action == "member.joined"]
    assert record_sign_ups(told, at=NOON) == 1
    record_sign_ups(told, at=NOON)
    assert points_of(guest) == 40 - 30 + 9 + 20


def test_activating_for_a_member_is_no_second_sign_up():
    ana = a_member()
    sell(a_sale_with("9001", 4000))

    by_pin(to=ana)

    assert not Event.objects.filter(action="member.joined").exists()


@pytest.mark.parametrize("is_new", [True, False])
def test_a_card_that_was_never_used_is_simply_theirs(is_new):
    ana = None if is_new else enrol_member(NewMember(first_name="Ana", joined_at=OPENED), at=OPENED).member_id

    done = by_pin(to=ana or ANA)

    card = Card.objects.get(number="9001")
    assert (card.member_id, card.status, card.dies_at) == (done.member_id, "active", None)
    assert Member.objects.get(pk=done.member_id).has_card
    assert Member.objects.count() == 1
    sell(a_sale_with("9001"))
    assert points_of(done.member_id) == 10


def test_the_second_who_comes_with_a_card_gets_nothing():
    first = by_pin()

    again = by_pin(to=a_member())

    assert isinstance(again, CardUnusable)
    assert Card.objects.get(number="9001").member_id == first.member_id


def test_a_new_member_who_is_known_already_is_refused_and_nothing_moves():
    ana = a_member(phone="+12025550123")
    guest = sell(a_sale_with("9001", 4000)).member_id

    with pytest.raises(Duplicate) as refused:
        by_pin()

    assert refused.value.member_id == ana
    card = Card.objects.get(number="9001")
    assert (card.status, card.member_id) == ("stock", guest)
    assert Member.objects.get(pk=guest).status == Status.LOCKED
    assert points_of(guest) == 40


@pytest.mark.parametrize("case", ["unknown", "blocked"])
def test_nobody_gets_a_card_who_is_not_there_or_blocked(case):
    member = 2**40
    if case == "blocked":
        member = a_member()
        change_status(member_id=member, status=Status.BLOCKED, reason="Fraud", at=NOON, by=CLERK)

    with pytest.raises(UnknownMember if case == "unknown" else MemberIsBlocked):
        by_pin(to=member)

    assert Card.objects.get(number="9001").status == "stock"


def test_a_wrong_pin_a_number_nobody_printed_and_a_card_in_use_are_answered_alike():
    a_member(cards=("777",))

    answers = [by_pin(pin=wrong_pin("9001")), by_pin("5555", pin="123456"), by_pin("777", pin="123456"), by_pin(pin="")]

    assert [(type(answer), answer.facts()) for answer in answers] == [(CardUnusable, {})] * 4


def test_after_five_wrong_pins_a_card_rests_fifteen_minutes_and_then_twice_as_long():
    for _ in range(5):
        assert isinstance(by_pin(pin=wrong_pin("9001")), CardUnusable)

    assert isinstance(by_pin(), CardUnusable)
    assert isinstance(by_pin(at=NOON + timedelta(minutes=14, seconds=59)), CardUnusable)
    assert isinstance(by_pin(pin=wrong_pin("9001"), at=NOON + timedelta(minutes=15)), CardUnusable)
    assert isinstance(by_pin(at=NOON + timedelta(minutes=44)), CardUnusable)
    assert isinstance(by_pin(at=NOON + timedelta(minutes=45)), Activated)


def test_a_till_that_asks_in_vain_too_often_waits_for_the_hour_to_be_over():
    for number in range(30):
        assert isinstance(by_pin(f"1{number}", pin="1"), CardUnusable)

    refused = by_pin()

    assert isinstance(refused, TooManyGuesses)
    assert refused.again_at == NOON + timedelta(hours=1)
    assert isinstance(by_pin(by=Actor(kind="key", id=4), number="9002"), Activated)
    assert isinstance(by_pin(at=NOON + timedelta(hours=1), to=a_member()), Activated)


def test_for_one_member_five_are_tried_in_an_hour():
    ana = a_member()
    for number in range(5):
        by_pin(f"1{number}", pin="1", to=ana, by=Actor(kind="key", id=number))

    assert isinstance(by_pin(to=ana), TooManyGuesses)


def test_a_sealed_batch_knows_its_pins_and_cannot_print_them():
    pin = pin_for("9001")
    wrong = wrong_pin("9001")
    batch = CardBatch.objects.get()

    ask_seal(batch.pk, at=NOON, by=CLERK)
    assert [*seal_batch(batch.pk, at=NOON)] == [3]

    batch.refresh_from_db()
    assert (batch.secret, batch.sealed_at) == (None, NOON)
    assert isinstance(by_pin(pin=wrong), CardUnusable)
    assert isinstance(by_pin(pin=f" {pin[:3]} {pin[3:]} "), Activated)


def test_the_team_activates_without_a_pin_and_is_told_why_not():
    assert activate_by_hand(number="9001", to=ANA, at=NOON, by=CLERK).is_new

    with pytest.raises(NotInStock) as refused:
        activate_by_hand(number="9001", to=ANA, at=NOON, by=CLERK)
    assert refused.value.status == "active"

    CardType.objects.update(unused_days=1)
    a_batch("7*", cards=1)
    with pytest.raises(NotInStock) as refused:
        activate_by_hand(number="71", to=ANA, at=NOON, by=CLERK)
    assert refused.value.status == "expired"


def test_a_card_in_stock_is_not_given_away_like_a_new_one():
    with pytest.raises(CardInStock):
        enrol_member(NewMember(first_name="Ana", cards=("9001",)), at=NOON)

    assert find_member(MemberHandle(card="9001"), country="US", at=NOON) is None


@pytest.mark.parametrize(
    "pin",
    ["\uff11\uff12\uff13\uff14\uff15\uff16", "\u0660\u0661\u0662\u0663\u0664\u0665", "\u202e123456", "é", "x" * 20],
)
def test_a_pin_in_other_letters_is_a_wrong_pin_like_any_other(pin):
    answer = activate_with_pin(number="9001", pin=pin, to=ANA, at=NOON, by=TILL)

    assert isinstance(answer, CardUnusable)
    assert WrongPins.objects.get(card__number="9001").wrong == 1
    assert isinstance(activate_with_pin(number="9001", pin=pin_for("9001"), to=ANA, at=NOON, by=TILL), Activated)

"""Cards are made in batches: each number once, as many as were asked for, going on where a batch was stopped."""

import pytest

from regulars.audit.models import Event
from regulars.cards.batches import BatchKeyReused, InvalidBatch, NewBatch, ask_batch, make_batch, make_part, stop_batch
from regulars.cards.listed import InvalidList, ListedCard, read_listed
from regulars.cards.models import BatchState, CardBatch
from regulars.cards.pins import pin_of
from regulars.cards.types import CardTypeExists, InvalidCardType, Rank, UnknownCardType
from regulars.core.card_numbers import InvalidPattern, Pattern
from regulars.members.enrol import NewMember, enrol_member
from regulars.members.models import Card
from tests.cards.stock import CLERK, a_batch, a_card_type
from tests.shop import NOON, a_shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(db):
    a_shop()
    a_card_type()


def numbers() -> list[str]:
    return list(Card.objects.order_by("number").values_list("number", flat=True))


def ask(**fields) -> CardBatch:
    usual = {"type": "paper", "name": "May", "pattern": Pattern(text="9***"), "count": 10}
    return ask_batch(NewBatch(**(usual | fields)), key=fields.pop("key", "k"), at=NOON, by=CLERK)


def test_a_batch_makes_running_numbers_that_belong_to_nobody():
    batch = a_batch("9001-****", cards=3, start=7)

    assert numbers() == ["9001-0007", "9001-0008", "9001-0009"]
    assert (batch.state, batch.made, batch.skipped, batch.next_start) == (BatchState.DONE, 3, 0, 10)
    card = Card.objects.first()
    assert (card.member_id, card.status, card.type_code, card.batch_id) == (None, "stock", "paper", batch.pk)
    assert Event.objects.filter(action="card_batch.asked", about_id=batch.pk, actor="staff:7").count() == 1


def test_random_numbers_are_all_different_and_as_many_as_were_asked_for():
    batch = a_batch("####?", cards=100)

    assert (batch.made, len(set(numbers()))) == (100, 100)


def test_numbers_that_somebody_has_are_skipped_and_told():
    enrol_member(NewMember(cards=("9000002",)), at=NOON)

    batch = a_batch("900****", cards=3)

    assert (batch.state, batch.made, batch.skipped) == (BatchState.DONE, 2, 1)
    assert Card.objects.get(number="9000002").batch_id is None


def test_a_batch_that_is_stopped_in_between_goes_on_where_it_was():
    batch = ask(count=7)

    assert make_part(batch.pk, at=NOON, size=3) == 3
    assert make_part(batch.pk, at=NOON, size=3) == 6
    assert make_part(batch.pk, at=NOON, size=3) == 7
    assert make_part(batch.pk, at=NOON, size=3) is None
    assert numbers() == [f"9{number:03}" for number in range(1, 8)]


def test_somebody_stops_a_batch_and_what_is_made_stays():
    batch = ask(count=7)
    make_part(batch.pk, at=NOON, size=3)

    stop_batch(batch.pk, at=NOON, by=CLERK)

    assert make_part(batch.pk, at=NOON, size=3) is None
    assert len(numbers()) == 3
    batch.refresh_from_db()
    assert batch.state == BatchState.STOPPED


def test_a_list_that_is_read_to_its_end_is_forgotten():
    batch = ask(numbers=b"11\n22\n", pattern=None)

    assert [*make_batch(batch.pk, at=NOON)] == [2]

    batch.refresh_from_db()
    assert (bytes(batch.numbers), batch.state) == (b"", BatchState.DONE)


def test_the_same_order_twice_is_one_batch():
    assert ask().pk == ask().pk
    assert CardBatch.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"type": "gold"}, UnknownCardType),
        ({"name": " "}, InvalidBatch),
        ({"count": 0}, InvalidBatch),
        ({"count": 1_000_001}, InvalidBatch),
        ({"pattern": None}, InvalidBatch),
        ({"pattern": Pattern(text="9*")}, InvalidPattern),
        ({"numbers": b""}, InvalidBatch),
        ({"numbers": b"\xff"}, InvalidList),
    ],
)
def test_a_batch_that_cannot_be_is_refused_and_nothing_is_kept(fields, refusal):
    with pytest.raises(refusal):
        ask(**fields)

    assert CardBatch.objects.count() == 0


def test_a_list_registers_cards_that_are_printed_already_and_tells_the_rows_it_could_not_take():
    enrol_member(NewMember(cards=("77",)), at=NOON)
    content = b"\xef\xbb\xbfnumber,pin\n11,123456\n22\n\n11\nno_card\n77\n33,\n"

    batch = ask(numbers=content, pattern=None)
    listed = read_listed(content)
    make_part(batch.pk, at=NOON, size=4, listed=listed)
    make_part(batch.pk, at=NOON, size=4, listed=listed)

    batch.refresh_from_db()
    assert (batch.state, batch.wanted, batch.made, batch.skipped) == (BatchState.DONE, 6, 3, 3)
    assert batch.faults == [
        {"line": 5, "number": "11", "why": "twice"},
        {"line": 6, "number": "no_card", "why": "invalid_card"},
        {"line": 7, "number": "77", "why": "taken"},
    ]
    assert [bool(card.pin_hash) for card in Card.objects.filter(batch_id=batch.pk).order_by("number")] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("content", "cards"),
    [
        (b"", []),
        (b"card;pin\r\n1;2\r\n", [ListedCard(2, "1", "2")]),
        (b'"1","2"\n', [ListedCard(1, "1", "2")]),
        (b" 1 , 2 ,left out\n", [ListedCard(1, "1", "2")]),
    ],
)
def test_a_list_is_read_as_sheets_write_it(content, cards):
    assert read_listed(content) == cards


@pytest.mark.parametrize("content", [b"\x00", b'"1', b"1" * 201, b"\xff\xfe1"])
def test_what_is_no_list_is_refused(content):
    with pytest.raises(InvalidList):
        read_listed(content)


def test_no_pin_of_a_batch_lies_in_the_database():
    a_card_type("club", pin_digits=6)
    batch = a_batch("8***", cards=2, card_type="club")

    card = Card.objects.get(number="8001")
    pin = pin_of("8001", digits=6, batch_secret=bytes(batch.secret))
    assert card.pin_hash is None
    assert pin.encode() not in bytes(batch.secret)
    assert pin != pin_of("8002", digits=6, batch_secret=bytes(batch.secret))


def test_a_kind_of_card_has_a_code_of_its_own():
    with pytest.raises(CardTypeExists):
        a_card_type("paper")


@pytest.mark.parametrize(
    ("code", "terms", "field"),
    [
        ("Paper!", {}, "code"),
        ("b", {"pin_digits": 4}, "pin_digits"),
        ("b", {"most_before": {"nothing": 5}}, "most_before"),
        ("b", {"most_before": {"points": -5}}, "most_before"),
        ("b", {"unused_days": 0}, "unused_days"),
        ("b", {"ranks": (Rank("a", "A"), Rank("a", "B"))}, "ranks"),
        ("b", {"tier_set": "none"}, "tier_set"),
    ],
)
def test_a_kind_of_card_that_cannot_be_is_refused(code, terms, field):
    with pytest.raises(InvalidCardType) as refused:
        a_card_type(code, **terms)

    assert refused.value.field == field


def test_the_same_form_is_one_batch_and_another_one_under_its_key_is_refused():
    first = ask()

    assert ask().pk == first.pk
    others = (
        {"count": 11},
        {"name": "June"},
        {"start": 2},
        {"pattern": Pattern(text="8***")},
        {"pattern": Pattern(text="9***", check_digit="mod97")},
        {"pattern": None, "count": 0, "numbers": b"9001\r\n"},
    )
    for other in others:
        with pytest.raises(BatchKeyReused):
            ask(**other)
    assert CardBatch.objects.count() == 1
    assert Event.objects.filter(action="card_batch.asked").count() == 1


def test_a_list_that_was_read_to_its_end_is_still_known_again():
    numbers_ = b"9001\r\n9002\r\n"
    first = ask(pattern=None, count=0, numbers=numbers_)
    assert [*make_batch(first.pk, at=NOON)] == [2]

    assert ask(pattern=None, count=0, numbers=numbers_).pk == first.pk
    with pytest.raises(BatchKeyReused):
        ask(pattern=None, count=0, numbers=numbers_ + b"9003\r\n")

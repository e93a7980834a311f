"""Cards are listed newest first, by status, kind, batch or number; what is printed is written down."""

from io import BytesIO

import pytest
from PIL import Image

from regulars.audit.models import Event
from regulars.cards.listing import CardFilters, count_batch, find_cards, list_cards
from regulars.cards.models import CardBatch
from regulars.cards.printing import print_cards
from regulars.cards.seal import ask_seal
from regulars.cards.sheets import PrintedCard, draw_sheet, write_csv
from regulars.members.cards import block_card
from tests.cards.stock import CLERK, a_batch, a_card_type, a_sale_with
from tests.shop import NOON, a_member, a_shop, sell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(db):
    a_shop()
    a_card_type(pin_digits=6)
    a_batch("900*", cards=3)


def numbers(**filters) -> list[str]:
    return [card.number for card in list_cards(CardFilters(**filters))]


def test_each_filter_finds_its_cards_newest_first():
    a_member(cards=("55",), first_name="Ann", last_name="Lee")
    sell(a_sale_with("9002"))
    block_card(number="9003", reason="Stolen", at=NOON, by=CLERK)
    batch = CardBatch.objects.get().pk

    assert numbers() == ["55", "9003", "9002", "9001"]
    assert numbers(status="stock") == ["9002", "9001"]
    assert numbers(in_use=True) == ["9002"]
    assert numbers(status="active") == ["55"]
    assert numbers(card_type="paper") == ["9003", "9002", "9001"]
    assert numbers(card_type="paper", status="blocked") == ["9003"]
    assert numbers(batch=batch, status="stock") == ["9002", "9001"]
    assert [card.holder for card in list_cards(CardFilters())] == ["Ann Lee", "", "", ""]
    assert count_batch(batch) == {"stock": 2, "blocked": 1}


def test_pages_go_on_behind_the_last_card():
    first = list_cards(CardFilters(), limit=2)

    assert [card.number for card in first] == ["9003", "9002"]
    assert [card.number for card in list_cards(CardFilters(), before_id=first[-1].id, limit=2)] == ["9001"]


@pytest.mark.parametrize(
    ("text", "found"), [("900", ["9001", "9002", "9003"]), (" 90 02", ["9002"]), ("02", []), ("%", []), ("", [])]
)
def test_cards_are_found_by_how_their_number_begins(text, found):
    assert [card.number for card in find_cards(text)] == found


def test_a_batch_is_printed_with_its_pins_until_it_is_sealed_and_each_time_is_written_down():
    batch = CardBatch.objects.get().pk

    printed = print_cards(batch, first=2, count=5, at=NOON, by=CLERK)
    ask_seal(batch, at=NOON, by=CLERK)
    later = print_cards(batch, first=1, count=1, at=NOON, by=CLERK)

    assert [card.number for card in printed] == ["9002", "9003"]
    assert all(len(card.pin) == 6 for card in printed)
    assert later == [PrintedCard("9001", "")]
    facts = [event.facts for event in Event.objects.filter(action="card_batch.printed").order_by("pk")]
    assert facts == [{"first": 2, "count": 2, "pins": True}, {"first": 1, "count": 1, "pins": False}]


def test_a_sheet_is_a_pdf_with_ten_cards_on_a_page():
    cards = [PrintedCard(f"9001-{number:04}", "123456") for number in range(11)]

    sheet = draw_sheet(cards, shop="Café Mộc", title="Club", scratch="PIN")

    assert sheet.startswith(b"%PDF-")
    assert sheet.count(b"/Type /Page\n") == 2


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("JPEG", "CMYK"), ("WEBP", "RGB")])
def test_the_logo_stands_on_each_card_and_once_in_the_file(kind, mode):
    drawn = BytesIO()
    Image.new(mode, (240, 80)).save(drawn, kind)
    cards = [PrintedCard(f"9001-{number:04}", "123456") for number in range(20)]

    sheet = draw_sheet(cards, shop="Café", title="Club", scratch="PIN", logo=drawn.getvalue())

    assert 1 <= sheet.count(b"/Subtype /Image") <= 2  # a second one is its transparency


def test_a_press_gets_a_row_for_each_card_and_no_formula():
    cards = [PrintedCard("-1", "123456"), PrintedCard("0042")]

    assert "".join(write_csv(cards)) == "number,pin\r\n'-1,123456\r\n0042,\r\n"

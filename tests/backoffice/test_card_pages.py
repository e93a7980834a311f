"""Cards in the back office: kinds, batches, the list, one card with what may be done with it, and activation."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from regulars.cards.batches import make_batch, make_part
from regulars.cards.models import CardBatch, CardType, RankChange
from regulars.core.program.tier_sets import Level, Metric, TierSet
from regulars.members.models import Card, Member
from tests.backoffice.conftest import NOW, YESTERDAY
from tests.cards.stock import a_batch, a_card_type, a_sale_with
from tests.shop import a_member, a_program, points_of, publish, sell

pytestmark = pytest.mark.django_db

KIND = {
    "code": "paper",
    "name": "Paper card",
    "pin_digits": "6",
    "earns_before": "on",
    "most-points": "500",
    "unused_days": "90",
    "ranks": "white White\ngold Gold card",
}


@pytest.fixture
def stock(shop) -> CardBatch:
    a_card_type(pin_digits=6)
    return a_batch(at=YESTERDAY)


def text_of(answer) -> str:
    return answer.content.decode()


def test_a_kind_of_card_is_made_and_changed(manager):
    assert "No kinds yet" in text_of(manager.get("/cards/kinds/"))

    made = manager.post("/cards/kinds/new/", KIND)

    kind = CardType.objects.get()
    assert made.status_code == 302
    assert (kind.most_before, kind.unused_days, kind.pin_digits) == ({"points": 500}, 90, 6)
    assert kind.ranks == [{"code": "white", "name": "White"}, {"code": "gold", "name": "Gold card"}]
    page = text_of(manager.get("/cards/kinds/"))
    assert "holds at most 500 points" in page
    assert "dies after 90 days" in page
    form = text_of(manager.get("/cards/kinds/paper/"))
    assert "gold Gold card" in form
    manager.post("/cards/kinds/paper/", KIND | {"name": "Summer card", "most-points": ""})
    kind.refresh_from_db()
    assert (kind.name, kind.most_before) == ("Summer card", {})


@pytest.mark.parametrize(
    ("typed", "said"),
    [({"code": "Paper!"}, "Small letters"), ({"most-points": "x"}, "Give a number"), ({"name": ""}, "required")],
)
def test_what_cannot_be_is_said_beside_its_field(manager, typed, said):
    assert said in text_of(manager.post("/cards/kinds/new/", KIND | typed))
    assert CardType.objects.count() == 0


def new_batch(**typed) -> dict[str, object]:
    usual = {
        "type": "paper",
        "name": "May",
        "source": "pattern",
        "pattern": "9001-***?",
        "check_digit": "luhn",
        "count": "12",
        "start": "1",
        "key": str(uuid.uuid4()),
    }
    return usual | typed


@pytest.fixture
def no_jobs(shop):
    yield
    with connection.cursor() as cursor:
        schema = connection.schema_name  # type: ignore[attr-defined]
        cursor.execute("DELETE FROM procrastinate_jobs WHERE args ->> 'schema' = %s", [schema])


def test_a_batch_is_asked_for_watched_printed_and_sealed(manager, no_jobs):
    a_card_type(pin_digits=6)

    started = manager.post("/cards/batches/new/", new_batch())

    batch = CardBatch.objects.get()
    page = f"/cards/batches/{batch.pk}/"
    assert started["location"] == page
    assert "Waiting for the worker" in text_of(manager.get(page))
    make_part(batch.pk, at=NOW)
    assert manager.get(page, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert "12 of 12" in text_of(manager.get(page))
    sheet = manager.post(f"{page}print/pdf/", {"first": "11", "count": "5"})
    assert sheet.content.startswith(b"%PDF-")
    rows = manager.post(f"{page}print/csv/").content.decode("utf-8-sig").split()
    assert len(rows) == 13
    assert rows[1].startswith("9001-001")
    assert len(rows[1].partition(",")[2]) == 6
    assert "nobody, not even an owner" in text_of(manager.get(f"{page}seal/"))
    manager.post(f"{page}seal/")
    assert manager.post(f"{page}print/csv/").content.decode("utf-8-sig").split()[1].endswith(",")


def test_a_list_of_printed_cards_is_uploaded(manager, no_jobs):
    a_card_type()
    upload = SimpleUploadedFile("cards.csv", b"number\n11\n22\n11\n")

    manager.post("/cards/batches/new/", new_batch(source="list", numbers=upload))

    batch = CardBatch.objects.get()
    assert [*make_batch(batch.pk, at=NOW)] == [2]
    page = text_of(manager.get(f"/cards/batches/{batch.pk}/"))
    assert "it stands in the list before" in page
    assert Card.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"pattern": "9001"}, "Nothing of it changes"),
        ({"pattern": "9?*"}, "comes last"),
        ({"pattern": "9*"}, "ends after 9 cards"),
        ({"pattern": "##"}, "room for 1 cards"),
        ({"pattern": ""}, "Fill this in"),
        ({"source": "list"}, "Choose the file"),
        ({"count": "0"}, "greater than or equal to 1"),
    ],
)
def test_a_batch_that_cannot_be_is_explained(manager, no_jobs, typed, said):
    a_card_type()

    assert said in text_of(manager.post("/cards/batches/new/", new_batch(**typed)))
    assert CardBatch.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ({}, "9001-0018"),
        ({"pattern": "9001"}, "Nothing of it changes"),
        ({"pattern": ""}, "appear here as you type"),
        ({"count": "2", "start": "5", "pattern": "x*"}, "<code>X5</code>, <code>X6</code>"),
    ],
)
def test_the_first_numbers_are_shown_while_they_are_typed(manager, typed, shown):
    answer = manager.get("/cards/batches/new/", new_batch(**typed), headers={"HX-Request": "true"})

    assert shown in text_of(answer)


def test_the_list_finds_cards_by_number_status_and_kind(stock, cashier):
    sell(a_sale_with("9000001", at=NOW), at=NOW)

    everything = text_of(cashier.get("/cards/"))
    in_use = text_of(cashier.get("/cards/?status=in_use"))
    found = text_of(cashier.get("/cards/?q=9000002", headers={"HX-Request": "true"}))

    assert [everything.count(f">900000{number}<") for number in (1, 2, 3)] == [1, 1, 1]
    assert "not known yet" in everything
    assert (">9000001<" in in_use, ">9000002<" in in_use) == (True, False)
    assert (">9000002<" in found, ">9000001<" in found) == (True, False)
    assert "No number begins with" in text_of(cashier.get("/cards/?q=4"))
    assert "No card fits" in text_of(cashier.get("/cards/?status=lost"))


@pytest.mark.parametrize(
    ("deed", "typed", "status"),
    [
        ("block", {"reason": "Stolen"}, "blocked"),
        ("lose", {"reason": "On the bus"}, "lost"),
        ("replace", {"card": "77", "reason": "Worn out"}, "replaced"),
        ("replace", {"card": "77", "is_lost": "on", "reason": "On the bus"}, "lost"),
    ],
)
def test_a_card_is_stopped_or_replaced_with_a_reason(shop, cashier, deed, typed, status):
    a_member(cards=("1",))
    address = f"/cards/number/1/{deed}/"

    assert "required" in text_of(cashier.post(address, typed | {"reason": ""}))
    assert cashier.post(address, typed).status_code == 302

    card = Card.objects.get(number="1")
    assert (card.status, card.status_reason) == (status, typed["reason"])
    assert typed["reason"] in text_of(cashier.get("/cards/number/1/"))


def test_a_card_that_is_over_offers_nothing(shop, cashier):
    a_member(cards=("1",))
    cashier.post("/cards/number/1/replace/", {"card": "77", "reason": "Worn out"})

    page = text_of(cashier.get("/cards/number/1/"))

    assert "Replaced by" in page
    assert "/unblock/" not in page
    assert cashier.get("/cards/number/1/unblock/").status_code == 404


def test_a_rank_is_changed_with_its_history(shop, manager):
    manager.post("/cards/kinds/new/", KIND)
    ann = a_member()
    manager.post(f"/members/{ann}/cards/new/", {"card": "1", "card_type": "paper"})

    manager.post("/cards/number/1/rank/", {"rank": "gold", "reason": "A good customer"})

    assert RankChange.objects.get().after == "gold"
    page = text_of(manager.get("/cards/number/1/"))
    assert "A good customer" in page
    assert "Gold card" in page


def test_a_rank_by_level_is_the_members_level(shop, manager):
    club = TierSet(
        code="club",
        name="Club",
        metric=Metric(of="spend"),
        levels=(Level(code="silver", name="Silver", threshold=1000),),
    )
    publish(a_program(tier_sets=(club,)), at=YESTERDAY)
    manager.post("/cards/kinds/new/", KIND | {"tier_set": "club", "ranks": ""})
    ann = a_member(at=YESTERDAY)
    manager.post(f"/members/{ann}/cards/new/", {"card": "1", "card_type": "paper"})
    sell(a_sale_with("1", 2000, at=NOW), at=NOW)

    page = text_of(manager.get("/cards/number/1/"))

    assert "Silver" in page
    assert manager.get("/cards/number/1/rank/").status_code == 404


def test_a_card_is_activated_for_a_member_after_saying_what_comes_along(stock, cashier):
    ana = a_member(first_name="Ana", points=10, phone="+12025550123")
    sell(a_sale_with("9000001", 6500, at=NOW), at=NOW)
    address = "/cards/number/9000001/activate/"

    assert "65 points" in text_of(cashier.get(address))
    found = text_of(cashier.post(address, {"member": "202 555 0123"}))
    assert "Activate for Ana" in found
    assert "75 points" in found
    assert points_of(ana, at=NOW) == 10

    done = cashier.post(address, {"member": "202 555 0123", "sure": "1"})

    assert done["location"] == f"/members/{ana}/"
    assert points_of(ana, at=NOW) == 75
    assert "cannot be activated" in text_of(cashier.get(address))


def test_somebody_joins_with_the_card_they_hold(stock, cashier):
    guest = sell(a_sale_with("9000001", 6500, at=NOW), at=NOW).member_id
    address = "/cards/number/9000001/activate/new/"
    known = a_member(phone="+12025550123")

    refused = text_of(cashier.post(address, {"first_name": "Ana", "phone": "202 555 0123"}))
    done = cashier.post(address, {"first_name": "Ana", "phone": "202 555 0124"})

    assert f"?member={known}" in refused
    assert done["location"] == f"/members/{guest}/"
    assert Member.objects.get(pk=guest).first_name == "Ana"
    assert points_of(guest, at=NOW) == 65


def test_a_card_in_stock_is_offered_for_activation_where_it_was_typed_as_new(stock, cashier):
    ann = a_member()

    page = text_of(cashier.post(f"/members/{ann}/cards/new/", {"card": "9000001"}))

    assert f"/cards/number/9000001/activate/?member={ann}" in page


def test_the_member_page_leads_to_each_card(shop, cashier):
    ann = a_member(cards=("1",))

    assert "/cards/number/1/" in text_of(cashier.get(f"/members/{ann}/"))


def test_the_search_box_finds_a_card_that_nobody_has(stock, cashier):
    assert cashier.get("/search/?q=9000002")["location"] == "/cards/number/9000002/"
    assert "Not activated" in text_of(cashier.get("/search/?q=9000002", headers={"HX-Request": "true"}))
    assert "Nothing found" in text_of(cashier.get("/search/?q=900000"))

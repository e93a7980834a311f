"""Cards over the API: sold with before anybody has them, activated by PIN, blocked, replaced and ranked."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from regulars.cards.models import CardBatch, WrongPins
from regulars.cards.pins import pin_of
from regulars.cards.types import Rank
from regulars.members.models import Card
from tests.api.machine import Machine
from tests.cards.stock import a_batch, a_card_type


@pytest.fixture(scope="module")
def cards(shop) -> list[str]:
    """Numbers of cards that nobody has activated."""
    a_card_type(pin_digits=6, ranks=(Rank("white", "White"), Rank("gold", "Gold")))
    a_batch("66***", cards=20, at=timezone.now() - timedelta(days=1))
    return [f"66{number:03}" for number in range(1, 21)]


def pin_for(number: str) -> str:
    return pin_of(number, digits=6, batch_secret=bytes(CardBatch.objects.get().secret))


def sell_with(till: Machine, number: str, total_minor: int = 4000, **given):
    return till.sell(total_minor, member={"card": number}, **given)


def test_a_card_earns_before_anybody_has_it_and_its_holder_joins_with_what_it_earned(till, cards):
    number = cards[0]
    assert till.get(f"/cards/{number}").json()["member"] is None
    guest = sell_with(till, number)["member"]["id"]
    shown = till.get(f"/cards/{number}").json()
    assert (shown["status"], shown["type"], shown["rank"], shown["member"]["id"]) == ("stock", "paper", "white", guest)

    wrong = till.post("/cards/activations", {"number": number, "pin": "1", "newcomer": {"first_name": "Ana"}})
    body = {"number": number, "pin": pin_for(number), "newcomer": {"first_name": "Ana", "phone": "+12025550188"}}
    done = till.post("/cards/activations", body, key="A-1")
    again = till.post("/cards/activations", body, key="A-1")

    assert (wrong.status_code, wrong.json()["code"]) == (404, "not_found_or_unusable")
    assert (done.status_code, done.json()) == (201, {"number": number, "member": {"id": guest}, "joined": True})
    assert again.json() == done.json()
    assert till.get(f"/members/{guest}/balances").json()["balances"][0]["available"] == 40
    assert till.get(f"/cards/{number}").json()["status"] == "active"


def test_a_card_is_activated_for_a_member_who_is_known(till, cards):
    number = cards[1]
    ann = till.enrol()["id"]
    sell_with(till, number, 2500)

    done = till.post("/cards/activations", {"number": number, "pin": pin_for(number), "member": {"id": ann}})

    assert done.json() == {"number": number, "member": {"id": ann}, "joined": False}
    assert till.get(f"/members/{ann}/balances").json()["balances"][0]["available"] == 25


def test_wrong_guesses_stay_counted_though_they_are_refused(till, shop, cards):
    number = cards[2]
    for _ in range(5):
        answer = shop.machine().post(
            "/cards/activations", {"number": number, "pin": "000000x", "newcomer": {"first_name": "Eve"}}
        )
        assert answer.status_code == 404
    assert WrongPins.objects.get(card__number=number).wrong == 5
    right = shop.machine().post(
        "/cards/activations", {"number": number, "pin": pin_for(number), "newcomer": {"first_name": "Eve"}}
    )
    assert (right.status_code, right.json()["code"]) == (404, "not_found_or_unusable")


def test_a_key_that_guesses_too_often_is_told_when_to_come_again(shop):
    machine = shop.machine()
    for number in range(30):
        machine.post("/cards/activations", {"number": f"55{number}", "pin": "1", "newcomer": {"first_name": "Eve"}})

    refused = machine.post("/cards/activations", {"number": "1", "pin": "1", "newcomer": {"first_name": "Eve"}})

    assert (refused.status_code, refused.json()["code"]) == (422, "too_many_guesses")
    assert "again_at" in refused.json()["facts"]


@pytest.mark.parametrize("whose", [{}, {"member": {"id": "1"}, "newcomer": {"first_name": "Ana"}}])
def test_an_activation_is_for_one_person(till, cards, whose):
    answer = till.post("/cards/activations", {"number": cards[3], "pin": "1", **whose})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


def test_a_card_is_blocked_lost_found_replaced_and_ranked(till):
    ann = till.enrol(cards=["711"])["id"]
    blocked = till.post("/cards/711/block", {"reason": "stolen"})
    assert (blocked.status_code, blocked.json()["status"]) == (201, "blocked")
    assert till.send("DELETE", "/cards/711/block").json()["status"] == "active"
    assert till.post("/cards/711/block", {"reason": "bus", "lost": True}).json()["status"] == "lost"
    new = till.post("/cards/711/replacement", {"number": "712", "reason": "bus", "lost": True}).json()
    assert (new["number"], new["status"], new["member"]["id"]) == ("712", "active", ann)
    assert till.get("/cards/711").json()["replaced_by"] == "712"
    over = till.send("DELETE", "/cards/711/block")
    assert (over.status_code, over.json()["code"]) == (409, "card_is_over")
    till.post("/cards", {"number": "713", "type": "paper", "member": {"id": ann}})
    ranked = till.post("/cards/713/rank", {"rank": "gold", "reason": "spends a lot"})
    assert (ranked.status_code, ranked.json()["rank"]) == (201, "gold")
    unknown = till.post("/cards/713/rank", {"rank": "black", "reason": "x"})
    assert (unknown.status_code, unknown.json()["facts"]) == (422, {"ranks": ["white", "gold"]})


def test_a_card_in_stock_is_no_new_card(till, cards):
    refused = till.post("/members", {"first_name": "Ann", "cards": [cards[4]]})
    assert (refused.status_code, refused.json()["code"]) == (409, "card_in_stock")
    given = till.post("/cards", {"number": cards[4], "member": {"id": till.enrol()["id"]}})
    assert (given.status_code, given.json()["code"]) == (409, "card_in_stock")
    assert Card.objects.get(number=cards[4]).member_id is None


def test_another_merchants_card_is_nobodys(shop, other_shop, cards):
    connection.set_schema(other_shop.schema)
    stranger = other_shop.machine()
    connection.set_schema(shop.schema)

    for method, path, body in (
        ("GET", f"/cards/{cards[5]}", None),
        ("POST", f"/cards/{cards[5]}/block", {"reason": "x"}),
        ("POST", f"/cards/{cards[5]}/rank", {"rank": "gold", "reason": "x"}),
        ("POST", f"/cards/{cards[5]}/replacement", {"number": "1", "reason": "x"}),
    ):
        answer = stranger.send(method, path, **({} if body is None else {"json": body}))
        assert (answer.status_code, answer.json()["code"]) == (404, "card_not_found"), path

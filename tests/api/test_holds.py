"""An open basket reserves points over the API, pays with them, or lets them go."""

import pytest

from tests.api.machine import a_sale


@pytest.fixture
def ann(till) -> str:
    """A member with 100 points."""
    card = till.enrol()["cards"][0]["number"]
    till.sell(10_000, member={"card": card})
    return card


def reserve(till, card: str, amount: int, *, basket: str = "B-1", **more):
    return till.post("/holds", {"member": {"card": card}, "key": basket, "amount": amount, **more})


def points_of(till, card: str) -> tuple[int, int]:
    [points] = [b for b in till.get(f"/members/lookup?card={card}").json()["balances"] if b["unit"] == "points"]
    return points["available"], points["reserved"]


def test_a_basket_reserves_pays_with_less_and_the_rest_is_free(till, ann):
    held = reserve(till, ann, 80, basket="pays")
    assert held.status_code == 201, held.text
    assert held.json()["balance"] | {"next_expiry": None} == {
        "unit": "points",
        "available": 20,
        "pending": 0,
        "reserved": 80,
        "debt": 0,
        "next_expiry": None,
    }
    refused = till.post("/sales", a_sale(50, member={"card": ann}, tenders=[{"type": "points", "points": 50}]))
    assert (refused.status_code, refused.json()["code"]) == (422, "insufficient_balance")
    tender = {"type": "points", "points": 50, "hold": "pays"}
    paid = till.post("/sales", a_sale(50, member={"card": ann}, tenders=[tender]))
    assert paid.status_code == 201, paid.text
    assert points_of(till, ann) == (50, 0)
    again = till.send("DELETE", "/holds/pays")
    assert (again.status_code, again.json()["code"]) == (409, "hold_used")


def test_a_basket_lets_go(till, ann):
    reserve(till, ann, 80, basket="goes")
    for _ in range(2):
        released = till.send("DELETE", "/holds/goes")
        assert (released.status_code, released.json()) == (200, {"key": "goes", "ending": "released"})
    assert points_of(till, ann) == (100, 0)
    assert till.send("DELETE", "/holds/nobody").status_code == 404


def test_the_same_request_again_gets_the_same_answer(till, ann):
    body = {"member": {"card": ann}, "key": "twice", "amount": 10}
    first, again = till.post("/holds", body, key="k-1"), till.post("/holds", body, key="k-1")
    assert first.json() == again.json()
    assert till.post("/holds", body | {"amount": 11}, key="k-1").json()["code"] == "key_reused"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"amount": 101}, 422, "insufficient_balance"),
        ({"amount": 0}, 400, "invalid_request"),
        ({"amount": 5, "minutes": 1441}, 400, "invalid_request"),
        ({"amount": 5, "unit": "stars"}, 422, "unknown_unit"),
        ({"amount": 5, "member": {"card": "4040404"}}, 404, "member_not_found"),
        ({"amount": 5, "key": "a/b"}, 400, "invalid_request"),
    ],
)
def test_what_cannot_be_held_is_refused(till, ann, change, status, code):
    answer = till.post("/holds", {"member": {"card": ann}, "key": "never", **change})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert points_of(till, ann) == (100, 0)

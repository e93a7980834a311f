"""Rewards, stamps and members' events over the API, as the machines of a shop use them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from regulars.core.program.rewards import Price, Reward
from regulars.core.program.rules import EventRule
from regulars.core.program.stamp_cards import ByHand, StampCard
from tests.api.machine import Machine, moments_ago
from tests.shop import ONE_PER_DOLLAR, a_program, publish

MUG = Reward(code="mug", name="Mug", price=Price(amount=20), stores=("330",))
PARCEL = Reward(code="parcel", name="Parcel", kind="gift", price=Price(amount=5), is_sent=True)
FREE = Reward(code="free", name="Free coffee")


@pytest.fixture
def giving(till: Machine) -> Machine:
    """The shop's till, with a program that has rewards, a card and an event."""
    document = a_program(
        ONE_PER_DOLLAR,
        EventRule(code="review", name="Review", event="review", points=50),
        rewards=(MUG, PARCEL, FREE),
        stamp_cards=(StampCard(code="coffee", name="Coffee", size=4, earn=ByHand(), final="free"),),
    )
    publish(document, at=timezone.now() - timedelta(minutes=1))
    return till


def somebody(till: Machine, *, points: int = 0) -> str:
    ann = till.enrol()["id"]
    if points:
        body = {"amount": points, "reason": "a start"}
        assert till.post(f"/members/{ann}/adjustments", body).status_code == 201
    return ann


def test_a_reward_is_seen_claimed_and_used_once(giving):
    ann = somebody(giving, points=30)
    shown = giving.get(f"/members/{ann}/claimable").json()["rewards"]
    assert [(each["reward"], each["price"], each["after"], each["refusal"]) for each in shown] == [
        ("parcel", 5, 25, None),
        ("mug", 20, 10, None),
    ]
    claimed = giving.post(f"/members/{ann}/claims", {"reward": "mug", "store": "330"}, key="C-1")
    assert (claimed.status_code, claimed.json()["balance"]["available"]) == (201, 10)
    mug = claimed.json()["reward"]
    assert (mug["state"], mug["price_unit"], mug["price_amount"], len(mug["code"])) == ("outstanding", "points", 20, 12)
    assert giving.post(f"/members/{ann}/claims", {"reward": "mug", "store": "330"}, key="C-1").json() == claimed.json()
    too_dear = giving.post(f"/members/{ann}/claims", {"reward": "mug"})
    assert (too_dear.status_code, too_dear.json()["code"]) == (422, "insufficient_balance")
    assert too_dear.json()["facts"] == {"unit": "points", "available": 10, "wanted": 20}

    elsewhere = giving.post("/rewards/uses", {"code": mug["code"], "store": "331"})
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "wrong_store")
    used = giving.post("/rewards/uses", {"code": mug["code"].lower(), "store": "330"})
    assert (used.status_code, used.json()["state"]) == (201, "used")
    again = giving.post("/rewards/uses", {"code": mug["code"], "store": "330"})
    assert (again.status_code, again.json()["code"]) == (409, "already_used")
    assert giving.send("DELETE", f"/rewards/{mug['id']}/use").json()["state"] == "outstanding"
    steps = giving.get(f"/rewards/{mug['id']}").json()["steps"]
    assert [(step["name"], step["store"]) for step in steps] == [("used", "330"), ("restored", "")]
    assert [each["id"] for each in giving.get(f"/members/{ann}/rewards").json()["rewards"]] == [mug["id"]]


def test_the_team_gives_removes_and_sends(giving):
    ann = somebody(giving, points=30)
    gift = giving.post(f"/members/{ann}/gifts", {"reward": "free", "reason": "sorry"}, key="G-1").json()
    assert (gift["cause"], gift["price_amount"], gift["price_unit"]) == ("staff", 0, None)
    parcel = giving.post(f"/members/{ann}/claims", {"reward": "parcel"}).json()["reward"]
    assert [each["id"] for each in giving.get("/rewards").json()["rewards"]][-1] == parcel["id"]
    assert giving.post(f"/rewards/{parcel['id']}/fulfilment", {"to": "sent"}).json()["fulfilment"] == "sent"
    wrong = giving.post(f"/rewards/{gift['id']}/fulfilment", {"to": "sent"})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "nothing_to_send")
    removed = giving.post(f"/rewards/{parcel['id']}/removal", {"give_back": True, "reason": "lost"}).json()
    assert (removed["given_back"], removed["balance"]["available"], removed["reward"]["state"]) == (5, 30, "removed")
    assert giving.get("/rewards/404").status_code == 404


def test_stamps_come_from_the_team_from_codes_and_from_posters(giving):
    ann = somebody(giving)
    stamped = giving.post(f"/members/{ann}/stamps", {"card": "coffee", "stamps": 3, "reason": "by hand"}).json()
    assert (stamped["number"], stamped["held"], stamped["size"]) == (1, 3, 4)
    [card] = giving.get(f"/members/{ann}/stamp-cards").json()["cards"]
    assert (card["number"], card["held"], card["size"], card["is_over"]) == (1, 3, 4, False)
    assert card["rewards"] == [{"stamp": 4, "reward": "free", "name": "Free coffee"}]
    assert giving.get("/members/404/stamp-cards").status_code == 404
    made = giving.post("/stamp-codes", {"card": "coffee", "count": 2, "batch": "Fair"})
    first, second = made.json()["codes"]
    filled = giving.post("/stamp-codes/uses", {"member": {"id": ann}, "code": first}).json()
    assert (filled["number"], filled["held"], filled["completed"]) == (2, 0, 1)
    assert [each["reward"] for each in filled["rewards"]] == ["free"]
    unknown = giving.post("/stamp-codes/uses", {"member": {"id": ann}, "code": "NOTHING"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found_or_unusable")
    text = giving.post("/posters", {"store": "330", "card": "coffee"}).json()["text"]
    assert giving.post("/posters/scans", {"member": {"id": ann}, "text": text}).json()["held"] == 1
    soon = giving.post("/posters/scans", {"member": {"id": ann}, "text": text})
    assert (soon.status_code, soon.json()["code"]) == (409, "cool_down")
    assert giving.send("DELETE", f"/posters/{text.split('.')[0]}").status_code == 200
    gone = giving.post("/posters/scans", {"member": {"id": ann}, "text": text})
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found_or_unusable")
    back = giving.post(f"/members/{ann}/stamps", {"card": "coffee", "stamps": -2, "reason": "mistake"}).json()
    assert (back["number"], back["held"], back["reopened"], back["withdrawn"]) == (1, 3, 1, 1)
    assert second not in giving.get(f"/members/{ann}/entries").text


def test_events_are_told_once(giving):
    ann = somebody(giving)
    event = {"event": "review", "external_id": f"V-{ann}", "member": {"id": ann}, "occurred_at": moments_ago()}
    told = giving.post("/events", event)
    assert told.status_code == 201
    assert told.json()["given"] == [{"unit": "points", "rule": "review", "desired": 50, "awarded": 50}]
    assert giving.post("/events", event).json()["replayed"] is True
    batch = {"events": [event, {**event, "external_id": f"W-{ann}"}, {**event, "member": {"id": "404"}}]}
    outcomes = giving.post("/events/batch", batch).json()["outcomes"]
    assert [(each["event"] or each["error"]).get("replayed", "error") for each in outcomes] == [True, False, "error"]
    assert outcomes[2]["error"]["code"] == "member_not_found"
    balances = giving.get(f"/members/{ann}/balances").json()["balances"]
    assert {each["unit"]: each["available"] for each in balances}["points"] == 100

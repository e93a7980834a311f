"""Lots over the API: they are listed, started early, extended, and brought back after their end."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from regulars.core.expiry import AfterDays, Never
from regulars.core.program.life import Pending
from regulars.core.program.rules import EventRule, RateRule
from regulars.programs.book import load_book
from tests.api.machine import Machine, a_receipt, count_rows, moments_ago
from tests.shop import a_program, a_sale, publish, sell

BASE = RateRule(code="base", name="Base", points=1, per_minor=100, expiry=AfterDays(days=30))
LATER = EventRule(code="quiz", name="Quiz", event="quiz", points=7, pending=Pending(days=20), expiry=Never())


@pytest.fixture(scope="module")
def lasting(shop) -> Machine:
    """A till of a shop whose points live for 30 days; those of a quiz start after 20 and live for ever."""
    publish(a_program(BASE, LATER), at=timezone.now() - timedelta(days=60))
    return shop.machine()


@pytest.fixture
def ann(lasting) -> str:
    """A member with 10 points that have expired, 20 that live, and 7 that wait."""
    ann = lasting.enrol()["id"]
    for days, total_minor in ((40, 1_000), (10, 2_000)):
        sold_at = timezone.now() - timedelta(days=days)
        sell(a_sale(total_minor, member=int(ann), at=sold_at), at=sold_at)
    told = {"event": "quiz", "external_id": a_receipt(), "member": {"id": ann}, "occurred_at": moments_ago()}
    assert lasting.post("/events", told).status_code == 201
    return ann


def lots_of(till: Machine, member: str) -> dict[str, dict]:
    return {lot["state"]: lot for lot in till.get(f"/members/{member}/lots?unit=points").json()["lots"]}


def in_days(days: int) -> date:
    return (timezone.now().astimezone(load_book().zone) + timedelta(days=days)).date()


def available(till: Machine, member: str) -> int:
    [points] = [each for each in till.get(f"/members/{member}/balances").json()["balances"] if each["unit"] == "points"]
    return points["available"]


def test_lots_are_listed_with_what_can_be_done_about_them(lasting, ann):
    lots = lots_of(lasting, ann)
    assert {state: (lot["amount"], lot["remaining"], lot["expired"]) for state, lot in lots.items()} == {
        "over": (10, 10, 10),
        "active": (20, 20, 0),
        "pending": (7, 7, 0),
    }
    assert lots["pending"]["expires_at"] is None
    assert lasting.get(f"/members/{ann}/entries/{lots['active']['id']}").json()["amount"] == 20
    assert lasting.get("/members/404404/lots").json()["code"] == "member_not_found"
    assert lasting.get(f"/members/{ann}/lots?unit=stars").json() == {"lots": []}


def test_what_waits_is_released_early_once(lasting, ann):
    waiting = lots_of(lasting, ann)["pending"]
    body = {"lots": [waiting["id"]], "reason": "complaint 7"}
    first, again = [lasting.post(f"/members/{ann}/early-releases", body, key="E-1") for _ in range(2)]
    assert first.status_code == 201, first.text
    assert first.json() == again.json()
    [started] = first.json()["started"]
    assert (started["lot_id"], started["unit"], started["amount"]) == (waiting["id"], "points", 7)
    assert [balance["available"] for balance in first.json()["balances"]] == [27]
    without_key = lasting.post(f"/members/{ann}/early-releases", body)
    assert (without_key.status_code, without_key.json()["code"]) == (409, "not_pending")


def test_what_lives_is_extended_to_the_end_of_a_day(lasting, ann):
    active = lots_of(lasting, ann)["active"]
    body = {"lots": [active["id"]], "until": in_days(60).isoformat(), "reason": "was ill"}
    first, again = [lasting.post(f"/members/{ann}/extensions", body, key="X-1") for _ in range(2)]
    assert first.status_code == 201, first.text
    assert (first.json()["amount"], first.json()) == (20, again.json())
    ends_at = datetime.fromisoformat(first.json()["until"])
    assert ends_at.astimezone(load_book().zone).date() == in_days(61)
    assert (
        lots_of(lasting, ann)["active"]["expires_at"]
        == first.json()["until"]
        == first.json()["balances"][0]["next_expiry"]["at"]
    )
    without_key = lasting.post(f"/members/{ann}/extensions", body)
    assert (without_key.status_code, without_key.json()["code"]) == (409, "nothing_to_extend")


def test_what_has_expired_is_reinstated_once(lasting, ann):
    over = lots_of(lasting, ann)["over"]
    body = {"lots": [over["id"], over["id"]], "until": in_days(5).isoformat(), "reason": "was ill"}
    first, again = [lasting.post(f"/members/{ann}/reinstatements", body, key="B-1") for _ in range(2)]
    assert first.status_code == 201, first.text
    assert (first.json()["amount"], first.json()["replayed"], first.json()) == (10, False, again.json())
    assert available(lasting, ann) == 30
    kinds = [entry["kind"] for entry in lasting.get(f"/members/{ann}/entries").json()["entries"]]
    assert kinds[:2] == ["reinstate", "expire"]
    without_key = lasting.post(f"/members/{ann}/reinstatements", body)
    assert (without_key.status_code, without_key.json()["code"]) == (409, "nothing_to_reinstate")
    assert available(lasting, ann) == 30


@pytest.mark.parametrize(
    ("route", "state", "change", "status", "code"),
    [
        ("early-releases", "active", {}, 409, "not_pending"),
        ("early-releases", "over", {}, 409, "not_pending"),
        ("early-releases", "pending", {"lots": ["404404404"]}, 404, "lot_not_found"),
        ("early-releases", "pending", {"lots": ["x"]}, 404, "lot_not_found"),
        ("early-releases", "pending", {"lots": []}, 400, "invalid_request"),
        ("early-releases", "pending", {"reason": ""}, 400, "invalid_request"),
        ("early-releases", "pending", {"reason": " "}, 422, "invalid_adjustment"),
        ("early-releases", "pending", {"until": "2999-01-01"}, 400, "invalid_request"),
        ("extensions", "pending", {}, 409, "nothing_to_extend"),
        ("extensions", "over", {}, 409, "nothing_to_extend"),
        ("extensions", "active", {"until": "yesterday"}, 400, "invalid_request"),
        ("extensions", "active", {"until": "9999-12-31"}, 400, "invalid_request"),
        ("extensions", "active", {"until": "2026-01-31"}, 422, "invalid_end"),
        ("extensions", "active", {"lots": ["404404404"]}, 404, "lot_not_found"),
        ("reinstatements", "active", {}, 409, "nothing_to_reinstate"),
        ("reinstatements", "over", {"lots": ["404404404"]}, 409, "nothing_to_reinstate"),
        ("reinstatements", "over", {"until": "2026-01-31"}, 422, "invalid_end"),
        ("reinstatements", "over", {"reason": " "}, 422, "invalid_adjustment"),
    ],
)
def test_what_cannot_be_done_moves_nothing(lasting, ann, route, state, change, status, code):
    body = {"lots": [lots_of(lasting, ann)[state]["id"]], "reason": "x"}
    if route != "early-releases":
        body["until"] = in_days(60).isoformat()
    before = count_rows()
    answer = lasting.post(f"/members/{ann}/{route}", body | change)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert count_rows() == before


def test_another_members_lots_are_left_alone(lasting, ann):
    bob = lasting.enrol()["id"]
    theirs = lots_of(lasting, ann)
    for route, state, status, code in (
        ("early-releases", "pending", 404, "lot_not_found"),
        ("extensions", "active", 404, "lot_not_found"),
        ("reinstatements", "over", 409, "nothing_to_reinstate"),
    ):
        body = {"lots": [theirs[state]["id"]], "reason": "x"} | ({} if state == "pending" else {"until": "2999-01-01"})
        for member in (bob, "404404"):
            answer = lasting.post(f"/members/{member}/{route}", body)
            wanted = (status, code) if member == bob else (404, "member_not_found")
            assert (answer.status_code, answer.json()["code"]) == wanted, route
    assert lots_of(lasting, ann) == theirs

"""Members over the API: what the shop wants to know about them, their status and its end, leaving and coming back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from regulars.core.actor import SYSTEM
from regulars.core.attributes import Choice
from regulars.members.attributes import load_definitions, read_values
from regulars.members.define import AttributeWish, save_attributes
from regulars.members.models import Attribute
from tests.api.machine import Machine

SIZES = (Choice("s", "Small"), Choice("l", "Large"))
WISHES = [
    AttributeWish(code="motto", label="Motto", kind="text"),
    AttributeWish(code="shoe", label="Shoe", kind="number"),
    AttributeWish(code="day", label="Day", kind="date"),
    AttributeWish(code="size", label="Size", kind="choice", choices=SIZES, is_required=True),
    AttributeWish(code="likes", label="Likes", kind="choices", choices=SIZES),
    AttributeWish(code="vegan", label="Vegan", kind="yes_no"),
    AttributeWish(code="badge", label="Badge", kind="text", is_unique=True),
    AttributeWish(code="allergy", label="Allergy", kind="text", is_regulated=True),
    AttributeWish(code="photo", label="Photo", kind="file"),
]


@pytest.fixture
def asking(till: Machine) -> Machine:
    """The shop's till; the shop wants to know a lot."""
    if not Attribute.objects.exists():
        save_attributes(WISHES, at=timezone.now(), by=SYSTEM)
    return till


def test_a_machine_learns_what_the_shop_wants_to_know(asking):
    found = asking.get("/attributes").json()["attributes"]
    assert [each["code"] for each in found] == [wish.code for wish in WISHES]
    assert found[3] == {
        "code": "size",
        "label": "Size",
        "help": "",
        "kind": "choice",
        "choices": [{"code": "s", "label": "Small"}, {"code": "l", "label": "Large"}],
        "required": True,
        "unique": False,
        "at_signup": False,
        "regulated": False,
    }


def test_attributes_are_written_read_changed_and_emptied(asking):
    given = {
        "motto": "Two words",
        "shoe": 41.5,
        "day": "2026-02-28",
        "size": "l",
        "likes": ["l", "s"],
        "vegan": False,
        "badge": "B-1",
        "allergy": "Planted peanuts",
    }
    made = asking.enrol(attributes=given, language="vi", home_store="330")
    shown = given | {"shoe": "41.5", "likes": ["s", "l"]}
    del shown["allergy"]
    assert (made["attributes"], made["language"], made["home_store"]) == (shown, "vi", "330")
    assert "Planted" not in asking.get(f"/members/{made['id']}").text
    stored = read_values([int(made["id"])], load_definitions(), with_regulated=True)[int(made["id"])]
    assert stored["allergy"] == "Planted peanuts"

    changed = asking.patch(f"/members/{made['id']}", {"attributes": {"shoe": "42", "motto": None}, "home_store": None})
    assert changed.status_code == 200
    del shown["motto"]
    assert changed.json()["attributes"] == shown | {"shoe": "42"}
    assert changed.json()["home_store"] is None
    listed = asking.get("/members").json()["members"]
    assert next(each for each in listed if each["id"] == made["id"])["attributes"] == shown | {"shoe": "42"}


@pytest.mark.parametrize(
    ("attributes", "status", "code"),
    [
        ({"size": "huge"}, 422, "invalid_attribute"),
        ({"shoe": "lots"}, 422, "invalid_attribute"),
        ({"shoe": 1e308}, 422, "invalid_attribute"),
        ({"photo": 1}, 422, "invalid_attribute"),
        ({"nothing": "x"}, 422, "attribute_not_found"),
        ({"size": None}, 422, "attribute_needed"),
        ({"badge": "taken"}, 409, "attribute_taken"),
        ({"motto": {"a": 1}}, 400, "invalid_request"),
    ],
)
def test_what_does_not_fit_is_refused_and_nobody_is_enrolled(asking, attributes, status, code):
    if code == "attribute_taken":
        asking.enrol(attributes={"badge": "Taken"})
    before = len(asking.get("/members?limit=100").json()["members"])
    answer = asking.post("/members", {"first_name": "Bo", "attributes": attributes})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert len(asking.get("/members?limit=100").json()["members"]) == before


def test_a_lock_says_until_when(asking):
    ann = asking.enrol()["id"]
    until = timezone.now() + timedelta(days=2)
    locked = {"status": "locked", "reason": "asked to", "status_until": until.isoformat()}
    assert asking.patch(f"/members/{ann}", locked).json()["status"] == "locked"
    assert asking.get(f"/members/{ann}").json()["status_until"] is not None
    past = locked | {"status_until": "2020-01-01T00:00:00Z"}
    assert asking.patch(f"/members/{ann}", past).json()["code"] == "invalid_status_end"
    assert asking.patch(f"/members/{ann}", {"status_until": until.isoformat()}).json()["code"] == "invalid_request"


def test_who_leaves_is_not_valid_at_a_till_and_comes_back(asking):
    made = asking.enrol()
    ann, card = made["id"], made["cards"][0]["number"]
    assert asking.send("DELETE", f"/members/{ann}/membership").status_code == 400
    left = asking.send("DELETE", f"/members/{ann}/membership", params={"reason": "moved"})
    assert (left.status_code, left.json()["left_at"] is not None) == (200, True)
    assert asking.get(f"/members/lookup?card={card}").json()["status"] == "left"

    back = asking.post(f"/members/{ann}/membership", {})
    assert (back.status_code, back.json()["left_at"], back.json()["joined_at"]) == (201, None, made["joined_at"])
    assert asking.get(f"/members/lookup?card={card}").json()["status"] == "active"


def test_a_till_sees_no_balance_of_who_is_blocked(asking):
    made = asking.enrol()
    ann, card = made["id"], made["cards"][0]["number"]
    asking.post(f"/members/{ann}/adjustments", {"amount": 50, "reason": "a start"})
    assert asking.get(f"/members/lookup?card={card}").json()["balances"]
    asking.patch(f"/members/{ann}", {"status": "blocked", "reason": "fraud"})
    seen = asking.get(f"/members/lookup?card={card}").json()
    assert (seen["status"], seen["balances"]) == ("blocked", [])

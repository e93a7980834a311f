"""What a care desk of its own does over the API: keyed receipts listed, disputes noted, segments made."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from regulars.core.actor import SYSTEM
from regulars.core.program.policies import Policies
from regulars.receipts.dispute import answer_dispute
from regulars.receipts.models import Dispute, Receipt
from tests.api.machine import Machine, Shop, a_receipt, count_rows, moments_ago
from tests.shop import a_program, publish


@pytest.fixture(scope="module", autouse=True)
def checked(shop: Shop) -> None:
    """A shop where receipts above 10.00 wait for a second step."""
    document = a_program(policies=Policies(confirm_above_minor=1_000))
    publish(document, at=timezone.now() - timedelta(days=1))


def keyed(till: Machine, member: str, *, store: str = "330", total_minor: int = 5_000) -> dict[str, Any]:
    body = {
        "number": a_receipt(),
        "store": store,
        "occurred_at": moments_ago(),
        "total_minor": total_minor,
        "member": {"id": member},
    }
    answer = till.post("/receipts", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def listed(till: Machine, path: str, what: str = "receipts") -> list[str]:
    """The ids of a list, page by page."""
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        asked = f"{path}{'&' if '?' in path else '?'}limit=2"
        page = till.get(f"{asked}&cursor={cursor}" if cursor else asked)
        assert page.status_code == 200, page.text
        found += [each["id"] for each in page.json()[what]]
        cursor = page.json()["next"]
    return found


def test_receipts_are_listed_newest_first_by_state_store_and_member(shop, till):
    ann, bob = till.enrol()["id"], till.enrol()["id"]
    waiting = [keyed(till, ann)["id"] for _ in range(3)]
    there = keyed(till, bob, store="331")["id"]
    small = keyed(till, bob, total_minor=500)
    assert small["state"] == "confirmed"
    rejected = keyed(till, ann)["id"]
    till.post(f"/receipts/{rejected}/rejections", {"reason": "no such receipt"})
    over = keyed(till, ann)["id"]
    Receipt.objects.filter(pk=int(over)).update(lapses_at=timezone.now() - timedelta(seconds=1))

    everything = listed(till, "/receipts")
    assert everything[:7] == [over, rejected, small["id"], there, *reversed(waiting)]
    assert listed(till, f"/receipts?member={ann}") == [over, rejected, *reversed(waiting)]
    assert listed(till, f"/receipts?member={ann}&state=awaiting") == [*reversed(waiting)]
    assert listed(till, f"/receipts?member={ann}&state=lapsed") == [over]
    assert listed(till, f"/receipts?member={ann}&state=rejected") == [rejected]
    assert listed(till, f"/receipts?member={ann}&store=330") == [over, rejected, *reversed(waiting)]
    assert listed(till, "/receipts?store=331") == [there]
    assert listed(till, "/receipts?store=330")[:3] == [over, rejected, small["id"]]
    assert listed(till, "/receipts?state=confirmed")[0] == small["id"]

    bound = shop.machine(store="331")
    assert listed(bound, "/receipts") == [there]
    assert bound.get("/receipts?store=330").json()["code"] == "wrong_store"


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("state=open", 400, "invalid_request"),
        ("store=999", 404, "store_not_found"),
        ("member=x", 404, "member_not_found"),
        ("cursor=-1", 404, "not_found"),
        ("cursor=99999999999999999999", 400, "invalid_request"),
        ("limit=0", 400, "invalid_request"),
        ("limit=201", 400, "invalid_request"),
        ("store=%00", 400, "invalid_request"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(till, query, status, code):
    answer = till.get(f"/receipts?{query}")

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "in_state" not in answer.text


def test_a_sale_is_disputed_once_at_a_time_and_the_answer_is_read(till):
    ann = till.enrol()["id"]
    sale = till.sell(2_000, member={"id": ann})["id"]
    body = {"member": {"id": ann}, "complaint": "amount", "said": "I paid 10.00", "sale": sale}

    noted = till.post("/disputes", body, key="D-1")
    assert noted.status_code == 201, noted.text
    dispute = noted.json()
    assert (dispute["state"], dispute["sale"], dispute["store"], dispute["said"]) == (
        "open",
        sale,
        "330",
        "I paid 10.00",
    )
    assert till.post("/disputes", body, key="D-1").json() == dispute
    again = till.post("/disputes", body)
    assert (again.status_code, again.json()["code"]) == (409, "dispute_open")
    assert again.json()["facts"] == {"dispute_id": dispute["id"]}

    answer_dispute(int(dispute["id"]), upheld=False, answer="The till says 20.00", at=timezone.now(), by=SYSTEM)
    read = till.get(f"/disputes/{dispute['id']}").json()
    assert (read["state"], read["answer"]) == ("declined", "The till says 20.00")
    assert till.get(f"/disputes?member={ann}&state=open").json()["disputes"] == []
    assert listed(till, f"/disputes?member={ann}", "disputes") == [dispute["id"]]


def test_a_missing_sale_and_a_receipt_that_was_turned_down_are_disputed_too(shop, till):
    ann = till.enrol()["id"]
    missing = {"member": {"id": ann}, "complaint": "missing", "said": "Yesterday, 12.00", "store": "331"}
    about_it = till.post("/disputes", missing).json()
    assert (about_it["store"], about_it["sale"], about_it["receipt"]) == ("331", None, None)

    receipt = keyed(till, ann)["id"]
    till.post(f"/receipts/{receipt}/rejections", {"reason": "no"})
    turned_down = {"member": {"id": ann}, "complaint": "other", "said": "It was real", "receipt": receipt}
    about_that = till.post("/disputes", turned_down).json()
    assert (about_that["store"], about_that["receipt"]) == ("330", receipt)

    assert listed(till, f"/disputes?member={ann}", "disputes") == [about_that["id"], about_it["id"]]
    bound = shop.machine(store="331")
    assert about_that["id"] not in listed(bound, "/disputes", "disputes")
    assert bound.get(f"/disputes/{about_it['id']}").status_code == 200
    assert bound.get(f"/disputes/{about_that['id']}").json()["code"] == "dispute_not_found"


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"sale": "999999"}, 404, "sale_not_found"),
        ({"receipt": "999999"}, 404, "receipt_not_found"),
        ({"sale": "1", "receipt": "1"}, 400, "invalid_request"),
        ({"member": {"id": "999999"}}, 404, "member_not_found"),
        ({"member": {}}, 400, "invalid_request"),
        ({"store": "999"}, 404, "store_not_found"),
        ({"complaint": "angry"}, 400, "invalid_request"),
        ({"said": ""}, 400, "invalid_request"),
        ({"said": "   "}, 422, "invalid_dispute"),
        ({"said": "x" * 1_001}, 400, "invalid_request"),
        ({"said": "\u0000"}, 400, "invalid_request"),
    ],
)
def test_a_dispute_that_cannot_be_is_not_noted(till, wrong, status, code):
    body = {"member": {"id": till.enrol()["id"]}, "complaint": "other", "said": "x"}
    before = Dispute.objects.count()

    refused = till.post("/disputes", body | wrong)

    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    assert Dispute.objects.count() == before


def test_nobody_disputes_anothers_sale_nor_one_of_another_store(shop, till):
    ann, bob = till.enrol()["id"], till.enrol()["id"]
    sale, receipt = till.sell(2_000, member={"id": ann})["id"], keyed(till, ann)["id"]
    for about in ({"sale": sale}, {"receipt": receipt}):
        body = {"member": {"id": bob}, "complaint": "not_mine", "said": "x"} | about
        assert till.post("/disputes", body).status_code == 404
        assert shop.machine(store="331").post("/disputes", body | {"member": {"id": ann}}).status_code == 404


def test_a_segment_is_made_counted_and_asked_for(till):
    ann = till.enrol(email="ann@example.org")["id"]
    condition = {
        "is": "all",
        "of": [{"is": "reachable", "by": ["email"]}, {"is": "not", "of": {"is": "status", "any": ["blocked"]}}],
    }
    body = {"name": "Can be written to", "condition": condition, "about": "For the newsletter"}

    made = till.post("/segments", body, key="S-1")
    assert made.status_code == 201, made.text
    assert (made.json()["name"], made.json()["members"], made.json()["is_exact"]) == ("Can be written to", 1, True)
    assert till.post("/segments", body, key="S-1").json() == made.json()
    assert till.post("/segments", body).json()["code"] == "segment_taken"
    assert till.get(f"/members/{ann}/groups").json()["segments"] == ["Can be written to"]
    assert "Can be written to" in [each["name"] for each in till.get("/segments").json()["segments"]]


DEEP: Any = {"is": "card"}
for _ in range(6):
    DEEP = {"is": "not", "of": DEEP}


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"name": ""}, 400, "invalid_request"),
        ({"name": " "}, 422, "invalid_segment"),
        ({"name": "x" * 65}, 400, "invalid_request"),
        ({"name": "a\u202eb"}, 422, "invalid_segment"),
        ({"condition": {"is": "nothing"}}, 400, "invalid_request"),
        ({"condition": {"is": "age", "at_least": -1}}, 400, "invalid_request"),
        ({"condition": {"is": "age", "at_least": 1e309}}, 400, "invalid_request"),
        ({"condition": {"is": "attribute", "code": "note", "any": ["x" * 1_001]}}, 400, "invalid_request"),
        ({"condition": {"is": "reward", "any": ["x"] * 201}}, 400, "invalid_request"),
        ({"condition": {"is": "age"}}, 422, "invalid_condition"),
        ({"condition": {"is": "segment", "any": ["there is none"]}}, 404, "unknown_segment"),
        ({"condition": {"is": "segment", "any": ["Wrong"]}}, 422, "segment_in_circles"),
        ({"condition": DEEP}, 422, "invalid_condition"),
        ({"condition": {"is": "all", "of": [{"is": "card"}] * 31}}, 422, "invalid_condition"),
    ],
)
def test_a_segment_that_cannot_be_is_not_made(till, wrong, status, code):
    before = count_rows()

    refused = till.post("/segments", _as_json({"name": "Wrong", "condition": {"is": "card"}} | wrong))

    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    assert count_rows() == before


@pytest.mark.parametrize("depth", [100, 900, 100_000])
def test_a_tree_of_any_depth_is_refused_and_breaks_nothing(till, depth):
    tree = b'{"is":"not","of":' * depth + b'{"is":"card"}' + b"}" * depth

    answer = till.post("/segments", b'{"name":"Deep","condition":' + tree + b"}")

    assert answer.status_code in (400, 413, 422), answer.text


def _as_json(body: dict[str, Any]) -> bytes:
    """JSON as a careless machine writes it: infinity as a number that no float holds."""
    import json

    return json.dumps(body).replace("Infinity", "1e309").encode()

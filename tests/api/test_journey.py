"""Every route once, as the machines of a shop use them, with exact answers."""

import pytest

from tests.api.machine import a_receipt, a_sale, moments_ago

POINTS = {"unit": "points", "pending": 0, "reserved": 0, "debt": 0}


def test_a_member_is_enrolled_read_changed_and_found(till):
    enrolled = till.post(
        "/members",
        {
            "first_name": "Ána",
            "last_name": "Smith",
            "phone": "(212) 555-0123",
            "email": "Ana@Example.org",
            "birth_on": "1990-02-28",
            "external_id": "crm-1",
            "cards": ["9000 0000 17"],
        },
    )
    assert enrolled.status_code == 201
    ana = enrolled.json()
    assert ana.pop("joined_at").endswith("Z")
    assert ana == {
        "id": ana["id"],
        "first_name": "Ána",
        "last_name": "Smith",
        "phone": "+12125550123",
        "email": "ana@example.org",
        "birth_on": "1990-02-28",
        "external_id": "crm-1",
        "phone_verified_at": None,
        "email_verified_at": None,
        "language": "",
        "home_store": None,
        "attributes": {},
        "left_at": None,
        "status_until": None,
        "status": "active",
        "cards": [{"number": "9000000017", "status": "active"}],
        "possible_duplicates": [],
        "consents": [],
    }
    assert till.get(f"/members/{ana['id']}").json()["email"] == "ana@example.org"

    changed = till.patch(f"/members/{ana['id']}", {"last_name": "Jones", "phone": None})
    assert (changed.status_code, changed.json()["last_name"], changed.json()["phone"]) == (200, "Jones", None)
    assert changed.json()["email"] == "ana@example.org"

    for search in ("jones", "ana@", "9000000017", "crm-"):
        found = till.get("/members", params={"search": search}).json()
        assert [member["id"] for member in found["members"]] == [ana["id"]], search
    for handle in ({"card": "9000000017"}, {"email": "ANA@example.org"}, {"external_id": "crm-1"}):
        assert till.get("/members/lookup", params=handle).json() == {
            "id": ana["id"],
            "status": "active",
            "card_status": "active" if "card" in handle else None,
            "balances": [{**POINTS, "available": 0, "next_expiry": None, "earned": 0, "spent": 0, "expired": 0}],
        }

    twin = till.post("/members", {"first_name": "Ana", "email": "ana@example.org"})
    assert (twin.status_code, twin.json()["code"]) == (409, "duplicate")
    assert twin.json()["facts"] == {"kind": "email", "member_id": ana["id"]}


def test_a_members_status_changes_with_a_reason(till):
    ann = till.enrol()["id"]
    refused = till.patch(f"/members/{ann}", {"status": "blocked"})
    assert (refused.status_code, refused.json()["code"]) == (422, "reason_needed")
    assert till.patch(f"/members/{ann}", {"reason": "why"}).status_code == 400
    assert till.patch(f"/members/{ann}", {"status": "blocked", "reason": "fraud"}).json()["status"] == "blocked"
    assert till.patch(f"/members/{ann}", {"status": "active"}).json()["status"] == "active"


def test_members_are_listed_newest_first_in_pages(till):
    ids = [till.enrol()["id"] for _ in range(5)]
    first = till.get("/members", params={"limit": 2}).json()
    second = till.get("/members", params={"limit": 2, "cursor": first["next"]}).json()
    assert [member["id"] for member in first["members"] + second["members"]] == ids[:0:-1]
    rest = second
    while rest["next"]:
        rest = till.get("/members", params={"limit": 100, "cursor": rest["next"]}).json()
    assert rest["members"]


def test_a_card_is_given_and_given_again(till):
    ann, bob = till.enrol()["id"], till.enrol()["id"]
    given = till.post("/cards", {"number": "new-card", "member": {"id": ann}})
    assert given.status_code == 201
    assert {**given.json(), "issued_at": ""} == {
        "number": "NEW-CARD",
        "status": "active",
        "member": {"id": ann},
        "type": "",
        "rank": "",
        "issued_at": "",
        "activated_at": None,
        "replaced_by": None,
    }
    assert till.post("/cards", {"number": "new-card", "member": {"id": ann}}).json() == given.json()
    taken = till.post("/cards", {"number": "new-card", "member": {"id": bob}})
    assert (taken.status_code, taken.json()["facts"]) == (409, {"kind": "card", "member_id": ann})
    assert till.post("/cards", {"number": "x", "member": {"id": "999999"}}).status_code == 404


def test_a_day_in_the_shop(till):
    ann = till.enrol()
    card = ann["cards"][0]["number"]
    lines = [
        {"sku": "1095275", "quantity": 2, "amount_minor": 20_000, "category": "PASTRY", "brand": "National"},
        {"sku": "5", "quantity": 0.525, "amount_minor": 10_099},
    ]
    basket = a_sale(30_099, member={"card": card}, lines=lines, currency="USD")

    quote = till.post("/quotes", basket)
    assert quote.status_code == 200
    earned = [
        {
            "unit": "points",
            "desired": 300,
            "awarded": 300,
            "rules": [{"rule": "base", "desired": 300, "awarded": 300, "caps": []}],
            "why": [
                "1 point for each full 1.00 USD; expires at the end of the month, 12 months after it was given.",
                "300.99 USD counted: 300 points.",
            ],
        }
    ]
    assert (quote.json()["earned"], quote.json()["member"]) == (earned, {"id": ann["id"]})
    assert "id" not in quote.json()

    sold = till.post("/sales", basket)
    assert sold.status_code == 201
    sale = sold.json()
    expiry = sale["balances"][0]["next_expiry"]
    assert sale == {
        "id": sale["id"],
        "replayed": False,
        "member": {"id": ann["id"]},
        "earned": earned,
        "spent": [],
        "cards": [],
        "levels": [],
        "rewards": [],
        "balances": [{**POINTS, "available": 300, "next_expiry": {"amount": 300, "at": expiry["at"]}}],
    }
    assert till.post("/sales", basket).json() == {**sale, "replayed": True}

    paid = till.sell(
        1234,
        member={"card": card},
        tenders=[{"type": "points", "points": 200}, {"type": "cash", "amount_minor": 1034}],
    )
    assert paid["spent"] == [{"unit": "points", "amount": 200, "value_minor": 200}]
    assert (paid["earned"][0]["awarded"], paid["balances"][0]["available"]) == (10, 110)

    back = till.post(
        f"/sales/{sale['id']}/refunds",
        {"external_id": "B-1", "occurred_at": moments_ago(seconds=0), "lines": [{"position": 2, "quantity": 0.525}]},
    )
    assert back.status_code == 201, back.text
    refund = back.json()
    assert (refund["amount_minor"], refund["money_minor"], refund["sale"]) == (10_099, 10_099, {"id": sale["id"]})
    assert (refund["clawed"][0]["amount"], refund["balances"][0]["available"]) == (100, 10)

    balances = till.get(f"/members/{ann['id']}/balances").json()
    assert balances["balances"][0]["available"] == 10
    assert (balances["balances"][0]["earned"], balances["balances"][0]["spent"]) == (310, 200)
    assert balances["next_expiries"] == [{"unit": "points", "amount": 10, "at": expiry["at"]}]

    receipt = till.get(f"/sales/{sale['id']}").json()
    assert [line["quantity"] for line in receipt["lines"]] == [2, 0.525]
    assert (receipt["refunded_minor"], receipt["refunds"][0]["external_id"]) == (10_099, "B-1")
    assert [(entry["kind"], entry["amount"]) for entry in receipt["entries"]] == [("earn", 300), ("clawback", -100)]

    entries = till.get(f"/members/{ann['id']}/entries").json()
    assert [(e["kind"], e["amount"]) for e in entries["entries"]] == [
        ("clawback", -100),
        ("earn", 10),
        ("redeem", -200),
        ("earn", 300),
    ]
    assert all(entry["why"] for entry in entries["entries"])
    one = entries["entries"][0]
    assert till.get(f"/members/{ann['id']}/entries/{one['id']}").json() == one


def test_entries_come_in_pages(till):
    ann = till.enrol()["id"]
    for amount in range(1, 6):
        till.post(f"/members/{ann}/adjustments", {"amount": amount, "reason": "test"})
    seen, cursor = [], None
    while True:
        page = till.get(f"/members/{ann}/entries", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [entry["amount"] for entry in page["entries"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [5, 4, 3, 2, 1]


def test_a_balance_is_adjusted_up_and_down(till):
    ann = till.enrol()["id"]
    up = till.post(f"/members/{ann}/adjustments", {"amount": 50, "reason": "complaint 7", "comment": "Sorry!"})
    assert (up.status_code, up.json()["balance"]["available"], up.json()["replayed"]) == (201, 50, False)
    down = till.post(f"/members/{ann}/adjustments", {"amount": -20, "reason": "too much"})
    assert down.json()["balance"]["available"] == 30
    entry = till.get(f"/members/{ann}/entries/{up.json()['entry_id']}").json()
    assert (entry["reason"], entry["comment"]) == ("complaint 7", "Sorry!")
    newest = till.get(f"/members/{ann}/entries").json()["entries"][0]
    assert newest["comment"] == "Manual adjustment"
    refused = till.post(f"/members/{ann}/adjustments", {"amount": -31, "reason": "x"})
    assert (refused.status_code, refused.json()["facts"]) == (422, {"available": 30, "wanted": 31})
    assert till.post(f"/members/{ann}/adjustments", {"amount": 0, "reason": "x"}).json()["code"] == "invalid_adjustment"
    assert till.post(f"/members/{ann}/adjustments", {"amount": 1, "reason": " "}).json()["code"] == "invalid_adjustment"
    assert (
        till.post(f"/members/{ann}/adjustments", {"amount": 1, "reason": "x", "unit": "x"}).json()["code"]
        == "unknown_unit"
    )
    assert till.post("/members/999999/adjustments", {"amount": 1, "reason": "x"}).json()["code"] == "member_not_found"


def test_a_receipt_without_a_member_is_claimed_later(till):
    ann, bob = till.enrol()["id"], till.enrol()["id"]
    sale = till.sell(2500)
    assert (sale["member"], sale["earned"], sale["balances"]) == (None, [], [])
    claimed = till.post(f"/sales/{sale['id']}/member", {"member": {"id": ann}})
    assert claimed.status_code == 201, claimed.text
    assert (claimed.json()["earned"][0]["awarded"], claimed.json()["balances"][0]["available"]) == (25, 25)
    again = till.post(f"/sales/{sale['id']}/member", {"member": {"id": ann}})
    assert (again.status_code, again.json()["replayed"], again.json()["balances"][0]["available"]) == (201, True, 25)
    taken = till.post(f"/sales/{sale['id']}/member", {"member": {"id": bob}})
    assert (taken.status_code, taken.json()["facts"]) == (409, {"member_id": ann})


def test_the_stores_are_listed_in_pages(till):
    first = till.get("/stores", params={"limit": 1}).json()
    assert first == {
        "stores": [{"code": "330", "name": "Store 330", "time_zone": "America/New_York", "tags": [], "is_open": True}],
        "next": "330",
    }
    second = till.get("/stores", params={"limit": 1, "cursor": "330"}).json()
    assert ([store["code"] for store in second["stores"]], second["next"]) == (["331"], None)


def test_a_sale_counts_when_the_answer_comes(till):
    ann = till.enrol()["id"]
    for expected in range(10, 60, 10):
        till.sell(1000, member={"id": ann})
        assert till.get(f"/members/{ann}/balances").json()["balances"][0]["available"] == expected


@pytest.mark.parametrize("size", [1, 150])
def test_an_offline_till_sends_what_it_kept(till, size):
    ann = till.enrol()["id"]
    sales = [a_sale(100, member={"id": ann}, occurred_at=moments_ago(hours=5)) for _ in range(size)]
    sales.insert(size // 2, a_sale(100, store="999"))
    sales.insert(0, {**a_sale(100), "colour": "red"})
    answer = till.post("/sales/batch", {"sales": sales})
    assert answer.status_code == 201
    answers = answer.json()["sales"]
    statuses = [each["status"] for each in answers]
    assert statuses == [400, *[201] * (size // 2), 404, *[201] * (size - size // 2)]
    assert answers[0]["error"]["code"] == "invalid_request"
    assert answers[1 + size // 2]["error"]["code"] == "store_not_found"
    good = [each["sale"] for each in answers if each["status"] == 201]
    assert [sale["balances"][0]["available"] for sale in good] == list(range(1, size + 1))
    again = till.post("/sales/batch", {"sales": sales}).json()["sales"]
    assert [each["sale"]["id"] for each in again if each["status"] == 201] == [sale["id"] for sale in good]
    assert all(each["sale"]["replayed"] for each in again if each["status"] == 201)


def test_the_same_receipt_twice_in_an_upload_is_one_sale(till):
    sale = a_sale(100)
    answers = till.post("/sales/batch", {"sales": [sale, sale, {**sale, "till": "9"}]}).json()["sales"]
    assert answers[0]["sale"]["id"] == answers[1]["sale"]["id"]
    assert (answers[1]["sale"]["replayed"], answers[2]["error"]["code"]) == (True, "receipt_reused")


def test_an_upload_has_limits_of_its_own(till):
    assert till.post("/sales/batch", {"sales": []}).status_code == 400
    assert till.post("/sales/batch", {"sales": [{}] * 1001}).status_code == 400
    assert till.post("/sales/batch", {"sales": "none"}).status_code == 400
    two_megabytes = {"sales": [a_sale(0, lines=None, till="3" * 32, external_id=a_receipt())], "x": "y" * 2_000_000}
    assert till.post("/sales/batch", two_megabytes).json()["code"] == "invalid_request"
    assert till.post("/sales/batch", b" " * (8 * 1_048_576 + 1)).status_code == 413

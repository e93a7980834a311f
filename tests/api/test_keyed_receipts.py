"""A shop without a till link keys receipts over the API; the member's code makes their points active."""

import re

import pytest
from django.core import mail

from tests.api.machine import a_receipt, moments_ago
from tests.letters import post_letters


def a_keyed_one(whose: dict, total_minor: int = 8_000, **given) -> dict:
    usual = {"number": a_receipt(), "store": "330", "occurred_at": moments_ago(), "total_minor": total_minor}
    return usual | {"member": {"id": whose["id"]}} | given


def key_in(till, member: dict, **given) -> dict:
    answer = till.post("/receipts", a_keyed_one(member, **given))
    assert answer.status_code == 201, answer.text
    return answer.json()


def points_of(till, member: dict) -> tuple[int, int]:
    [points] = [b for b in till.get(f"/members/{member['id']}/balances").json()["balances"] if b["unit"] == "points"]
    return points["available"], points["pending"]


def test_a_receipt_is_pending_until_the_member_reads_the_code_out(till):
    email = f"{a_receipt().lower()}@example.com"
    ana = till.enrol(email=email)
    keyed = key_in(till, ana)
    assert (keyed["state"], keyed["promised"]) == ("awaiting", [{"unit": "points", "amount": 80}])
    assert points_of(till, ana) == (0, 80)

    mail.outbox.clear()
    sent = till.post(f"/receipts/{keyed['id']}/codes", {})
    assert (sent.status_code, sent.json()["kind"]) == (201, "email")
    post_letters()
    [letter] = mail.outbox
    assert letter.to == [email]
    [code] = re.findall(r"^\d{6}", letter.subject)
    assert code not in sent.text

    wrong = "000000" if code != "000000" else "111111"
    refused = till.post(f"/receipts/{keyed['id']}/confirmations", {"code": wrong})
    assert (refused.status_code, refused.json()["code"], refused.json()["facts"]) == (422, "wrong_code", {"tries": 4})
    confirmed = till.post(f"/receipts/{keyed['id']}/confirmations", {"code": code})
    assert (confirmed.status_code, confirmed.json()["state"], confirmed.json()["way"]) == (201, "confirmed", "member")
    assert points_of(till, ana) == (80, 0)
    assert till.get(f"/sales/{confirmed.json()['sale']}").json()["total_minor"] == 8_000


def test_wrong_codes_are_counted_whatever_the_caller_does(till):
    ana = till.enrol(email=f"{a_receipt().lower()}@example.com")
    keyed = key_in(till, ana)
    mail.outbox.clear()
    till.post(f"/receipts/{keyed['id']}/codes", {})
    post_letters()
    code = mail.outbox[0].subject[:6]
    wrong = "000000" if code != "000000" else "111111"
    codes = [till.post(f"/receipts/{keyed['id']}/confirmations", {"code": wrong}).json()["code"] for _ in range(6)]
    assert codes == ["wrong_code"] * 5 + ["no_live_code"]
    assert till.post(f"/receipts/{keyed['id']}/confirmations", {"code": code}).json()["code"] == "no_live_code"
    assert points_of(till, ana) == (0, 80)


def test_a_rejected_receipt_promises_nothing(till):
    ana = till.enrol()
    keyed = key_in(till, ana)
    done = till.post(f"/receipts/{keyed['id']}/rejections", {"reason": "Not in the roll"})
    assert (done.status_code, done.json()["state"]) == (201, "rejected")
    assert points_of(till, ana) == (0, 0)
    again = till.post(f"/receipts/{keyed['id']}/rejections", {"reason": "Twice"})
    assert (again.status_code, again.json()["code"]) == (409, "not_awaiting")


def test_the_same_request_again_gets_the_same_answer_and_one_receipt(till):
    ana = till.enrol()
    body = a_keyed_one(ana)
    first, again = (till.post("/receipts", body, key=f"k-{body['number']}") for _ in range(2))
    assert first.json() == again.json()
    assert points_of(till, ana) == (0, 80)
    twice = till.post("/receipts", body)
    assert (twice.status_code, twice.json()["code"]) == (409, "receipt_claimed")


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"store": "999"}, 404, "store_not_found"),
        ({"member": {"card": "nobody"}}, 404, "member_not_found"),
        ({"occurred_at": moments_ago(days=31)}, 422, "sale_too_old"),
        ({"number": ""}, 400, "invalid_request"),
        ({"number": "R\x001"}, 400, "invalid_request"),
        ({"note": "\x00"}, 400, "invalid_request"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, 400, "invalid_request"),
        ({"total_minor": 2**63}, 400, "invalid_request"),
        ({"lines": [{"sku": "1", "quantity": 1, "amount_minor": 1}]}, 422, "lines_do_not_add_up"),
    ],
)
def test_what_cannot_count_is_refused(till, given, status, code):
    answer = till.post("/receipts", a_keyed_one(till.enrol(), **given))
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_key_of_one_store_neither_keys_nor_sees_receipts_of_another(shop, till):
    ana = till.enrol()
    bound = shop.machine(store="331")
    refused = bound.post("/receipts", a_keyed_one(ana))
    assert (refused.status_code, refused.json()["code"]) == (403, "wrong_store")
    keyed = key_in(till, ana)
    for method, path, body in (
        ("GET", "", None),
        ("POST", "/codes", {}),
        ("POST", "/confirmations", {"code": "123456"}),
        ("POST", "/rejections", {"reason": "x"}),
    ):
        answer = bound.send(method, f"/receipts/{keyed['id']}{path}", **({"json": body} if body is not None else {}))
        assert (answer.status_code, answer.json()["code"]) == (404, "receipt_not_found")
    assert till.get(f"/receipts/{keyed['id']}").json()["state"] == "awaiting"

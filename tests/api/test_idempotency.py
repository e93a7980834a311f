"""The same key gets the first answer again; another body is refused; and nothing happens twice."""

import asyncio
from datetime import timedelta

import pytest
from django.utils import timezone

from regulars.api import writes
from regulars.api.idempotency import Asked, answer_once
from regulars.api.replies import Reply
from regulars.audit.answers import delete_old_answers
from regulars.audit.models import Answer
from tests.api.machine import a_receipt, a_sale, count_rows, moments_ago


def bodies(till):
    """One request of each kind of write, good once and its effect visible."""
    ann = till.enrol()["id"]
    sale = till.sell(1000, member={"id": ann})["id"]
    anonymous = till.sell(1000)["id"]
    return {
        "sale": ("POST", "/sales", a_sale(500, member={"id": ann})),
        "refund": (
            "POST",
            f"/sales/{sale}/refunds",
            {"external_id": a_receipt(), "occurred_at": moments_ago(seconds=0), "amount_minor": 100},
        ),
        "batch": ("POST", "/sales/batch", {"sales": [a_sale(100), a_sale(100, store="999")]}),
        "claim": ("POST", f"/sales/{anonymous}/member", {"member": {"id": ann}}),
        "member": ("POST", "/members", {"first_name": "Bob", "external_id": a_receipt()}),
        "change": ("PATCH", f"/members/{ann}", {"last_name": "Jones"}),
        "card": ("POST", "/cards", {"number": a_receipt(), "member": {"id": ann}}),
        "adjustment": ("POST", f"/members/{ann}/adjustments", {"amount": 7, "reason": "test"}),
    }


KINDS = ("sale", "refund", "batch", "claim", "member", "change", "card", "adjustment")


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_body_gets_the_first_answer_again_byte_for_byte(kind, till):
    method, path, body = bodies(till)[kind]
    first = till.send(method, path, json=body, key=f"key {kind}")
    assert first.status_code in (200, 201), first.text
    assert "idempotent-replayed" not in first.headers
    before = count_rows()
    for _ in range(3):
        again = till.send(method, path, json=body, key=f"key {kind}")
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again.headers["idempotent-replayed"] == "true"
    assert count_rows() == before


@pytest.mark.parametrize("kind", KINDS)
def test_another_body_under_the_same_key_is_refused(kind, till):
    method, path, body = bodies(till)[kind]
    assert till.send(method, path, json=body, key=f"other {kind}").status_code in (200, 201)
    before = count_rows()
    changed = {**body, "reason": "other"} if "reason" in body else {**body, "external_id": a_receipt()}
    if kind in ("batch", "claim", "card"):
        changed = {**body, "x": 1}
        assert till.send(method, path, json=changed, key=f"other {kind}").status_code == 400
        changed = dict(reversed(body.items())) if len(body) > 1 else {**body, **_other(kind)}
    answer = till.send(method, path, json=changed, key=f"other {kind}")
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused"), answer.text
    assert count_rows() == before


def _other(kind):
    return {"sales": [a_sale(1)]} if kind == "batch" else {"member": {"card": "other"}}


def test_the_same_key_for_something_else_is_refused(till):
    sale = a_sale(500)
    assert till.post("/sales", sale, key="one key").status_code == 201
    answer = till.post("/quotes", sale, key="one key")
    assert answer.status_code == 200  # asking is no write: the key means nothing to it
    assert till.post("/members", {"first_name": "Bob"}, key="one key").json()["code"] == "key_reused"


def test_keys_belong_to_who_sends_them(shop):
    one, other = shop.machine(), shop.machine()
    assert one.post("/sales", a_sale(500), key="mine").status_code == 201
    assert "idempotent-replayed" not in other.post("/sales", a_sale(500), key="mine").headers


def test_a_refusal_is_not_kept_because_nothing_happened(till):
    sale = a_sale(500, member={"external_id": "comes-later"})
    assert till.post("/sales", sale, key="early").status_code == 404
    till.enrol(external_id="comes-later")
    late = till.post("/sales", sale, key="early")
    assert (late.status_code, late.json()["earned"][0]["awarded"]) == (201, 5)


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\t", "ü"])
def test_a_key_is_visible_ascii(key, till):
    answer = till.post("/sales", a_sale(500), headers={"idempotency-key": key.encode("latin-1")})
    assert (answer.status_code, answer.json()["facts"]["where"]) == (400, "Idempotency-Key")


def test_the_same_key_twice_in_one_flush_is_one_posting_and_two_equal_answers(shop):
    asked = Asked("key:1", "twice", b"same")
    other = Asked("key:1", "twice", b"other")
    worked = []

    def work(items):
        worked.extend(items)
        return [Reply(201, b'{"n":%d}' % item) for item in items]

    items = [(asked, 1), (None, 2), (asked, 3), (other, 4), (None, 5)]
    replies = answer_once(items, work, at=timezone.now())
    assert worked == [1, 2, 5]
    assert [reply.body for reply in (*replies[:3], replies[4])] == [b'{"n":1}', b'{"n":2}', b'{"n":1}', b'{"n":5}']
    assert replies[3].status == 422
    assert Answer.objects.filter(key="twice").count() == 1


def test_a_key_whose_first_request_still_runs_is_asked_to_come_again(till, shop):
    ann = till.enrol()["id"]
    place = (shop.schema, f"key:{till.token.split('_')[2].split('.')[0]}", "running")
    writes._running.add(place)
    try:
        answer = till.post(f"/members/{ann}/adjustments", {"amount": 1, "reason": "x"}, key="running")
    finally:
        writes._running.discard(place)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (409, "still_running", "1")
    assert till.post(f"/members/{ann}/adjustments", {"amount": 1, "reason": "x"}, key="running").status_code == 201


def test_fifty_at_once_are_one_sale(till):
    ann = till.enrol()["id"]
    sale = a_sale(1000, member={"id": ann})

    async def storm():
        return await asyncio.gather(*[asyncio.to_thread(till.post, "/sales", sale) for _ in range(50)])

    answers = asyncio.run(storm())
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum(not answer.json()["replayed"] for answer in answers) == 1
    assert till.get(f"/members/{ann}/balances").json()["balances"][0]["available"] == 10


def test_answers_are_kept_for_thirty_days_at_least(till):
    assert till.post("/sales", a_sale(500), key="old").status_code == 201
    assert delete_old_answers(at=timezone.now() + timedelta(days=30)) == 0

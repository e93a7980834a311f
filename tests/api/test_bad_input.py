"""Bad input gets a 4xx that says what is wrong, and leaves nothing behind."""

from typing import Any

import pytest

from tests.api.machine import a_sale, count_rows, moments_ago

LINE = {"sku": "100", "quantity": 1, "amount_minor": 1000}
LATER = {"minutes": -11}


def with_line(**given: Any) -> dict[str, Any]:
    return a_sale(lines=[{**LINE, **given}])


def raw(old: str, new: str) -> bytes:
    """A sale's body with one text replaced: what no JSON library would write."""
    import json

    body = json.dumps(a_sale(), separators=(",", ":"))
    assert old in body
    return body.replace(old, new, 1).encode("utf-8", "surrogateescape")


SALES = {
    # who, where, when
    "unknown card": (lambda s: a_sale(member={"card": "nobody"}), 404, "member_not_found"),
    "unknown member": (lambda s: a_sale(member={"id": "999999999"}), 404, "member_not_found"),
    "no such id": (lambda s: a_sale(member={"id": "12a"}), 404, "member_not_found"),
    "nobody named": (lambda s: a_sale(member={}), 400, "invalid_request"),
    "blocked member": (lambda s: a_sale(member={"id": s.blocked}), 422, "member_blocked"),
    "blocked card": (lambda s: a_sale(member={"card": s.blocked_card}), 422, "card_inactive"),
    "locked member spends": (
        lambda s: a_sale(member={"id": s.locked}, tenders=[{"type": "points", "points": 100}]),
        422,
        "member_locked",
    ),
    "unknown store": (lambda s: a_sale(store="999"), 404, "store_not_found"),
    "wrong currency": (lambda s: a_sale(currency="EUR"), 422, "wrong_currency"),
    "currency in small letters": (lambda s: a_sale(currency="usd"), 400, "invalid_request"),
    "future sale": (lambda s: a_sale(occurred_at=moments_ago(days=-1)), 422, "future_sale"),
    "sale too old": (lambda s: a_sale(occurred_at=moments_ago(days=31)), 422, "sale_too_old"),
    "year 1": (lambda s: a_sale(occurred_at="0001-01-01T00:00:00+14:00"), 400, "invalid_request"),
    "year 9999": (lambda s: a_sale(occurred_at="9999-12-31T23:59:59-14:00"), 400, "invalid_request"),
    "time without offset": (lambda s: a_sale(occurred_at="2026-11-21T10:15:00"), 400, "invalid_request"),
    "31 February": (lambda s: a_sale(occurred_at="2026-02-31T10:15:00Z"), 400, "invalid_request"),
    "time as a number": (lambda s: a_sale(occurred_at=1700000000), 400, "invalid_request"),
    # sums
    "lines do not add up": (lambda s: a_sale(total_minor=999, lines=[LINE]), 422, "lines_do_not_add_up"),
    "tenders above the total": (
        lambda s: a_sale(tenders=[{"type": "cash", "amount_minor": 1001}]),
        422,
        "tenders_exceed_total",
    ),
    "more points than held": (
        lambda s: a_sale(10**9, member={"id": s.active}, tenders=[{"type": "points", "points": 10**8}]),
        422,
        "insufficient_balance",
    ),
    "points of nobody": (lambda s: a_sale(tenders=[{"type": "points", "points": 100}]), 422, "member_needed"),
    "points as money": (lambda s: a_sale(tenders=[{"type": "points", "amount_minor": 100}]), 422, "invalid_tender"),
    # numbers
    "negative total": (lambda s: a_sale(-1, lines=None), 400, "invalid_request"),
    "negative line": (lambda s: with_line(amount_minor=-1), 400, "invalid_request"),
    "negative tender": (lambda s: a_sale(tenders=[{"type": "cash", "amount_minor": -5}]), 400, "invalid_request"),
    "huge total": (lambda s: a_sale(2**63, lines=None), 400, "invalid_request"),
    "enormous total": (lambda s: raw('"total_minor":1000', '"total_minor":' + "9" * 400), 400, "invalid_request"),
    "fractional amount": (lambda s: a_sale(10.5, lines=None), 400, "invalid_request"),
    "whole amount as a fraction": (lambda s: raw('"total_minor":1000', '"total_minor":1000.0'), 400, "invalid_request"),
    "amount as text": (lambda s: a_sale(total_minor="1000", lines=None), 400, "invalid_request"),
    "amount as truth": (lambda s: a_sale(total_minor=True, lines=None), 400, "invalid_request"),
    "amount is null": (lambda s: raw('"total_minor":1000', '"total_minor":null'), 400, "invalid_request"),
    "NaN": (lambda s: raw('"total_minor":1000', '"total_minor":NaN'), 400, "invalid_request"),
    "1e309": (lambda s: raw('"total_minor":1000', '"total_minor":1e309'), 400, "invalid_request"),
    "Arabic digits": (lambda s: raw('"total_minor":1000', '"total_minor":\u0661\u0660\u0660'), 400, "invalid_request"),
    "negative quantity": (lambda s: with_line(quantity=-1), 400, "invalid_request"),
    "four decimals": (lambda s: with_line(quantity=1.0001), 400, "invalid_request"),
    "huge quantity": (lambda s: with_line(quantity=1_000_001), 400, "invalid_request"),
    "quantity 1e309": (lambda s: raw('"quantity":1', '"quantity":1e309'), 400, "invalid_request"),
    "quantity 1e-999999999": (lambda s: raw('"quantity":1', '"quantity":1e-999999999'), 400, "invalid_request"),
    "quantity 1e9999999999999999999": (
        lambda s: raw('"quantity":1', f'"quantity":1e{"9" * 30}'),
        400,
        "invalid_request",
    ),
    "quantity as text": (lambda s: with_line(quantity="1"), 400, "invalid_request"),
    "quantity as truth": (lambda s: with_line(quantity=True), 400, "invalid_request"),
    # shape
    "unknown field": (lambda s: a_sale(colour="red"), 400, "invalid_request"),
    "unknown field in a line": (lambda s: with_line(colour="red"), 400, "invalid_request"),
    "missing field": (lambda s: a_sale(store=None), 400, "invalid_request"),
    "empty receipt number": (lambda s: a_sale(external_id=""), 400, "invalid_request"),
    "long receipt number": (lambda s: a_sale(external_id="x" * 65), 400, "invalid_request"),
    "1,001 lines": (lambda s: a_sale(0, lines=[{**LINE, "amount_minor": 0}] * 1001), 400, "invalid_request"),
    "a list": (lambda s: [a_sale()], 400, "invalid_request"),
    "null": (lambda s: b"null", 400, "invalid_request"),
    "nothing": (lambda s: b"", 400, "invalid_request"),
    "half a body": (lambda s: raw("}]}", "}"), 400, "invalid_request"),
    "two bodies": (lambda s: raw("}]}", "}]}{}"), 400, "invalid_request"),
    "byte order mark": (lambda s: b"\xef\xbb\xbf{}", 400, "invalid_request"),
    "broken UTF-8": (lambda s: raw('"till":"3"', '"till":"\udcff"'), 400, "invalid_request"),
    "broken UTF-8 in a name": (lambda s: raw('"till"', '"till\udcff"'), 400, "invalid_request"),
    "half a surrogate": (lambda s: raw('"till":"3"', r'"till":"\ud800"'), 400, "invalid_request"),
    "NUL": (lambda s: raw('"till":"3"', r'"till":"\u0000"'), 400, "invalid_request"),
    "NUL in a sku": (lambda s: raw('"sku":"100"', r'"sku":"\u0000"'), 400, "invalid_request"),
    "deep list": (lambda s: raw('"till":"3"', f'"till":{"[" * 50_000}'), 400, "invalid_request"),
    "deep quantity": (
        lambda s: raw('"quantity":1', f'"quantity":{"[" * 50_000}{"]" * 50_000}'),
        400,
        "invalid_request",
    ),
    "deep object": (lambda s: b'{"member":' * 50_000, 400, "invalid_request"),
    "over 1 MB": (lambda s: raw('"till":"3"', f'"till":"{"x" * 1_048_576}"'), 413, "body_too_large"),
}


@pytest.fixture(scope="module")
def people(shop):
    """Members in every state."""
    till = shop.machine()

    class People:
        active = till.enrol()["id"]
        blocked = till.enrol()["id"]
        locked = till.enrol()["id"]
        blocked_card = "BLOCKED-1"

    till.post("/cards", {"number": People.blocked_card, "member": {"id": People.active}})
    till.patch(f"/members/{People.blocked}", {"status": "blocked", "reason": "fraud"})
    till.patch(f"/members/{People.locked}", {"status": "locked", "reason": "asked to"})
    from django.utils import timezone

    from regulars.core.actor import SYSTEM
    from regulars.members.cards import block_card

    block_card(number=People.blocked_card, reason="lost", at=timezone.now(), by=SYSTEM)
    return People


@pytest.mark.parametrize("path", ["/sales", "/quotes"])
@pytest.mark.parametrize("case", SALES)
def test_a_bad_sale_is_refused_and_leaves_nothing(case, path, people, till):
    make, status, code = SALES[case]
    till.get("/stores")  # the key's last use is written now
    before = count_rows()
    answer = till.post(path, make(people))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert set(answer.json()) == {"code", "message", "facts"}
    assert answer.json()["message"]
    assert count_rows() == before


def test_exactly_three_decimals_arrive_exactly(till):
    from regulars.sales.models import Line

    for text, milli in (
        ("0.1", 100),
        ("0.525", 525),
        ("999999.999", 999_999_999),
        ("1e2", 100_000),
        ("0", 0),
        ("-0", 0),
    ):
        answer = till.post("/sales", raw('"quantity":1', f'"quantity":{text}'))
        assert answer.status_code == 201, answer.text
        assert Line.objects.get(sale_id=answer.json()["id"]).quantity_milli == milli


def test_text_that_only_looks_like_an_escaped_nul_is_text(till):
    assert till.post("/sales", raw('"till":"3"', r'"till":"a\\u0000"')).status_code == 201


REFUNDS = {
    "above what is left": ({"amount_minor": 1001}, 422, "refund_exceeds_sale"),
    "more of a line": ({"lines": [{"position": 1, "amount_minor": 1001}]}, 422, "refund_exceeds_sale"),
    "no such line": ({"lines": [{"position": 2}]}, 422, "line_not_found"),
    "line 0": ({"lines": [{"position": 0}]}, 400, "invalid_request"),
    "negative": ({"amount_minor": -1}, 400, "invalid_request"),
    "before the sale": ({"occurred_at": moments_ago(days=2)}, 422, "refund_before_sale"),
    "in the future": ({"occurred_at": moments_ago(days=-1)}, 422, "future_sale"),
    "unknown field": ({"points": 1}, 400, "invalid_request"),
    "no external id": ({"external_id": ""}, 400, "invalid_request"),
}


@pytest.mark.parametrize("case", REFUNDS)
def test_a_bad_refund_is_refused_and_leaves_nothing(case, till):
    given, status, code = REFUNDS[case]
    sale = till.sell(1000)
    before = count_rows()
    body = {"external_id": "B-1", "occurred_at": moments_ago(seconds=-1), **given}
    answer = till.post(f"/sales/{sale['id']}/refunds", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert count_rows() == before


MEMBERS = {
    "nobody in particular": ({}, 422, "nobody_in_particular"),
    "bad phone": ({"phone": "12"}, 422, "invalid_phone"),
    "bad e-mail": ({"email": "nobody"}, 422, "invalid_email"),
    "bad card": ({"cards": ["9 0!"]}, 422, "invalid_card"),
    "born tomorrow": ({"first_name": "Ann", "birth_on": "2999-01-01"}, 422, "invalid_birth_date"),
    "born on no day": ({"first_name": "Ann", "birth_on": "2026-02-31"}, 400, "invalid_request"),
    "a bell in the name": ({"first_name": "A\u0007"}, 422, "invalid_name"),
    "a long name": ({"first_name": "A" * 65}, 400, "invalid_request"),
    "a name of NUL": ({"first_name": "\u0000"}, 400, "invalid_request"),
    "unknown field": ({"first_name": "Ann", "points": 5}, 400, "invalid_request"),
}


@pytest.mark.parametrize("case", MEMBERS)
def test_a_bad_member_is_refused_and_leaves_nothing(case, till):
    given, status, code = MEMBERS[case]
    till.get("/stores")
    before = count_rows()
    answer = till.post("/members", given)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert count_rows() == before


ADDRESSES = {
    "/members/lookup": (400, "invalid_request"),
    "/members/lookup?card=": (400, "invalid_request"),
    "/members/lookup?card=%00": (400, "invalid_request"),
    "/members/lookup?card=%ff%fe": (404, "member_not_found"),
    "/members/lookup?email=%00%00": (400, "invalid_request"),
    "/members/lookup?external_id=%00": (400, "invalid_request"),
    "/members/lookup?phone=%F0%9F%98%80": (404, "member_not_found"),
    "/members/lookup?external_id=" + "x" * 65: (400, "invalid_request"),
    "/members?search=a": (400, "invalid_request"),
    "/members?limit=0": (400, "invalid_request"),
    "/members?limit=1e3": (400, "invalid_request"),
    "/members?limit=99999999999999999999": (400, "invalid_request"),
    "/members?cursor=abc": (404, "not_found"),
    "/members/0": (404, "member_not_found"),
    "/members/-1": (404, "member_not_found"),
    "/members/9223372036854775807": (404, "member_not_found"),
    "/members/9223372036854775808": (404, "member_not_found"),
    "/members/%00": (400, "invalid_request"),
    "/members/%FF": (404, "member_not_found"),
    "/members/1%2F2": (404, "not_found"),
    "/members/999999/balances": (404, "member_not_found"),
    "/members/999999/entries": (404, "member_not_found"),
    "/sales/999999": (404, "sale_not_found"),
    "/sales/x": (404, "sale_not_found"),
    "/nothing": (404, "not_found"),
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_bad_address_is_answered_in_one_shape(address, till):
    answer = till.get(address)
    assert (answer.status_code, answer.json()["code"]) == ADDRESSES[address], answer.text
    assert set(answer.json()) == {"code", "message", "facts"}


@pytest.mark.parametrize("search", ["%00%00", "%FF%FE", "%25%25", "'' or 1", "a&b|!(c)", "\\:*", "x" * 128])
def test_any_search_is_only_text(search, till):
    assert till.get(f"/members?search={search}").status_code in (200, 400)


def test_a_method_that_an_address_does_not_take(till):
    answer = till.send("DELETE", "/sales")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "POST" in answer.headers["allow"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/receipts?store=%00"),
        ("GET", "/members?search=ab%00"),
        ("GET", "/members/1/claimable?store=a%00b"),
        ("GET", "/members/lookup?email=%00"),
        ("GET", "/cards/%00"),
        ("DELETE", "/members/1/tags/a%00"),
        ("DELETE", "/holds/a%00"),
    ],
)
def test_no_address_has_a_nul(till, method, path):
    answer = till.send(method, path)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")

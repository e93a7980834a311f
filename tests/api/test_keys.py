"""Who may do what: scopes, stores, merchants; and a wrong key is told nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from regulars.core.actor import SYSTEM
from regulars.staff.key_check import UnknownKey, renew_key
from regulars.staff.keys import revoke_key
from regulars.staff.models import ApiKey
from tests.api.machine import Machine, a_receipt, a_sale, count_rows, moments_ago

WRONG = {
    "nothing": "",
    "nonsense": "nonsense",
    "another secret": "rk_{merchant}_{id}." + "A" * 43,
    "another id": "rk_{merchant}_999999.{secret}",
    "another merchant": "rk_nobody_{id}.{secret}",
    "a short secret": "rk_{merchant}_{id}.{secret:.42}",
    "a huge id": "rk_{merchant}_99999999999999999999.{secret}",
    "upper case": "RK_{merchant}_{id}.{secret}",
    "not ASCII": "rk_{merchant}_{id}.é{secret:.42}",
}


def parts(machine: Machine) -> dict[str, str]:
    _, merchant, rest = machine.token.split("_", 2)
    number, secret = rest.split(".", 1)
    return {"merchant": merchant, "id": number, "secret": secret}


def ask(machine: Machine, token: str):
    return machine.client.get("/api/v1/stores", headers={"authorization": f"Bearer {token}".encode("latin-1")})


@pytest.mark.parametrize("case", WRONG)
def test_every_wrong_key_is_answered_alike(case, till):
    answer = ask(till, WRONG[case].format(**parts(till)))
    assert answer.status_code == 401
    assert answer.json() == ask(till, "rk_x_1.y").json()
    assert answer.headers["www-authenticate"] == "Bearer"


def test_expired_and_revoked_keys_are_wrong_keys(shop, till):
    expired = shop.machine(expires_at=timezone.now() + timedelta(hours=1))
    revoked = shop.machine()
    assert (expired.get("/stores").status_code, revoked.get("/stores").status_code) == (200, 200)
    ApiKey.objects.filter(pk=int(parts(expired)["id"])).update(expires_at=timezone.now() - timedelta(seconds=1))
    revoke_key(key_id=int(parts(revoked)["id"]), at=timezone.now(), by=SYSTEM)
    for machine in (expired, revoked):
        with pytest.raises(UnknownKey):
            renew_key(machine.token, at=timezone.now())  # what was remembered of it is forgotten
        assert machine.get("/stores").json() == ask(till, "rk_x_1.y").json()


def test_no_key_at_all(till):
    assert till.client.get("/api/v1/stores").status_code == 401
    assert till.client.get("/api/v1/stores", headers={"authorization": "Basic abc"}).status_code == 401
    assert till.client.get(f"/api/v1/stores?key={till.token}").status_code == 401


def requests_by_scope(till):
    ann = till.enrol()["id"]
    sale = till.sell(1000)["id"]
    now = moments_ago(seconds=0)
    review = {"event": "review", "external_id": a_receipt(), "member": {"id": ann}, "occurred_at": now}
    return [
        ("members:read", "GET", f"/members/{ann}", None),
        ("members:read", "GET", "/members?search=ann", None),
        ("members:read", "GET", "/members/lookup?card=1", None),
        ("members:read", "GET", f"/members/{ann}/balances", None),
        ("members:read", "GET", f"/members/{ann}/entries", None),
        ("members:read", "GET", f"/members/{ann}/entries/1", None),
        ("members:write", "POST", "/members", {"first_name": "Bob"}),
        ("members:write", "PATCH", f"/members/{ann}", {"first_name": "Bob"}),
        ("members:write", "POST", "/cards", {"number": a_receipt(), "member": {"id": ann}}),
        ("points:adjust", "POST", f"/members/{ann}/adjustments", {"amount": 1, "reason": "x"}),
        ("members:read", "GET", f"/members/{ann}/lots", None),
        ("points:adjust", "POST", f"/members/{ann}/early-releases", {"lots": ["1"], "reason": "x"}),
        ("points:adjust", "POST", f"/members/{ann}/extensions", {"lots": ["1"], "until": "2999-01-01", "reason": "x"}),
        (
            "points:adjust",
            "POST",
            f"/members/{ann}/reinstatements",
            {"lots": ["1"], "until": "2999-01-01", "reason": "x"},
        ),
        ("sales:read", "GET", f"/sales/{sale}", None),
        ("sales:write", "POST", "/sales", a_sale()),
        ("sales:write", "POST", "/sales/batch", {"sales": [a_sale()]}),
        ("sales:write", "POST", "/quotes", a_sale()),
        ("sales:write", "POST", f"/sales/{sale}/refunds", {"external_id": "x", "occurred_at": moments_ago(seconds=0)}),
        ("sales:write", "POST", f"/sales/{sale}/refunds/preview", {"external_id": "y", "occurred_at": now}),
        ("points:adjust", "POST", "/refunds/999999/reversal", {"reason": "x"}),
        ("sales:write", "POST", f"/sales/{sale}/member", {"member": {"id": ann}}),
        ("sales:write", "POST", "/holds", {"member": {"id": ann}, "key": "basket", "amount": 1}),
        ("sales:write", "DELETE", "/holds/basket", None),
        ("members:read", "GET", f"/members/{ann}/claimable", None),
        ("sales:write", "POST", f"/members/{ann}/claims", {"reward": "cup"}),
        ("members:read", "GET", f"/members/{ann}/rewards", None),
        ("members:read", "GET", "/rewards/1", None),
        ("members:read", "GET", "/rewards?fulfilment=ordered", None),
        ("sales:write", "POST", "/rewards/uses", {"code": "ABCDEFGHJKLM"}),
        ("sales:write", "DELETE", "/rewards/1/use", None),
        ("points:adjust", "POST", f"/members/{ann}/gifts", {"reward": "cup", "reason": "x"}),
        ("points:adjust", "POST", "/rewards/1/removal", {"give_back": True, "reason": "x"}),
        ("sales:write", "POST", "/rewards/1/fulfilment", {"to": "sent"}),
        ("members:read", "GET", f"/members/{ann}/stamp-cards", None),
        ("points:adjust", "POST", f"/members/{ann}/stamps", {"card": "coffee", "stamps": 1, "reason": "x"}),
        ("points:adjust", "POST", "/stamp-codes", {"card": "coffee", "count": 1, "batch": "b"}),
        ("sales:write", "POST", "/stamp-codes/uses", {"member": {"id": ann}, "code": "ABCDEFGHJKLM"}),
        ("points:adjust", "POST", "/posters", {"store": "330", "card": "coffee"}),
        ("points:adjust", "DELETE", "/posters/1", None),
        ("sales:write", "POST", "/posters/scans", {"member": {"id": ann}, "text": "x"}),
        ("sales:write", "POST", "/events", review),
        ("sales:write", "POST", "/events/batch", {"events": [review]}),
        ("members:read", "GET", f"/members/{ann}/tiers", None),
        ("members:read", "GET", f"/members/{ann}/tier-changes", None),
        ("points:adjust", "POST", f"/members/{ann}/tier-changes", {"tier_set": "s", "level": "gold", "note": "x"}),
        ("points:adjust", "POST", f"/members/{ann}/tier-releases", {"tier_set": "s", "note": "x"}),
        ("points:adjust", "POST", "/tier-changes/1/undo", {"note": "x"}),
        ("stores:read", "GET", "/stores", None),
        ("messages:send", "POST", f"/members/{ann}/messages", {"template": "hello", "channel": "email"}),
        ("members:read", "GET", f"/members/{ann}/messages", None),
        *of_people(ann),
        *of_cards(ann),
        *of_receipts(ann),
    ]


def of_people(ann):
    return [
        ("members:write", "POST", f"/members/{ann}/membership", {}),
        ("members:write", "DELETE", f"/members/{ann}/membership?reason=x", None),
        ("members:read", "GET", "/attributes", None),
        ("members:read", "GET", "/duplicates", None),
        ("points:adjust", "POST", f"/members/{ann}/merges", {"source": "1", "reason": "x"}),
        ("points:adjust", "POST", "/merges/1/undo", {"reason": "x"}),
        ("members:read", "GET", "/tags", None),
        ("members:read", "GET", "/segments", None),
        ("members:write", "POST", "/segments", {"name": a_receipt(), "condition": {"is": "card"}}),
        ("members:read", "GET", f"/members/{ann}/groups", None),
        ("members:write", "POST", f"/members/{ann}/tags", {"tags": ["x"]}),
        ("members:write", "DELETE", f"/members/{ann}/tags/x", None),
        ("members:write", "POST", "/imports", {"kind": "members", "content": "eA=="}),
        ("members:read", "GET", "/imports", None),
        ("members:read", "GET", "/imports/fields?kind=members", None),
        ("members:read", "GET", "/imports/1", None),
        ("members:read", "GET", "/imports/1/errors", None),
        ("members:write", "POST", "/imports/1/start", {}),
        ("members:write", "POST", "/imports/1/stop", {}),
        ("members:write", "POST", "/imports/1/resume", {}),
        ("members:write", "POST", "/imports/1/undo", {}),
        ("members:read", "GET", "/purposes", None),
        ("members:read", "GET", f"/members/{ann}/consents", None),
        ("members:write", "POST", f"/members/{ann}/consents", {"purpose": "news", "given": True}),
        ("members:read", "GET", f"/members/{ann}/export", None),
        ("members:write", "POST", f"/members/{ann}/erasures", {}),
        ("members:write", "DELETE", "/erasures/1", None),
    ]


def of_cards(ann):
    return [
        ("members:read", "GET", "/cards/9001", None),
        ("members:write", "POST", "/cards/activations", {"number": "9001", "member": {"id": ann}}),
        ("members:write", "POST", "/cards/9001/block", {"reason": "x"}),
        ("members:write", "DELETE", "/cards/9001/block", None),
        ("members:write", "POST", "/cards/9001/replacement", {"number": "9002", "reason": "x"}),
        ("members:write", "POST", "/cards/9001/rank", {"rank": "gold", "reason": "x"}),
    ]


def of_receipts(ann):
    keyed = {"number": a_receipt(), "store": "330", "occurred_at": moments_ago(seconds=0), "total_minor": 100}
    return [
        ("sales:write", "POST", "/receipts", keyed | {"member": {"id": ann}}),
        ("sales:read", "GET", "/receipts", None),
        ("sales:read", "GET", "/receipts/1", None),
        ("sales:write", "POST", "/disputes", {"member": {"id": ann}, "complaint": "other", "said": "x"}),
        ("sales:read", "GET", "/disputes", None),
        ("sales:read", "GET", "/disputes/1", None),
        ("sales:write", "POST", "/receipts/1/codes", {}),
        ("sales:write", "POST", "/receipts/1/confirmations", {"code": "123456"}),
        ("sales:write", "POST", "/receipts/1/rejections", {"reason": "x"}),
    ]


def test_each_request_needs_its_scope_and_no_other(shop, till):
    scopes = {"members:read", "members:write", "sales:read", "sales:write", "points:adjust", "stores:read"}
    for scope, method, path, body in requests_by_scope(till):
        without = shop.machine(*(scopes - {scope}))
        before = count_rows()
        answer = without.send(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing"), path
        assert answer.json()["facts"] == {"needed": scope, "held": sorted(scopes - {scope})}
        assert count_rows() == before
        assert shop.machine(scope).send(method, path, json=body).status_code in (200, 201, 404, 409, 422), path


def test_every_route_is_in_that_list(till):
    from regulars.api.app import litestar

    listed = {(method, path.partition("?")[0]) for _, method, path, _ in requests_by_scope(till)}
    paths = litestar.openapi_schema.to_schema()["paths"]
    routes = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert len(routes) == len(listed)


def test_a_key_of_a_store_sells_there_only(shop, till):
    bound = shop.machine(store="331")
    here, there = till.sell(1000, store="331")["id"], till.sell(1000, store="330")["id"]
    ann = till.enrol()["id"]

    def refund(sale):
        return f"/sales/{sale}/refunds", {
            "external_id": a_receipt(),
            "occurred_at": moments_ago(seconds=0),
            "amount_minor": 1,
        }

    refused = [
        bound.post("/sales", a_sale(store="330")),
        bound.post("/quotes", a_sale(store="330")),
        bound.post(*refund(there)),
        bound.post(f"/sales/{there}/member", {"member": {"id": ann}}),
    ]
    for answer in refused:
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_store")
        assert answer.json()["facts"] == {"allowed": "331"}
    (upload,) = bound.post("/sales/batch", {"sales": [a_sale(store="330")]}).json()["sales"]
    assert (upload["status"], upload["error"]["code"]) == (403, "wrong_store")
    assert bound.get(f"/sales/{there}").status_code == 404
    assert bound.get(f"/sales/{here}").status_code == 200
    assert bound.post("/sales", a_sale(store="331")).status_code == 201
    assert bound.post("/quotes", a_sale(store="331")).status_code == 200
    assert bound.post(*refund(here)).status_code == 201
    assert bound.post(f"/sales/{here}/member", {"member": {"id": ann}}).status_code == 201


def test_another_merchants_ids_lead_nowhere(shop, other_shop):
    """Every address with every kind of id: what one merchant has, the other one's key does not find."""
    from django.db import connection

    ours = shop.machine()
    for _ in range(3):
        ours.enrol()  # so that ids differ between the two
    ann = ours.enrol(external_id="ours", email="ours@example.org", phone="+12125550188")
    sale = ours.sell(1000, member={"id": ann["id"]})["id"]
    entry = ours.get(f"/members/{ann['id']}/entries").json()["entries"][0]["id"]
    card = ann["cards"][0]["number"]

    connection.set_schema(other_shop.schema)
    theirs = other_shop.machine()
    before = count_rows()
    asked = [
        theirs.get(f"/members/{ann['id']}"),
        theirs.get(f"/members/{ann['id']}/balances"),
        theirs.get(f"/members/{ann['id']}/entries"),
        theirs.get(f"/members/{ann['id']}/entries/{entry}"),
        theirs.patch(f"/members/{ann['id']}", {"first_name": "Eve"}),
        theirs.post(f"/members/{ann['id']}/adjustments", {"amount": 5, "reason": "x"}),
        theirs.get(f"/members/{ann['id']}/lots"),
        theirs.post(f"/members/{ann['id']}/early-releases", {"lots": [entry], "reason": "x"}),
        theirs.post(f"/members/{ann['id']}/extensions", {"lots": [entry], "until": "2999-01-01", "reason": "x"}),
        theirs.post(f"/members/{ann['id']}/reinstatements", {"lots": [entry], "until": "2999-01-01", "reason": "x"}),
        theirs.get(f"/members/lookup?card={card}"),
        theirs.get("/members/lookup?external_id=ours"),
        theirs.get("/members/lookup?email=ours@example.org"),
        theirs.get("/members/lookup?phone=%2B12125550188"),
        theirs.post("/cards", {"number": "EVE", "member": {"id": ann["id"]}}),
        theirs.get(f"/sales/{sale}"),
        theirs.post(f"/sales/{sale}/refunds", {"external_id": "x", "occurred_at": moments_ago(seconds=0)}),
        theirs.post(f"/sales/{sale}/member", {"member": {"card": "x"}}),
        theirs.post("/sales", a_sale(member={"id": ann["id"]})),
        theirs.post("/sales", a_sale(member={"card": card})),
        theirs.post("/quotes", a_sale(member={"external_id": "ours"})),
        theirs.post("/quotes", a_sale(member={"email": "ours@example.org"})),
    ]
    assert [answer.status_code for answer in asked] == [404] * len(asked)
    assert theirs.get("/members?search=ours").json()["members"] == []
    assert count_rows() == before
    connection.set_schema(shop.schema)


def test_no_secret_reaches_the_log(till, caplog):
    caplog.set_level("DEBUG")
    till.get("/stores")
    till.post("/sales", a_sale(member={"email": "nobody@example.org"}))
    ask(till, "rk_x_1." + "B" * 43)
    assert parts(till)["secret"] not in caplog.text
    assert "B" * 43 not in caplog.text
    assert "nobody@example.org" not in caplog.text

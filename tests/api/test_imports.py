"""Files over the API: looked at or brought in for real, followed, stopped, gone on with, and taken back."""

from base64 import b64encode
from datetime import timedelta

import pytest
from django.utils import timezone
from django_tenants.utils import schema_context

from regulars.api.routes import imports as route
from regulars.core.actor import SYSTEM
from regulars.imports.ask import go_for_real
from regulars.imports.run import run_import
from regulars.staff.approval_rules import put_rule
from regulars.staff.models import ApprovalRule
from tests.api.machine import NUMBERS, Machine


@pytest.fixture(autouse=True)
def deferred(monkeypatch) -> list[int]:
    asked: list[int] = []

    def defer(run: int, *, schema: str) -> None:
        asked.append(run)

    monkeypatch.setattr(route, "defer_import", defer)
    return asked


def tenant(till: Machine):
    """The schema of the merchant whose key the machine has."""
    return schema_context(f"m_{till.token.split('_')[1]}")


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


def people(count: int) -> tuple[str, str]:
    mark = f"I{next(NUMBERS)}"
    return mark, encoded("Customer,Given name,Tel\n" + "".join(f"{mark}-{n},Ann,\n" for n in range(count)))


def a_file(till: Machine, content: str, **given) -> dict:
    answer = till.post("/imports", {"kind": "members", "content": content} | given)
    assert answer.status_code == 201, answer.text
    return answer.json()


def work(till: Machine, number: str) -> dict:
    """What the worker does."""
    with tenant(till):
        while True:
            for _ in run_import(int(number), now=timezone.now):
                pass
            if not go_for_real(int(number), at=timezone.now()):
                break
    return till.get(f"/imports/{number}").json()


COLUMNS = {"Customer": "external_id", "Given name": "first_name", "Tel": "phone"}


def test_a_file_is_looked_at_brought_in_and_taken_back(till, deferred):
    mark, content = people(3)
    made = a_file(till, content, columns=COLUMNS, name="crm.csv")
    assert (made["step"], made["state"], deferred) == ("check", "waiting", [int(made["id"])])
    assert made["columns"] == [{"heading": heading, "field": field} for heading, field in COLUMNS.items()]
    path = f"/imports/{made['id']}"
    looked = work(till, made["id"])
    assert (looked["state"], looked["lines"], looked["done"], looked["counts"]) == ("done", 3, 3, {"created": 3})
    assert till.get(f"/members/lookup?external_id={mark}-0").status_code == 404

    assert till.post(f"{path}/start", {}).json()["step"] == "write"
    assert work(till, made["id"])["counts"] == {"created": 3}
    assert till.get(f"/members/lookup?external_id={mark}-0").status_code == 200

    assert till.post(f"{path}/undo", {}).json()["step"] == "undo"
    assert work(till, made["id"])["counts"] == {"created": 3, "undone": 3}
    assert till.get(f"/members/lookup?external_id={mark}-0").status_code == 404
    assert made["id"] in [each["id"] for each in till.get("/imports").json()["imports"]]


def test_for_real_it_comes_in_as_soon_as_it_was_looked_at(till):
    mark, content = people(2)
    made = a_file(till, content, columns=COLUMNS, dry_run=False)
    done = work(till, made["id"])
    assert (done["step"], done["state"], done["counts"]) == ("write", "done", {"created": 2})
    assert till.get(f"/members/lookup?external_id={mark}-1").status_code == 200


def test_the_same_key_takes_a_file_in_once(till, deferred):
    _, content = people(1)
    body = {"kind": "members", "content": content, "columns": COLUMNS}
    first = till.post("/imports", body, key=f"K-{content[:40]}")
    again = till.post("/imports", body, key=f"K-{content[:40]}")
    assert (again.json()["id"], again.headers["idempotent-replayed"], len(deferred)) == (first.json()["id"], "true", 1)
    work(till, first.json()["id"])


def test_lines_that_fail_are_told_in_pages_with_every_fault(till, monkeypatch):
    monkeypatch.setattr(route, "MOST", 2)
    made = a_file(till, encoded("External id,Phone,Birthday\nX-1,12,1990-02-31\nX-2,12,\nX-3,12,\n"))
    work(till, made["id"])
    page = till.get(f"/imports/{made['id']}/errors").json()
    assert [each["line"] for each in page["errors"]] == [2, 3]
    assert [(fault["field"], fault["code"]) for fault in page["errors"][0]["faults"]] == [
        ("phone", "invalid_phone"),
        ("birth_on", "invalid_day"),
    ]
    last = till.get(f"/imports/{made['id']}/errors?cursor={page['next']}").json()
    assert ([each["line"] for each in last["errors"]], last["next"]) == ([4], None)


def test_stopped_it_goes_on(till):
    _, content = people(2)
    made = a_file(till, content, columns=COLUMNS)
    path = f"/imports/{made['id']}"
    assert till.post("/imports", {"kind": "members", "content": content}).json()["code"] == "import_running"
    assert till.post(f"{path}/stop", {}).json()["state"] == "stopped"
    assert till.post(f"{path}/start", {}).json()["code"] == "import_not_ready"
    assert till.post(f"{path}/resume", {}).json()["state"] == "waiting"
    assert work(till, made["id"])["counts"] == {"created": 2}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"content": "not base64!"}, 400, "invalid_request"),
        ({"content": encoded("External id\nX\n"), "columns": {"Nothing": "phone"}}, 400, "invalid_request"),
        ({"content": encoded("External id\nX\n"), "columns": {"External id": "nothing"}}, 422, "invalid_columns"),
        ({"content": encoded("Colour\nred\n")}, 422, "column_needed"),
        ({"content": encoded("a,a\n1,2\n")}, 422, "invalid_headings"),
        ({"content": b64encode(b"\x1f\x8b\x08rest").decode()}, 422, "not_a_table"),
        ({"content": encoded("External id\nX\n"), "mode": "all"}, 400, "invalid_request"),
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_kept(till, body, status, code):
    before = till.get("/imports").json()
    answer = till.post("/imports", {"kind": "members"} | body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert till.get("/imports").json() == before


def test_columns_can_be_asked_for(till):
    fields = till.get("/imports/fields?kind=balances").json()["fields"]
    assert [each["field"] for each in fields][:6] == ["external_id", "card", "phone", "email", "unit", "amount"]
    assert till.get("/imports/fields?kind=nothing").status_code == 400


def test_balances_need_the_scope_and_leave_where_the_shop_asks(shop, till):
    ann = till.enrol(external_id=f"B-{next(NUMBERS)}")
    content = encoded(f"External id,Points\n{ann['external_id']},40\n")
    weak = shop.machine("members:read", "members:write")
    answer = weak.post("/imports", {"kind": "balances", "content": content})
    assert (answer.status_code, answer.json()["facts"]["needed"]) == (403, "points:adjust")

    at = timezone.now() - timedelta(minutes=1)
    with tenant(till):
        put_rule(action="mass_adjust", role="key", from_amount=1, need="pin", at=at, by=SYSTEM)
    try:
        for_real = till.post("/imports", {"kind": "balances", "content": content, "dry_run": False})
        assert for_real.json()["code"] == "approval_needed"
        made = a_file(till, content, kind="balances")
        assert work(till, made["id"])["sums"] == {"points": 40}
        assert till.post(f"/imports/{made['id']}/start", {}).json()["code"] == "approval_needed"
    finally:
        with tenant(till):
            ApprovalRule.objects.all().delete()
    assert till.post(f"/imports/{made['id']}/start", {}).status_code == 201
    assert work(till, made["id"])["counts"] == {"created": 1}


def test_a_key_of_one_store_brings_nothing_in(shop):
    bound = shop.machine(store="330")
    answer = bound.post("/imports", {"kind": "members", "content": people(1)[1]})
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_store")

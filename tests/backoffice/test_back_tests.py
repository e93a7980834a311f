"""The back-test page: started by hand, run by a job, read, stopped, taken home."""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

import msgspec
import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from regulars.core.actor import SYSTEM
from regulars.platform.merchants import create_merchant, drop_merchant
from regulars.programs.versions import discard_draft, save_draft
from regulars.reports.backtest.runs import run_backtest
from regulars.reports.models import BacktestRun
from regulars.reports.roll_up import roll_up_everything
from regulars.staff.models import Role
from tests.backoffice.conftest import NOW, YESTERDAY, sign_in
from tests.shop import ONE_PER_DOLLAR, a_member, a_program, a_sale, a_shop, sell


class Done(NamedTuple):
    """Who looks at which back-test, and the member it is about."""

    client: Client
    path: str
    member: int


TWO_POINTS = a_program(msgspec.structs.replace(ONE_PER_DOLLAR, points=2))


def a_draft() -> int:
    """A draft that gives two points instead of one, a member with a sale of 40.00, and figures by day."""
    member = a_member(at=YESTERDAY - timedelta(days=1), first_name="Ida", last_name="Holm")
    sell(a_sale(4000, member=member, at=YESTERDAY), at=YESTERDAY)
    save_draft(TWO_POINTS, at=NOW, by=SYSTEM)
    roll_up_everything(at=NOW)
    return member


@pytest.fixture
def draft(shop) -> int:
    return a_draft()


@pytest.fixture
def done(django_db_setup, django_db_blocker) -> Iterator[Done]:
    """A back-test that ran. What is replayed must be committed: other processes read it."""
    code = f"tried{os.getpid()}"
    host = f"{code}.localhost"
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        merchant = create_merchant(code=code, name="Tried Shop", at=NOW, hosts=(host,))
        connection.set_tenant(merchant)
        a_shop()
        member, client = a_draft(), sign_in(Role.MANAGER)
        client.defaults["HTTP_HOST"] = host
        path = client.post("/back-tests/", asked())["Location"]
        assert "Waiting for the worker" in client.get(path).content.decode()
        assert "HX-Refresh" not in client.get(path, headers={"HX-Request": "true"})
        run_backtest(BacktestRun.objects.get().pk, now=timezone.now)
        yield Done(client, path, member)
        connections.close_all()
        drop_merchant(code=code)
        connections.close_all()


def asked(**typed: object) -> dict[str, object]:
    return {"draft": "2", "against": "1", "period": "90", **typed}


@pytest.mark.django_db
def test_the_form_offers_the_draft_against_what_is_live(draft, manager):
    page = manager.get("/back-tests/").content.decode()
    assert '<option value="2" selected>Draft (version 2)</option>' in page
    assert '<option value="1" selected>Live (version 1)</option>' in page


def test_a_back_test_is_started_watched_and_read(done):
    assert done.client.get(done.path, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    page = done.client.get(done.path).content.decode()
    for said in ("against 40", "+100.0 %", "1 gain, 0 lose", "80 points", "+40 points", "+0.40 USD", "Publish on…"):
        assert said in page
    assert f'<a href="/members/{done.member}/">Ida Holm</a>' in page
    sheet = done.client.get(f"{done.path}rules/")
    assert sheet["Content-Disposition"].startswith("attachment")
    assert "Draft (version 2),base,Base,points,1,80,80,0," in sheet.content.decode("utf-8-sig")
    whole = json.loads(done.client.get(f"{done.path}json/").content)
    assert whole["draft"]["totals"][0]["awarded"] == 80
    assert done.client.get(f"{done.path}secrets/").status_code == 404
    discard_draft(at=NOW, by=SYSTEM)
    assert "Publish on…" not in done.client.get(done.path).content.decode()


@pytest.mark.django_db
def test_a_back_test_is_handed_to_the_worker(draft, manager):
    manager.post("/back-tests/", asked())
    job = ProcrastinateJob.objects.filter(task_name="backtest", status="todo").latest("id")
    assert job.args["run"] == BacktestRun.objects.get().pk


@pytest.mark.django_db
def test_a_back_test_is_stopped(draft, manager):
    path = manager.post("/back-tests/", asked())["Location"]
    assert manager.get(f"{path}stop/").status_code == 405
    page = manager.post(f"{path}stop/", follow=True).content.decode()
    assert "It was stopped. Nothing was moved." in page
    assert BacktestRun.objects.get().state == "stopped"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"against": "2"}, "That is the same program"),
        ({"draft": "9"}, "valid choice"),
        ({"period": "dates"}, "Pick a day"),
        ({"period": "dates", "since": "2026-03-02", "last": "2026-03-01"}, "ends before it begins"),
        ({"period": "dates", "since": "2010-03-02", "last": "2026-03-01"}, "At most three years"),
    ],
)
def test_what_cannot_be_tried_is_refused(draft, manager, typed, said):
    assert said in manager.post("/back-tests/", asked(**typed)).content.decode()
    assert not BacktestRun.objects.exists()


@pytest.mark.django_db
def test_one_runs_at_a_time(draft, manager):
    manager.post("/back-tests/", asked())
    assert "is running already" in manager.post("/back-tests/", asked()).content.decode()
    assert BacktestRun.objects.count() == 1


@pytest.mark.django_db
def test_without_sales_there_is_nothing_to_try_on(manager):
    assert "No sales yet" in manager.get("/back-tests/").content.decode()


@pytest.mark.django_db
def test_a_back_test_that_is_nowhere(manager):
    assert manager.get("/back-tests/99/").status_code == 404
    assert manager.post("/back-tests/99/stop/").status_code == 404

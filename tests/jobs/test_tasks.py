"""What the worker does: each job for one merchant, and as well twice as once."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from regulars.audit.answers import StoredAnswer, store_answers
from regulars.audit.models import Answer
from regulars.core.actor import SYSTEM
from regulars.core.expiry import OnDate
from regulars.core.program.rules import RateRule
from regulars.jobs import schedule, tasks
from regulars.jobs.merchants import find_ended, find_overdue
from regulars.jobs.state import read_jobs
from regulars.ledger.models import Account, Hold, Lot, Seal
from regulars.members.models import Status
from regulars.members.status import change_status
from regulars.points.hold import reserve_units
from regulars.reports.figures import figures_between
from regulars.reports.models import DayFigures
from tests.shop import a_member, a_sale, a_shop, sell

NOW = timezone.now()


def waiting(task: str) -> list[dict[str, object]]:
    return list(
        ProcrastinateJob.objects.filter(task_name=task, status="todo").order_by("id").values_list("args", flat=True)
    )


@pytest.fixture
def shop(fresh_merchant):
    """Jobs commit, and what they defer lies in the public schema: this merchant's is removed again."""
    a_shop(RateRule(code="base", name="Base", points=1, per_minor=100, expiry=OnDate(date(2026, 3, 31))))
    yield fresh_merchant.schema_name
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE args ->> 'schema' = %s", [fresh_merchant.schema_name])


@pytest.mark.fault
def test_a_late_sale_brings_its_own_day_up_to_date(shop):
    recorded = datetime.fromisoformat("2026-03-10T17:00:00+00:00")
    sell(a_sale(1000, at=recorded - timedelta(days=5)), at=recorded)

    while tasks.relay(schema=shop):
        pass
    jobs = waiting("roll_up")
    assert any({"2026-03-05", "2026-03-10"} <= set(job["days"]) for job in jobs)  # type: ignore[call-overload]
    for job in jobs:
        tasks.roll_up(**job)
        tasks.roll_up(**job)

    assert DayFigures.objects.get(day=date(2026, 3, 5), store=None).sales == 1
    assert tasks.relay(schema=shop) == 0


@pytest.mark.fault
def test_expiry_may_run_twice_and_its_days_are_rebuilt(shop):
    a_member(points=120)
    assert Lot.objects.get().remaining == 120

    assert tasks.expire(schema=shop) == 1
    assert tasks.expire(schema=shop) == 0

    assert Lot.objects.get().remaining == 0
    assert len(waiting("roll_up")) == 2


@pytest.mark.fault
def test_the_end_of_a_lock_is_noted_by_a_job_once(shop):
    member = a_member()
    since, until = NOW - timedelta(hours=2), NOW - timedelta(hours=1)
    change_status(member_id=member, status=Status.LOCKED, reason="x", until=until, at=since, by=SYSTEM)

    assert shop in find_ended()
    assert [tasks.note_ends(schema=shop), tasks.note_ends(schema=shop)] == [1, 0]
    assert shop not in find_ended()


@pytest.mark.fault
def test_the_night_seals_what_is_over_and_fails_where_the_ledger_does_not_prove_itself(shop):
    a_member(points=120)
    assert tasks.prove(schema=shop) > 15
    assert Seal.objects.exists()
    Account.objects.filter(side="member").update(balance=121)
    with pytest.raises(tasks.LedgerBroken, match="I2-balances"):
        tasks.prove(schema=shop)


@pytest.mark.fault
def test_old_answers_are_forgotten_in_batches(shop, monkeypatch):
    monkeypatch.setattr(tasks, "ANSWERS_AT_ONCE", 2)
    for age in (40, 39, 38, 37, 36, 34):
        answer = StoredAnswer(caller="key:1", key=str(age), body_hash=b"", status=201, body=b"")
        store_answers([answer], at=timezone.now() - timedelta(days=age))

    assert tasks.forget_answers(schema=shop) == 5
    assert Answer.objects.get().key == "34"


@pytest.mark.fault
def test_the_same_work_waits_once(shop):
    for _ in range(3):
        schedule.defer_once(tasks.expire, schema=shop)

    assert waiting("expire") == [{"schema": shop}]


@pytest.mark.fault
def test_the_worker_does_what_waits_and_the_page_shows_it(shop):
    sell(a_sale(1000, at=NOW - timedelta(hours=1)), at=NOW)
    schedule.tick_relay(0)
    assert waiting("relay") == [{"schema": shop}]

    connection.close()
    with app.replace_connector(app.connector.get_worker_connector()) as worker_app:  # type: ignore[attr-defined]
        worker_app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)

    connection.set_schema(shop)
    today = NOW.date()
    assert figures_between(today - timedelta(days=2), today + timedelta(days=2)).sales == 1
    state = read_jobs()
    assert (state.waiting, state.running, state.failed) == (0, 0, 0)
    assert state.succeeded >= 2
    assert {job.task for job in state.recent} == {"relay", "roll_up"}


def test_everything_periodic_says_what_it_is_for():
    from croniter import croniter

    assert {periodic.task.name for periodic in schedule.SCHEDULE} == {
        "tick_relay",
        "tick_holds",
        "tick_statuses",
        "tick_duplicates",
        "tick_receipts",
        "tick_messages",
        "tick_night",
        "retry_stalled_jobs",
        "remove_finished_jobs",
    }
    for periodic in schedule.SCHEDULE:
        assert croniter.is_valid(periodic.cron)
        assert periodic.sentence.endswith(".")


@pytest.mark.fault
def test_a_job_whose_worker_died_is_done_by_the_next_worker(shop):
    sell(a_sale(1000, at=NOW - timedelta(hours=1)), at=NOW)
    schedule.defer_once(tasks.relay, schema=shop)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        )
        [dead] = cursor.fetchone()
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE args ->> 'schema' = %s", [dead, shop]
        )

    schedule.retry_stalled_jobs.defer(timestamp=0)
    connection.close()
    with app.replace_connector(app.connector.get_worker_connector()) as worker_app:  # type: ignore[attr-defined]
        worker_app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)

    connection.set_schema(shop)
    assert figures_between(NOW.date() - timedelta(days=2), NOW.date() + timedelta(days=2)).sales == 1


@pytest.mark.fault
def test_figures_rest_in_proportion_to_the_time_they_took(shop, monkeypatch):
    sell(a_sale(1000))
    clock = iter([100.0, 103.0, 103.0])  # began, ended: three seconds
    monkeypatch.setattr(tasks, "monotonic", lambda: next(clock))
    tasks.roll_up(schema=shop, days=["2026-03-10"])
    for now, rests in ((103.0, True), (162.9, True), (163.0, False)):
        monkeypatch.setattr(tasks, "monotonic", lambda now=now: now)
        assert tasks.is_resting(shop) is rests
    assert not tasks.is_resting("m_nobody")


@pytest.mark.fault
def test_baskets_that_were_left_open_are_ended(shop):
    ann = a_member(points=120, at=NOW - timedelta(days=1))
    Lot.objects.update(expires_at=None)
    reserve_units(member_id=ann, amount=50, key="B-1", at=NOW - timedelta(hours=1), by=SYSTEM)
    assert shop in find_overdue()
    schedule.tick_holds(0)
    assert waiting("lapse") == [{"schema": shop}]
    assert (tasks.lapse(schema=shop), tasks.lapse(schema=shop)) == (1, 0)
    assert shop not in find_overdue()
    assert Hold.objects.get().ending == "lapsed"

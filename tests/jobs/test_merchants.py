"""A job works for one merchant, and night work comes once a night by that merchant's clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from regulars.audit.record import record_event
from regulars.core.actor import SYSTEM
from regulars.jobs.merchants import NoSuchMerchant, find_time_zones, find_waiting, in_merchant, is_night_work_due
from regulars.jobs.tasks import FIGURES, expire, forget_answers, prove, relay, roll_up
from tests.shop import NOON, a_shop


@pytest.mark.django_db
@pytest.mark.parametrize("schema", ["", "m_nobody", "public", "m_test; DROP SCHEMA m_test"])
@pytest.mark.parametrize(
    "task", [relay, expire, forget_answers, prove, lambda schema: roll_up(schema=schema, days=["2026-01-10"])]
)
def test_a_job_without_a_merchant_refuses_to_run(task, schema):
    with pytest.raises(NoSuchMerchant):
        task(schema=schema)


@pytest.mark.django_db
def test_a_job_sees_its_merchant_and_leaves_as_it_came():
    connection.set_schema_to_public()
    with in_merchant("m_test"):
        assert connection.schema_name == "m_test"
    assert connection.schema_name == "public"


@pytest.mark.parametrize(
    ("zone", "first_hour", "nights"),
    [
        ("America/New_York", datetime(2026, 3, 1, tzinfo=UTC), 31),  # 02:00 does not exist on 8 March
        ("America/New_York", datetime(2026, 11, 1, tzinfo=UTC), 30),  # 01:00 comes twice on 1 November
        ("Europe/Riga", datetime(2026, 3, 1, 6, tzinfo=UTC), 31),
        ("Europe/London", datetime(2026, 10, 1, tzinfo=UTC), 31),
        ("Asia/Kolkata", datetime(2026, 1, 1, tzinfo=UTC), 31),  # half an hour off
        ("Australia/Lord_Howe", datetime(2026, 4, 1, tzinfo=UTC), 30),  # a summer time of half an hour
        ("Pacific/Kiritimati", datetime(2026, 1, 1, tzinfo=UTC), 31),
        ("UTC", datetime(2026, 2, 1, tzinfo=UTC), 28),
    ],
)
def test_asked_every_hour_it_is_due_once_a_night(zone, first_hour, nights):
    hours = [first_hour + timedelta(hours=n) for n in range(24 * nights)]

    due = [at.astimezone(ZoneInfo(zone)) for at in hours if is_night_work_due(at, zone=ZoneInfo(zone))]

    assert len({at.date() for at in due}) == len(due) == nights
    assert {at.hour for at in due} <= {2, 3}


@pytest.mark.django_db
def test_only_a_merchant_where_something_happened_waits():
    assert find_waiting(FIGURES) == []

    record_event(action="sale.recorded", about="sale", about_id=1, at=NOON, by=SYSTEM)

    assert find_waiting(FIGURES) == ["m_test"]


@pytest.mark.django_db
def test_zones_are_the_programs_and_a_merchant_without_one_sleeps():
    assert find_time_zones() == {}

    a_shop()

    assert find_time_zones() == {"m_test": ZoneInfo("America/New_York")}

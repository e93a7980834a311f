"""Sign-ups come with the outbox, birthdays with the night."""

import pytest
from django.db import connection
from django.utils import timezone

from regulars.core.program.rules import EventRule
from regulars.jobs.night import night
from regulars.jobs.tasks import relay
from regulars.ledger.statement import balance_of
from tests.shop import a_member, a_program, a_shop, publish


@pytest.fixture
def shop(fresh_merchant):
    rules = [
        EventRule(code="welcome", name="Welcome", event="sign_up", points=100),
        EventRule(code="cake", name="Cake", event="birthday", points=30),
    ]
    a_shop()
    publish(a_program(*rules), at=timezone.now().replace(hour=0, minute=0))
    yield fresh_merchant.schema_name
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE args ->> 'schema' = %s", [fresh_merchant.schema_name])


@pytest.mark.fault
def test_who_joins_gets_the_sign_up_bonus_and_the_birthday_bonus_once(shop):
    from regulars.programs.book import load_book

    now = timezone.now()
    today = now.astimezone(load_book().zone).date()
    yesterday = today.replace(year=1990)
    ann = a_member(at=now, birth_on=yesterday)
    for _ in range(2):
        relay(schema=shop)
    assert balance_of(ann, at=now).available == 100
    nights = [night(schema=shop) for _ in range(2)]
    assert (nights, balance_of(ann, at=now).available) == ([1, 0], 130)

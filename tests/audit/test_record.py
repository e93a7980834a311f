"""Every action leaves one row, in the caller's transaction."""

import pytest
from django.db import ProgrammingError, connection, transaction

from regulars.audit.models import Event
from regulars.audit.record import NewEvent, record_event, record_events
from regulars.core.actor import SYSTEM, Actor
from tests.shop import NOON

pytestmark = pytest.mark.django_db


def an_event(number: int = 1) -> NewEvent:
    return NewEvent(action="sale.recorded", about="sale", about_id=number, by=SYSTEM, facts={"total_minor": number})


def test_an_event_keeps_who_did_what_to_what():
    record_event(
        action="member.changed",
        about="member",
        about_id=7,
        member_id=7,
        facts={"changed": ["email"]},
        at=NOON,
        by=Actor(kind="key", id=2, name="Till 3"),
    )

    event = Event.objects.get()
    assert (event.actor, event.action, event.about, event.about_id) == ("key:2", "member.changed", "member", 7)
    assert (event.member_id, event.facts, event.recorded_at) == (7, {"changed": ["email"]}, NOON)


@pytest.mark.parametrize("size", [1, 10, 1000])
def test_one_statement_for_any_number_in_order(size, django_assert_num_queries):
    assert not Event.objects.exists()  # the connection has chosen its schema
    with django_assert_num_queries(1):
        record_events([an_event(n) for n in range(size)], at=NOON)

    assert list(Event.objects.order_by("id").values_list("about_id", flat=True)) == list(range(size))


def test_nothing_to_record_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        record_events([], at=NOON)


def test_what_is_rolled_back_was_not_recorded():
    class Changed(Exception):
        pass

    with pytest.raises(Changed), transaction.atomic():
        record_events([an_event()], at=NOON)
        raise Changed

    assert not Event.objects.exists()


@pytest.mark.parametrize("sql", ["UPDATE audit_event SET actor = 'x'", "DELETE FROM audit_event"])
def test_the_application_cannot_change_the_trail(sql):
    record_events([an_event()], at=NOON)

    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)

"""A store is saved under its code; saving the same again changes nothing and leaves no line in the trail."""

import pytest

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM
from regulars.stores.change import InvalidStore, UnknownStore, remove_till, save_store, save_till
from regulars.stores.models import Store, Tag, Till
from tests.shop import NOON

pytestmark = pytest.mark.django_db


def save(**changed: object) -> Store:
    wanted: dict[str, object] = {"code": "330", "name": "Main", "time_zone": "UTC", "tags": ["city"]}
    return save_store(**(wanted | changed), at=NOON, by=SYSTEM)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "action", "fields"),
    [
        ({}, None, None),
        ({"name": " Main  Street "}, "store.changed", ["name"]),
        ({"time_zone": "Asia/Tokyo", "is_open": False}, "store.changed", ["is_open", "time_zone"]),
        ({"tags": ["city", "new"]}, "store.changed", ["tags"]),
        ({"tags": []}, "store.changed", ["tags"]),
        ({"code": "331"}, "store.created", ["tags"]),
    ],
)
def test_only_differences_are_written(changed, action, fields):
    save()
    before = Event.objects.count()

    save(**changed)

    events = list(Event.objects.order_by("id")[before:])
    assert [event.action for event in events] == ([action] if action else [])
    assert [sorted(event.facts["changed"]) for event in events] == ([fields] if fields else [])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "x" * 33}, "code"),
        ({"name": " "}, "name"),
        ({"name": "a\x00"}, "name"),
        ({"time_zone": "New York"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        ({"tags": [""]}, "tags"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(wrong, field):
    with pytest.raises(InvalidStore) as refused:
        save(**wrong)

    assert refused.value.field == field
    assert (Store.objects.count(), Tag.objects.count(), Event.objects.count()) == (0, 0, 0)


def test_tills_are_listed_renamed_and_removed():
    save()

    save_till(store_code="330", code="3", at=NOON, by=SYSTEM)
    save_till(store_code="330", code="3", name="Front", at=NOON, by=SYSTEM)
    save_till(store_code="330", code="3", name="Front", at=NOON, by=SYSTEM)
    assert [(till.code, till.name) for till in Till.objects.all()] == [("3", "Front")]
    assert Event.objects.filter(action="till.saved").count() == 2

    remove_till(store_code="330", code="3", at=NOON, by=SYSTEM)
    remove_till(store_code="330", code="3", at=NOON, by=SYSTEM)
    assert not Till.objects.exists()
    assert Event.objects.filter(action="till.removed").count() == 1


def test_a_till_needs_a_store():
    with pytest.raises(UnknownStore):
        save_till(store_code="330", code="3", at=NOON, by=SYSTEM)

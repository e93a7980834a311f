"""An event keeps from where it was asked for: the address and the kind of device, in short."""

import pytest

from regulars.audit.models import Event
from regulars.audit.origin import asked_from, say_origin
from regulars.audit.record import record_event
from regulars.core.actor import SYSTEM
from tests.shop import NOON

ANDROID = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
    " AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"
    " AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18 Safari/604.1"
)


@pytest.mark.parametrize(
    ("address", "agent", "said"),
    [
        ("203.0.113.7", ANDROID, "203.0.113.7, Chrome on Android"),
        ("203.0.113.7", EDGE, "203.0.113.7, Edge on Windows"),
        ("2001:db8::1", IPHONE, "2001:db8::1, Safari on iPhone"),
        ("203.0.113.7", "curl/8.5", "203.0.113.7"),
        ("203.0.113.7", "", "203.0.113.7"),
        ("", "", ""),
    ],
)
def test_an_origin_is_said_in_short(address, agent, said):
    assert say_origin(address, agent) == said


@pytest.mark.django_db
def test_events_keep_where_they_come_from_and_machines_have_none():
    def note(number):
        record_event(action="store.changed", about="store", about_id=number, store_id=number, at=NOON, by=SYSTEM)

    with asked_from("203.0.113.7, Chrome on Android"):
        note(901)
    note(902)
    kept = Event.objects.filter(about="store", about_id__in=(901, 902)).order_by("about_id")
    assert list(kept.values_list("origin", "store_id")) == [("203.0.113.7, Chrome on Android", 901), ("", 902)]

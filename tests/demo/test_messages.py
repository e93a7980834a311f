"""The demo's shop has written to a few members, whom it asked before; nothing has left the house."""

import pytest

from regulars.demo.messages import LAST, SENT, write_to_members
from regulars.demo.privacy import ask_about_privacy
from regulars.jobs.proof import verify_everything
from regulars.messages.channels import list_channels
from regulars.messages.models import Delivery, DeliveryState
from tests.shop import NOON, a_member, a_shop

pytestmark = pytest.mark.django_db


def test_messages_lie_in_the_sinks_and_who_said_no_got_none():
    a_shop()
    for number in range(LAST + 1):
        a_member(email=f"m{number}@example.com", phone=f"+1212555{100 + number:04}", points=3)
    ask_about_privacy(at=NOON)

    assert write_to_members(at=NOON) == LAST * len(SENT)
    assert write_to_members(at=NOON) == 0

    assert {each.kind: each.way for each in list_channels()} == {
        "email": "sink",
        "sms": "sink",
        "whatsapp": "sink",
        "push": "",
    }
    states = set(Delivery.objects.values_list("state", flat=True))
    assert states == {DeliveryState.SENT, DeliveryState.HELD_BACK}
    held = Delivery.objects.filter(state=DeliveryState.HELD_BACK)
    assert set(held.values_list("reason", flat=True)) == {"no_consent", "withdrawn"}
    assert not Delivery.objects.filter(state=DeliveryState.SENT, body="").exists()
    assert [result.name for result in verify_everything() if result.breaches] == []

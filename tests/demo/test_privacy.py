"""The demo's members were asked what their data may be used for, and some have answered; a second load asks nobody."""

import pytest

from regulars.consents.models import Consent
from regulars.demo.privacy import ask_about_privacy
from tests.consents.desk import may_contact
from tests.shop import NOON, a_member, a_shop

pytestmark = pytest.mark.django_db


def test_a_third_says_yes_a_third_no_and_nobody_is_asked_twice():
    a_shop()
    members = [a_member() for _ in range(6)]
    assert ask_about_privacy(at=NOON) == 5
    assert ask_about_privacy(at=NOON) == 0
    by_email = [may_contact(member, purpose="marketing", channel="email") for member in members]
    by_sms = [may_contact(member, purpose="marketing", channel="sms") for member in members]
    assert by_email == [True, False, False, True, False, False]
    assert by_sms == [True, False, False, False, False, False]
    assert set(Consent.objects.values_list("version__number", flat=True)) == {1}

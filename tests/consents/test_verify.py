"""`verify` finds nothing in sound data about consents and erasures, and sees the fault each check is for."""

from datetime import timedelta

import pytest
from django.db import connection

from regulars.care.erase import erase_due
from regulars.care.erasures import ask_erasure
from regulars.consents.models import Asker
from regulars.consents.verify import CONSENT_CHECKS
from regulars.jobs.proof import verify_everything
from regulars.ledger.verify import run_checks
from tests.consents.desk import CLERK, a_careful_shop, say
from tests.shop import NOON, a_member

pytestmark = pytest.mark.django_db

FAULTS = {
    "C1-consents": "UPDATE consents_consentnow SET is_given = NOT is_given",
    "C2-erased": "UPDATE members_member SET last_name = 'Smith' WHERE erased_at IS NOT NULL",
}
OTHERS = {
    "C1-consents": "DELETE FROM consents_consentnow",
    "C2-erased": "UPDATE consents_erasure SET certificate = '{\"members\": []}'",
}


@pytest.fixture(autouse=True)
def busy(db):
    a_careful_shop()
    ann, ben = a_member(), a_member(points=5)
    for number, (is_given, channel) in enumerate([(True, ""), (False, "sms"), (True, ""), (False, "email")]):
        say(ann, is_given, channel=channel, at=NOON + timedelta(hours=number))
    say(ann, True, given_at=NOON - timedelta(days=1), at=NOON + timedelta(days=1))
    ask_erasure(member_id=ben, asker=Asker.MEMBER, at=NOON, by=CLERK)
    assert list(erase_due(at=NOON + timedelta(days=40))) == ["done"]


def breaches() -> set[str]:
    return {result.name for result in run_checks(CONSENT_CHECKS) if result.breaches}


def test_sound_data_passes():
    assert [result.name for result in verify_everything() if result.breaches] == []


@pytest.mark.parametrize("fault", [FAULTS, OTHERS])
@pytest.mark.parametrize("name", sorted(FAULTS))
def test_each_check_sees_its_fault(name, fault):
    with connection.cursor() as cursor:
        cursor.execute(fault[name])
    assert breaches() == {name}

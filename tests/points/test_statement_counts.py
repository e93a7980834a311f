"""What is done for many takes as many statements as for one."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.core.actor import SYSTEM
from regulars.core.life import Life
from regulars.points.expire import expire_batch
from regulars.points.hold import reserve_units
from regulars.points.lapse import lapse_holds
from regulars.programs.setup import set_up_program
from tests.ledger.purse import earn, end_of, noon
from tests.points.people import somebody

pytestmark = pytest.mark.django_db
OVER = end_of(6, 1)


def counted(work) -> tuple[int, object]:
    with CaptureQueriesContext(connection) as captured:
        done = work()
    return len(captured), done


@pytest.fixture
def members() -> list[int]:
    """One, and then twenty more; each holds units by a day and units of idleness, and has a basket open."""
    set_up_program(name="Corner Shop", at=noon(1, 1), time_zone="America/New_York")
    members = [somebody(f"Member {number}") for number in range(21)]
    for number, member in enumerate(members):
        earn(member, 10, noon(5, 1), Life(expires_at=OVER))
        earn(member, 10, noon(5, 1), Life(idle_days=10))
        reserve_units(member_id=member, amount=5, key=f"B-{number}", at=noon(5, 2), by=SYSTEM)
    return members


def test_holds_end_and_units_expire_with_as_many_statements_for_twenty_as_for_one(members):
    later = noon(5, 2) + timedelta(hours=1)
    one, ended = counted(lambda: lapse_holds(at=later, limit=1))
    twenty, more = counted(lambda: lapse_holds(at=later, limit=100))
    assert (ended, more, one) == (1, 20, twenty)

    one, first = counted(lambda: expire_batch(at=OVER, limit=1))
    twenty, rest = counted(lambda: expire_batch(at=OVER, limit=100))
    assert ((first.members, first.lots), (rest.members, rest.lots), one) == ((1, 2), (20, 40), twenty)

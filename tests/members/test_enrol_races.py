"""Two shops that enrol the same person at the same moment make one member."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django_tenants.utils import tenant_context

from regulars.core.refusals import Refusal
from regulars.members.enrol import Enrolled, NewMember, enrol_members
from regulars.members.identity import Duplicate
from regulars.members.models import Member
from tests.shop import NOON, a_shop

THREADS = 8


@pytest.mark.fault
def test_overlapping_batches_make_each_person_once_and_do_not_deadlock(fresh_merchant):
    a_shop()
    everybody = [NewMember(email=f"m{n}@example.com", cards=(f"7{n}",), joined_at=NOON) for n in range(40)]
    start = Barrier(THREADS)

    def enrol(turn: int) -> list[Enrolled | Refusal]:
        with tenant_context(fresh_merchant):
            start.wait()
            try:
                return enrol_members(everybody[turn:] + everybody[:turn], at=NOON)
            finally:
                connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        outcomes = [outcome for batch in pool.map(enrol, range(0, 40, 40 // THREADS)) for outcome in batch]

    assert sum(isinstance(outcome, Enrolled) for outcome in outcomes) == 40
    assert sum(isinstance(outcome, Duplicate) for outcome in outcomes) == 40 * (THREADS - 1)
    assert Member.objects.count() == 40

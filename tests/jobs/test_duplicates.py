"""Duplicates are looked for when somebody is new or changed, and a job that runs twice finds them once."""

from datetime import date

import pytest

from regulars.care.models import Duplicate
from regulars.core.actor import SYSTEM
from regulars.jobs.duplicates import LIKENESS, find_duplicates
from regulars.jobs.merchants import find_waiting
from regulars.members.change import MemberChanges, change_member
from tests.shop import NOON, a_member, a_shop

MAY = date(1990, 5, 1)


@pytest.mark.fault
def test_who_is_new_and_who_was_changed_is_looked_at(fresh_merchant):
    a_shop()
    schema = fresh_merchant.schema_name
    ann = a_member(first_name="Ann", last_name="Smith", birth_on=MAY)
    assert schema in find_waiting(LIKENESS)
    find_duplicates(schema=schema)
    assert Duplicate.objects.count() == 0
    other = a_member(first_name="Ann", last_name="Smith")
    change_member(member_id=other, changes=MemberChanges(birth_on=MAY), at=NOON, by=SYSTEM)
    find_duplicates(schema=schema)
    assert find_duplicates(schema=schema) == 0
    assert [(row.older_id, row.newer_id) for row in Duplicate.objects.all()] == [(ann, other)]
    assert schema not in find_waiting(LIKENESS)

"""Who has a level."""

import pytest

from regulars.tiers.listing import count_levels, list_members_at
from tests.shop import a_member
from tests.tiers.club import a_club, spends

pytestmark = pytest.mark.django_db


def test_members_are_counted_and_listed_by_level_in_pages():
    a_club()
    silver = []
    for minor in (60_000, 120_000, 60_000, 100, 60_000):
        member = a_member()
        spends(member, minor)
        if minor == 60_000:
            silver.append(member)
    assert count_levels() == {("vip", "silver"): 3, ("vip", "gold"): 1}
    first = list_members_at("vip", "silver", limit=2)
    assert (first, list_members_at("vip", "silver", before=first[-1])) == ([silver[2], silver[1]], [silver[0]])
    assert list_members_at("vip", "platinum") == []

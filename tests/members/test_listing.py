"""The list shows the newest first, page by page, whatever is filtered."""

from itertools import product

import pytest

from regulars.core.actor import SYSTEM
from regulars.members.enrol import NewMember, enrol_members
from regulars.members.listing import MemberFilters, list_members
from regulars.members.models import Member, Status
from regulars.members.status import change_status
from tests.shop import NOON, a_shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def members(db):
    a_shop()
    enrol_members(
        [
            NewMember(first_name=f"M{n}", cards=(f"9{n}",) if n % 2 else (), joined_at=NOON if n % 3 else None)
            for n in range(12)
        ],
        at=NOON,
    )
    for member in Member.objects.filter(first_name__in=["M1", "M6", "M7"]):
        change_status(member_id=member.pk, status=Status.BLOCKED, reason="Lost", at=NOON, by=SYSTEM)


@pytest.mark.parametrize(
    ("status", "has_joined", "has_card"), list(product([None, *Status], [None, True, False], [None, True, False]))
)
def test_pages_together_are_exactly_the_members_that_fit(status, has_joined, has_card):
    filters = MemberFilters(status=status, has_joined=has_joined, has_card=has_card)
    fitting = [
        member.pk
        for member in Member.objects.order_by("-id")
        if status in (None, member.status)
        and has_joined in (None, member.joined_at is not None)
        and has_card in (None, member.cards.exists())
    ]

    listed: list[int] = []
    while page := list_members(filters, before_id=listed[-1] if listed else None, limit=2):
        listed += [row.id for row in page]

    assert listed == fitting


def test_a_page_is_two_statements(django_assert_num_queries):
    with django_assert_num_queries(2):
        assert len(list_members(MemberFilters())) == 12

"""What the database does not look up with each row is looked up by `verify`."""

import pytest
from django.db import connection

from regulars.ledger.verify import run_checks
from regulars.members.models import Identifier
from regulars.members.verify import MEMBER_CHECKS
from tests.shop import a_member, a_shop


def broken() -> list[str]:
    return [result.name for result in run_checks(MEMBER_CHECKS) if result.breaches]


@pytest.mark.django_db
def test_an_identifier_of_nobody_is_found():
    a_shop()
    ann = a_member(phone="+12125550100")
    assert broken() == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE members_identifier SET member_id = %s WHERE member_id = %s", [10**9, ann])
    assert broken() == ["M2-identifiers"]
    Identifier.objects.filter(member_id=10**9).delete()

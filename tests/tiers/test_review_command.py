"""`regulars review` reviews by hand what is due now, and says what it did."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from msgspec.structs import replace

from regulars.core.program.tier_sets import Kept
from regulars.points.adjust import adjust_points
from regulars.tiers.models import Standing
from tests.shop import a_member
from tests.tiers.club import BY_SPEND, ZOE, a_club, spends
from tests.tiers.test_review import BY_BALANCE

A_YEAR_AGO = timezone.now() - timedelta(days=365)
FOR_A_MONTH = replace(BY_SPEND, kept=Kept(until="months", months=1), review="replace")


@pytest.mark.fault
@pytest.mark.slow
def test_what_is_due_is_reviewed_and_told(fresh_merchant):
    a_club(FOR_A_MONTH, BY_BALANCE)
    for _ in range(3):
        spends(a_member(), 60_000, at=A_YEAR_AGO)
    adjust_points(member_id=a_member(), amount=150, reason="r", key="k", at=timezone.now(), by=ZOE)
    connection.close()
    command = [sys.executable, "-m", "regulars", "review", "--merchant", fresh_merchant.code]
    done = subprocess.run(command, env={**os.environ}, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == (
        f"{fresh_merchant.code}: 3 members were due, 7 levels moved, 1 rewards given"
    )
    connection.set_tenant(fresh_merchant)
    assert [(each.tier_set, each.level) for each in Standing.objects.exclude(level=None)] == [("purse", "full")]

"""`regulars expire` and `regulars review` are killed in the middle and started again: all happens exactly once."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import batched

import pytest
from django.db.models import Count, F, Sum
from django.utils import timezone

from regulars.audit.models import Event
from regulars.core.expiry import AfterDays, Never
from regulars.core.program.rewards import Gives, Reward
from regulars.core.program.rules import RateRule
from regulars.core.program.tier_sets import Kept, Level, Metric, TierSet, Window
from regulars.ledger.models import Account, Allocation, Entry, Lot
from regulars.members.enrol import Enrolled, NewMember, enrol_members
from regulars.points import expire
from regulars.rewards.models import IssuedReward
from regulars.sales.record import record_sales
from regulars.tiers import review
from regulars.tiers.models import Change, Standing
from tests.platform.serving import wait_until
from tests.shop import a_sale, a_shop
from tests.torture.crowd import broken_invariants
from tests.torture.rounds import rounds

pytestmark = [pytest.mark.fault, pytest.mark.slow]

FOR_A_MONTH = RateRule(code="base", name="Base", points=1, per_minor=100, expiry=AfterDays(days=30))
FOR_EVER = RateRule(code="kept", name="Kept", points=1, per_minor=500, expiry=Never())
NO_POINTS = RateRule(code="none", name="None", points=1, per_minor=100_000_000)
# Nobody climbs before the next quarter begins, and nobody falls from there; a fan is one for two months.
CLUB = TierSet(
    code="club",
    name="Club",
    levels=(
        Level(code="silver", name="Silver", threshold=1_000, rewards=("coffee",)),
        Level(code="gold", name="Gold", threshold=2_000, rewards=("dinner", "bonus")),
    ),
    metric=Metric(of="spend"),
    window=Window(over="calendar_quarter"),
    upgrade="next_period",
    kept=Kept(until="forever"),
)
FANS = TierSet(
    code="fans",
    name="Fans",
    levels=(Level(code="fan", name="Fan", threshold=1_000),),
    metric=Metric(of="spend"),
    window=Window(over="rolling", months=1),
    kept=Kept(until="months", months=2),
    review="replace",
)
REWARDS = (
    Reward(code="coffee", name="A coffee"),
    Reward(code="dinner", name="A dinner", kind="gift"),
    Reward(code="bonus", name="50 points", kind="points", gives=Gives(unit="points", amount=50)),
)


def people(count: int) -> Iterator[list[int]]:
    """Enrol so many; answer their ids, some hundreds at a time."""
    for numbers in batched(range(count), 500):
        joined_at = timezone.now() - timedelta(days=200)
        batch = [NewMember(first_name="Ann", last_name=f"Smith {each}", joined_at=joined_at) for each in numbers]
        enrolled = enrol_members(batch, at=joined_at)
        yield [each.member_id for each in enrolled if isinstance(each, Enrolled)]


def killed_and_started_again(command: str, merchant: str, *, left: Callable[[], int]) -> str:
    """Kill it each time when it has done something and not all, at last let it end; return what it said then."""
    draw = random.Random(7)
    words = [sys.executable, "-m", "regulars", command, "--merchant", merchant]
    for _ in range(rounds(1, release=50)):
        before = left()
        running = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        assert wait_until(lambda before=before: left() < before, seconds=60)
        time.sleep(draw.uniform(0, 0.05))
        running.kill()
        running.wait()
        assert 0 < left() < before, "it was killed in the middle"
    done = subprocess.run(words, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert left() == 0
    return done.stdout.splitlines()[-1]


def test_each_lot_that_is_due_expires_once_however_often_the_night_is_killed(fresh_merchant):
    a_shop(FOR_A_MONTH, FOR_EVER)
    members = 0
    for some in people(rounds(2_000, release=60_000)):
        members += len(some)
        for days in (60, 40):
            sold_at = timezone.now() - timedelta(days=days)
            record_sales([a_sale(member=each, at=sold_at) for each in some], at=sold_at, is_history=True)
    due = Lot.objects.filter(expires_at__lte=timezone.now())
    assert (due.count(), Lot.objects.count()) == (2 * members, 4 * members)

    said = killed_and_started_again("expire", fresh_merchant.code, left=lambda: expire.count_due(at=timezone.now()))
    assert said.startswith(f"{fresh_merchant.code}: ") and said.endswith("members expired")

    expired = Entry.objects.filter(kind="expire")
    assert (expired.count(), expired.aggregate(sum=Sum("amount"))["sum"]) == (2 * members, 20 * members)
    emptied = (
        Allocation.objects.filter(debit__kind="expire").values("lot").annotate(times=Count("*"), amount=Sum("amount"))
    )
    assert Counter((each["times"], each["amount"]) for each in emptied) == {(1, 10): 2 * members}
    assert not due.exclude(remaining=0).exists()
    assert not Lot.objects.filter(expires_at=None).exclude(remaining=F("amount")).exists()
    wallets = Account.objects.filter(side="member").values_list("balance", "earned", "spent", "expired")
    assert Counter(wallets) == {(4, 24, 0, 20): members}
    told = Event.objects.filter(action="points.expired").values("about_id").annotate(times=Count("*"))
    assert Counter(each["times"] for each in told) == {2: members}
    assert broken_invariants() == []


def test_each_level_moves_once_with_its_rewards_however_often_the_review_is_killed(fresh_merchant):
    a_shop(NO_POINTS, tier_sets=(CLUB, FANS), rewards=REWARDS)
    members = 0
    for some in people(rounds(1_000, release=20_000)):
        members += len(some)
        sold_at = timezone.now() - timedelta(days=100)
        record_sales([a_sale(2_500, member=each, at=sold_at) for each in some], at=sold_at, is_history=True)
    assert Counter(Change.objects.values_list("tier_set", "after")) == {("fans", "fan"): members}

    said = killed_and_started_again("review", fresh_merchant.code, left=lambda: review.count_due(at=timezone.now()))
    assert said.startswith(f"{fresh_merchant.code}: ") and said.endswith("rewards given")

    assert Counter(Change.objects.values_list("tier_set", "before", "after")) == {
        ("fans", None, "fan"): members,
        ("fans", "fan", None): members,
        ("club", None, "gold"): members,
    }
    moves = Change.objects.values("member", "tier_set").annotate(times=Count("*")).values_list("tier_set", "times")
    assert Counter(moves) == {("fans", 2): members, ("club", 1): members}
    assert Counter(Standing.objects.exclude(level=None).values_list("tier_set", "level")) == {("club", "gold"): members}
    given = IssuedReward.objects.values("member", "reward").annotate(times=Count("*")).values_list("reward", "times")
    assert Counter(given) == {(reward.code, 1): members for reward in REWARDS}
    wallets = Account.objects.filter(side="member").values_list("balance", "earned")
    assert Counter(wallets) == {(50, 50): members}
    assert broken_invariants() == []

"""Units that are released before their time count from then on, and lift who holds them."""

import pytest
from msgspec.structs import replace

from regulars.core.program.life import Pending
from regulars.ledger.models import Lot
from regulars.points.pending import release_early
from regulars.sales.verify import verify
from regulars.tiers.history import list_changes
from regulars.tiers.read import member_tiers
from tests.points.people import tell
from tests.shop import a_member
from tests.tiers.club import AUGUST, ZOE, a_club, brings_back, level_of, on, spends
from tests.tiers.test_sales import ONE_PER_CENT, POINTS

pytestmark = pytest.mark.django_db

FRIDAY = on(2026, 8, 14, 12)


def counted(member: int, at) -> int:
    [(_, here)] = member_tiers(member, at=at)
    return here.metric


@pytest.mark.parametrize("pending", [Pending(days=30), Pending(event="review")])
def test_what_the_team_releases_counts_from_then_on(pending):
    a_club(POINTS, rules=(replace(ONE_PER_CENT, pending=pending),))
    ann = a_member()
    spends(ann, 60_000)
    assert (level_of(ann), counted(ann, FRIDAY)) == (None, 0)
    release_early(member_id=ann, lots=[Lot.objects.get().pk], reason="A regular", at=FRIDAY, by=ZOE)
    assert (level_of(ann), counted(ann, FRIDAY)) == ("silver", 60_000)
    [change] = list_changes(ann)
    assert (change.cause, change.at, change.actor) == ("reached", FRIDAY, "staff:7")
    assert [result.name for result in verify() if result.breaches] == []


def test_what_an_event_starts_counts_from_then_on_and_a_refund_takes_it():
    a_club(POINTS, rules=(replace(ONE_PER_CENT, pending=Pending(event="review")),))
    ann = a_member()
    sale = spends(ann, 60_000)
    done = tell(ann, at=FRIDAY)
    assert (done.started, [reached.after for reached in done.brought.levels]) == (1, ["silver"])
    assert (level_of(ann), counted(ann, FRIDAY)) == ("silver", 60_000)
    assert [result.name for result in verify() if result.breaches] == []
    brings_back(sale, 60_000, at=on(2026, 8, 20))
    assert counted(ann, on(2026, 8, 20)) == 0


def test_what_the_event_puts_later_counts_later():
    a_club(POINTS, rules=(replace(ONE_PER_CENT, pending=Pending(event="review", days=5)),))
    ann = a_member()
    spends(ann, 60_000, at=AUGUST)
    tell(ann, at=FRIDAY)
    assert (counted(ann, on(2026, 8, 18)), counted(ann, on(2026, 8, 20))) == (0, 60_000)

"""The night's work on members, in its order: birthdays are kept, levels are reviewed, what ended expires, and then
levels that go by a balance are reviewed, and lifted where it grew.
"""

from django.utils import timezone
from procrastinate.contrib.django import app

from regulars.jobs.merchants import in_merchant
from regulars.jobs.tasks import AGAIN, expire
from regulars.sales.occasions import record_birthdays
from regulars.tiers.review import lift_by_balance, review_tiers, sets_by_balance

MEMBERS_AT_ONCE = 2_000
BIRTHDAYS_AT_ONCE = 500
MOST_BATCHES = 10_000


@app.task(name="night", queue="night", retry=AGAIN)
def night(*, schema: str) -> int:
    """Keep birthdays, review, expire, review what expiry changed; how many members and lots there were. What is cut
    off by a stop goes on from where it was: each batch is a transaction of its own.
    """
    kept = keep_birthdays(schema)
    reviewed = review(schema, by_balance=False)
    return kept + reviewed + expire(schema=schema) + review(schema, by_balance=True) + lift(schema)


def keep_birthdays(schema: str) -> int:
    """Record today's birthdays, and those of nights that were missed; how many there were."""
    kept = 0
    with in_merchant(schema):
        for _ in range(MOST_BATCHES):
            batch = record_birthdays(at=timezone.now(), limit=BIRTHDAYS_AT_ONCE)
            kept += batch
            if batch == 0:
                break
    return kept


def review(schema: str, *, by_balance: bool) -> int:
    """Review all levels that are due; how many members there were."""
    reviewed = 0
    with in_merchant(schema):
        for _ in range(MOST_BATCHES):
            batch = review_tiers(at=timezone.now(), limit=MEMBERS_AT_ONCE, by_balance=by_balance)
            reviewed += batch.members
            if batch.members == 0:
                break
    return reviewed


def lift(schema: str) -> int:
    """Lift those whose balance grew by something else than a sale; how many members were looked at."""
    looked_at = 0
    with in_merchant(schema):
        for tier_set in sets_by_balance(at=timezone.now()):
            last = 0
            while (
                batch := lift_by_balance(tier_set=tier_set, at=timezone.now(), after=last, limit=MEMBERS_AT_ONCE)
            ).members:
                looked_at += batch.members
                last = batch.last
    return looked_at

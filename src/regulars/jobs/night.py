"""The night's work on members, in its order: birthdays are kept, levels are reviewed, what ended expires, and then
levels that go by a balance are reviewed, and lifted where it grew.
"""

from django.utils import timezone
from procrastinate.contrib.django import app

from regulars.jobs.gently import gently
from regulars.jobs.merchants import in_merchant
from regulars.jobs.tasks import AGAIN, expire
from regulars.jobs.until_done import until_done
from regulars.sales.occasions import record_birthdays
from regulars.tiers.review import review_in_batches

BIRTHDAYS_AT_ONCE = 500
MOST_BATCHES = 10_000


@app.task(name="night", queue="night", retry=AGAIN)
def night(*, schema: str) -> int:
    """Keep birthdays, review, expire, review what expiry changed; how many members and lots there were. What is cut
    off by a stop goes on from where it was: each batch is a transaction of its own.
    """
    kept = keep_birthdays(schema)
    reviewed = review(schema, by_balance=False)
    return kept + reviewed + expire(schema=schema) + review(schema, by_balance=True)


def keep_birthdays(schema: str) -> int:
    """Record today's birthdays, and those of nights that were missed; how many there were."""
    with in_merchant(schema):
        return until_done(lambda: record_birthdays(at=timezone.now(), limit=BIRTHDAYS_AT_ONCE), most=MOST_BATCHES)


def review(schema: str, *, by_balance: bool) -> int:
    """Review all levels that are due; how many members there were."""
    with in_merchant(schema):
        return sum(batch.members for batch in gently(review_in_batches(at=timezone.now(), by_balance=by_balance)))

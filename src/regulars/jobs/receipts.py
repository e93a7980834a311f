"""Receipts that wait: those whose till has spoken are confirmed, and those that nobody answered lapse."""

from django.utils import timezone
from procrastinate.contrib.django import app

from regulars.jobs.merchants import in_merchant
from regulars.jobs.tasks import AGAIN, BATCHES_AT_ONCE
from regulars.receipts.match import match_receipts
from regulars.receipts.reject import lapse_receipts


@app.task(name="receipts", queue="figures", retry=AGAIN)
def decide_receipts(*, schema: str) -> int:
    """Confirm what the tills say too, then let lapse what is over; how many receipts there were."""
    decided = 0
    with in_merchant(schema):
        for verb in (match_receipts, lapse_receipts):
            for _ in range(BATCHES_AT_ONCE):
                batch = verb(at=timezone.now())
                decided += batch
                if batch == 0:
                    break
    return decided

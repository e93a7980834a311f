"""Receipts that wait: those whose till has spoken are confirmed, and those that nobody answered lapse."""

from django.utils import timezone
from procrastinate.contrib.django import app

from regulars.jobs.merchants import in_merchant
from regulars.jobs.tasks import AGAIN
from regulars.jobs.until_done import until_done
from regulars.receipts.match import match_receipts
from regulars.receipts.reject import lapse_receipts


@app.task(name="receipts", queue="figures", retry=AGAIN)
def decide_receipts(*, schema: str) -> int:
    """Confirm what the tills say too, then let lapse what is over; how many receipts there were."""
    with in_merchant(schema):
        confirmed = until_done(lambda: match_receipts(at=timezone.now()))
        return confirmed + until_done(lambda: lapse_receipts(at=timezone.now()))

"""Whose cool-off is over is erased at night, after those are asked after and told whom nobody has seen for too long;
who was seen again stays.
"""

from itertools import islice

from django.utils import timezone
from procrastinate.contrib.django import app

from regulars.care.erase import erase_due
from regulars.care.notice import let_seen_stay
from regulars.care.retention import ask_for_unseen
from regulars.jobs.gently import gently
from regulars.jobs.merchants import in_merchant
from regulars.jobs.tasks import AGAIN
from regulars.jobs.until_done import until_done

MOST_BATCHES = 10_000


@app.task(name="erase", queue="night", retry=AGAIN)
def erase(*, schema: str) -> int:
    """Erase who is due; how many were. What is in somebody's way is noted, and tried again the next night."""
    with in_merchant(schema):
        until_done(lambda: let_seen_stay(at=timezone.now()), most=MOST_BATCHES)
        _ask_after_unseen()
        at = timezone.now()
        batches = iter(lambda: list(gently(erase_due(at=at))), [])
        return sum(batch.count("done") for batch in islice(batches, MOST_BATCHES))


def _ask_after_unseen() -> None:
    at = timezone.now()
    after: int | None = 0
    while after is not None:
        _, after = ask_for_unseen(at=at, after=after)

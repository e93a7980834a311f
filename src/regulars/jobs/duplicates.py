"""Members who may be one person are looked for soon after they were enrolled, brought in or changed."""

from django.utils import timezone
from procrastinate.contrib.django import app

from regulars.audit.relay import relay_events
from regulars.care.duplicates import look_again, look_for_duplicates
from regulars.jobs.gently import gently
from regulars.jobs.merchants import in_merchant
from regulars.jobs.tasks import AGAIN
from regulars.jobs.until_done import until_done

LIKENESS = "likeness"
"""The reader of the outbox that looks for duplicates."""


@app.task(name="find_duplicates", queue="figures", retry=AGAIN)
def find_duplicates(*, schema: str) -> int:
    """Look at who is new, then again at who was changed; how many members and events there were."""
    with in_merchant(schema):
        new = sum(gently(iter(lambda: look_for_duplicates(at=timezone.now()), 0)))
        return new + until_done(
            lambda: relay_events(reader=LIKENESS, hand_over=lambda events: look_again(events, at=timezone.now()))
        )

"""What nobody of the team has to do by hand: locks that end, browsers that are gone, questions nobody answered."""

from django.utils import timezone
from procrastinate.contrib.django import app

from regulars.jobs.merchants import in_merchant
from regulars.jobs.tasks import AGAIN
from regulars.jobs.until_done import until_done
from regulars.staff.approvals import close_lapsed
from regulars.staff.sign_ins import forget_ended_sign_ins
from regulars.staff.states import end_locks


@app.task(name="end_locks", queue="figures", retry=AGAIN)
def let_in(*, schema: str) -> int:
    """Let those of the team in again whose lock is over; how many there were."""
    with in_merchant(schema):
        return end_locks(at=timezone.now())


@app.task(name="forget_sign_ins", queue="night", retry=AGAIN)
def forget_sign_ins(*, schema: str) -> int:
    """Drop the traces of browsers whose session is over, and what was typed for leave that nobody gave or used."""
    with in_merchant(schema):
        return until_done(lambda: forget_ended_sign_ins(at=timezone.now()) + close_lapsed(at=timezone.now()))

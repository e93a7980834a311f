"""What the worker does: a few lines each, calling the verbs. Every task can run twice, and works in bounded batches."""

from collections.abc import Sequence
from datetime import date
from time import monotonic

from django.db import OperationalError
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.types import JSONValue

from regulars.audiences.auto_tags import list_auto_tags, retag_touched, sweep_auto_tag
from regulars.audiences.segments import list_segments, recount_segment
from regulars.audiences.tag_batches import work_tag_batch
from regulars.audit.answers import delete_old_answers
from regulars.audit.relay import Relayed, relay_events
from regulars.core.actor import Actor
from regulars.core.refusals import LookAgain
from regulars.files.sweep import sweep_files
from regulars.jobs.gently import gently
from regulars.jobs.merchants import in_merchant
from regulars.jobs.proof import verify_everything
from regulars.jobs.until_done import until_done
from regulars.ledger.seal import seal_closed_months
from regulars.members.status import end_statuses
from regulars.points.expire import expire_in_batches
from regulars.points.lapse import lapse_holds
from regulars.programs.book import load_book
from regulars.reports.backtest.runs import run_backtest
from regulars.reports.exports import activity, members, messages, sales  # noqa: F401  # let their lists be exported
from regulars.reports.exports.runs import forget_exports, write_export
from regulars.reports.roll_up import last_days, roll_up_days
from regulars.reports.touched import days_touched
from regulars.sales.occasions import record_sign_ups

FIGURES = "figures"
"""The reader of the outbox that keeps the figures by day."""

HOLDS_AT_ONCE = 1_000
ANSWERS_AT_ONCE = 5_000
DAYS_SWEPT = 40
"""More than a till may report late, or a lot may expire late: each night these days are rebuilt."""

REST = 20
"""A day's figures are rebuilt whole: this many times as long as it took, nothing is rebuilt. One part in 21 at most."""

_rests_until: dict[str, float] = {}

AGAIN = RetryStrategy(max_attempts=5, exponential_wait=4, retry_exceptions={OperationalError, LookAgain})


@app.task(name="relay", queue="figures", retry=AGAIN)
def relay(*, schema: str) -> int:
    """Read the outbox: let who joined have their sign-up, look at the automatic tags of everybody to whom something
    happened, and have the days rebuilt whose figures changed; how many events there were.
    """

    def hand_over(events: Sequence[Relayed]) -> None:
        record_sign_ups(events, at=timezone.now())
        retag_touched({each.member_id for each in events if each.member_id is not None}, at=timezone.now())
        defer_roll_up(days_touched(events), schema=schema)

    with in_merchant(schema):
        return until_done(lambda: relay_events(reader=FIGURES, hand_over=hand_over))


@app.task(name="roll_up", queue="figures", retry=AGAIN)
def roll_up(*, schema: str, days: list[str]) -> int:
    """Rebuild the figures of these days; how many rows there are for them. A busy day then rests for a while."""
    began = monotonic()
    with in_merchant(schema):
        rows = roll_up_days([date.fromisoformat(day) for day in days])
    _rests_until[schema] = monotonic() + REST * (monotonic() - began)
    return rows


def is_resting(schema: str) -> bool:
    """Tell whether this merchant's figures were rebuilt so lately that tills had better have the processor."""
    return monotonic() < _rests_until.get(schema, 0)


@app.task(name="expire", queue="night", retry=AGAIN)
def expire(*, schema: str) -> int:
    """Expire the lots whose time is over, then rebuild the days they ended on; how many lots there were."""
    with in_merchant(schema):
        expired = sum(batch.lots for batch in gently(expire_in_batches(at=timezone.now())))
        days = last_days(DAYS_SWEPT, at=timezone.now(), zone=load_book().zone)
    defer_roll_up(days, schema=schema)
    return expired


@app.task(name="lapse", queue="figures", retry=AGAIN)
def lapse(*, schema: str) -> int:
    """Say of the baskets' holds whose time is over that they are; how many there were."""
    with in_merchant(schema):
        return until_done(lambda: lapse_holds(at=timezone.now(), limit=HOLDS_AT_ONCE))


@app.task(name="end_statuses", queue="figures", retry=AGAIN)
def note_ends(*, schema: str) -> int:
    """Note which members' locks and blocks are over; how many there were."""
    with in_merchant(schema):
        return until_done(lambda: end_statuses(at=timezone.now()))


@app.task(name="forget_answers", queue="night", retry=AGAIN)
def forget_answers(*, schema: str) -> int:
    """Delete the answers to `Idempotency-Key`s that are older than 35 days; how many there were."""
    with in_merchant(schema):
        return until_done(lambda: delete_old_answers(at=timezone.now(), limit=ANSWERS_AT_ONCE))


class LedgerBroken(Exception):
    """An invariant does not hold: `regulars verify` says more."""


@app.task(name="prove", queue="night")
def prove(*, schema: str) -> int:
    """Seal the months that are over, then check every invariant; how many there are. A breach fails the job."""
    with in_merchant(schema):
        seal_closed_months(at=timezone.now())
        results = list(verify_everything())
    if broken := [f"{result.name} ({result.breaches})" for result in results if result.breaches]:
        raise LedgerBroken(", ".join(broken))
    return len(results)


@app.task(name="backtest", queue="backtests", retry=AGAIN)
def backtest(*, schema: str, run: int) -> str:
    """Run a back-test that somebody asked for; how it ended. One whose worker died is run again."""
    with in_merchant(schema):
        return run_backtest(run, now=timezone.now)


@app.task(name="export", queue="exports", retry=AGAIN)
def export(*, schema: str, export: int) -> str:
    """Write an export that somebody asked for; how it ended. One whose worker died is written again."""
    with in_merchant(schema):
        return write_export(export, now=timezone.now)


def defer_export(number: int, *, schema: str) -> None:
    """Have an export written, one at a time for each merchant."""
    export.configure(lock=f"export/{schema}").defer(schema=schema, export=number)


@app.task(name="sweep", queue="night", retry=AGAIN)
def sweep(*, schema: str) -> int:
    """Look at all members by every automatic tag, then count the segments; how many members changed."""
    with in_merchant(schema):
        at = timezone.now()
        changed = sum(batch.changed for rule in list_auto_tags() for batch in gently(sweep_auto_tag(rule.pk, at=at)))
        for segment in list_segments():
            recount_segment(segment.id, at=at, pace=gently)
    return changed


@app.task(name="sweep_one", queue="exports", retry=AGAIN)
def sweep_one(*, schema: str, rule: int) -> int:
    """Look at all members by one automatic tag, because it is new; how many members changed."""
    with in_merchant(schema):
        return sum(batch.changed for batch in gently(sweep_auto_tag(rule, at=timezone.now())))


def defer_sweep(rule: int, *, schema: str) -> None:
    """Have all members looked at by a new automatic tag."""
    sweep_one.configure(lock=f"sweep/{schema}").defer(schema=schema, rule=rule)


@app.task(name="tag_batch", queue="exports", retry=AGAIN)
def tag_batch(*, schema: str, batch: int, person: int) -> int:
    """Apply or undo a batch of tags; how many lines. One whose worker died goes on where it was."""
    with in_merchant(schema):
        by = Actor(kind="staff", id=person, name="")
        return sum(part.rows for part in gently(work_tag_batch(batch, at=timezone.now(), by=by)))


def defer_tag_batch(batch: int, *, schema: str, by: Actor) -> None:
    """Have a batch of tags applied or undone, one at a time for each merchant."""
    tag_batch.configure(lock=f"tag_batch/{schema}").defer(schema=schema, batch=batch, person=by.id)


@app.task(name="forget_files", queue="night", retry=AGAIN)
def forget_files(*, schema: str) -> int:
    """Remove exports that are older than a week, and bytes that no row names; how many there were."""
    with in_merchant(schema):
        return forget_exports(at=timezone.now()) + sweep_files(at=timezone.now())


def defer_backtest(run: int, *, schema: str) -> None:
    """Have a back-test run, one at a time for each merchant."""
    backtest.configure(lock=f"backtest/{schema}").defer(schema=schema, run=run)


def defer_roll_up(days: Sequence[date], *, schema: str) -> None:
    """Have these days rebuilt, after whatever is being rebuilt for this merchant."""
    texts: list[JSONValue] = [day.isoformat() for day in days]
    roll_up.configure(lock=f"figures/{schema}").defer(schema=schema, days=texts)

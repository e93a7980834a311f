"""Everything periodic, with what it is for. Times are UTC; night work asks each program's time zone."""

from datetime import UTC, datetime

import msgspec
from procrastinate import builtin_tasks
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.job_context import JobContext
from procrastinate.tasks import Task

from regulars.core.tongue import mark
from regulars.jobs.cards import expire_cards
from regulars.jobs.duplicates import LIKENESS, find_duplicates
from regulars.jobs.imports import forget_imported
from regulars.jobs.merchants import (
    find_due_messages,
    find_due_receipts,
    find_ended,
    find_ended_locks,
    find_overdue,
    find_stuck_messages,
    find_time_zones,
    find_waiting,
    is_night_work_due,
)
from regulars.jobs.messages import defer_sending, free_messages
from regulars.jobs.night import night
from regulars.jobs.privacy import erase
from regulars.jobs.receipts import decide_receipts
from regulars.jobs.tasks import FIGURES, forget_answers, forget_files, is_resting, lapse, note_ends, prove, relay, sweep
from regulars.jobs.team import forget_sign_ins, let_in

FINISHED_JOBS_KEPT_HOURS = 24
FAILED_JOBS_KEPT_HOURS = 30 * 24


@app.task(name="tick_relay", queue="ticks")
def tick_relay(timestamp: int) -> None:
    for schema in find_waiting(FIGURES):
        if not is_resting(schema):
            defer_once(relay, schema=schema)


@app.task(name="tick_duplicates", queue="ticks")
def tick_duplicates(timestamp: int) -> None:
    for schema in find_waiting(LIKENESS):
        defer_once(find_duplicates, schema=schema)


@app.task(name="tick_holds", queue="ticks")
def tick_holds(timestamp: int) -> None:
    for schema in find_overdue():
        defer_once(lapse, schema=schema)


@app.task(name="tick_statuses", queue="ticks")
def tick_statuses(timestamp: int) -> None:
    for schema in find_ended():
        defer_once(note_ends, schema=schema)
    for schema in find_ended_locks():
        defer_once(let_in, schema=schema)


@app.task(name="tick_receipts", queue="ticks")
def tick_receipts(timestamp: int) -> None:
    for schema in find_due_receipts():
        defer_once(decide_receipts, schema=schema)


@app.task(name="tick_messages", queue="ticks")
def tick_messages(timestamp: int) -> None:
    for schema in find_stuck_messages():
        defer_once(free_messages, schema=schema)
    for schema, channel in find_due_messages():
        defer_sending(channel, schema=schema)


@app.task(name="tick_night", queue="ticks")
def tick_night(timestamp: int) -> None:
    at = datetime.fromtimestamp(timestamp, UTC)
    for schema, zone in find_time_zones().items():
        if is_night_work_due(at, zone=zone):
            defer_once(night, schema=schema)
            defer_once(forget_answers, schema=schema)
            defer_once(erase, schema=schema)
            defer_once(forget_files, schema=schema)
            defer_once(sweep, schema=schema)
            defer_once(forget_imported, schema=schema)
            defer_once(expire_cards, schema=schema)
            defer_once(forget_sign_ins, schema=schema)
            defer_once(prove, schema=schema)


@app.task(name="retry_stalled_jobs", queue="ticks", pass_context=True)
async def retry_stalled_jobs(context: JobContext, timestamp: int) -> None:
    for job in await context.app.job_manager.get_stalled_jobs():
        await context.app.job_manager.retry_job(job)


@app.task(name="remove_finished_jobs", queue="ticks", pass_context=True)
async def remove_finished_jobs(context: JobContext, timestamp: int) -> None:
    await builtin_tasks.remove_old_jobs(context, max_hours=FINISHED_JOBS_KEPT_HOURS, remove_cancelled=True)
    await builtin_tasks.remove_old_jobs(context, max_hours=FAILED_JOBS_KEPT_HOURS, remove_failed=True)


class Periodic(msgspec.Struct, frozen=True):
    """A task, when it runs (cron; a sixth field counts seconds), and what it is for."""

    task: Task
    cron: str
    sentence: str


SCHEDULE = (
    Periodic(
        tick_relay,
        "* * * * * */15",
        mark("Every 15 seconds: bring the figures by day up to date where something happened."),
    ),
    Periodic(
        tick_duplicates, "* * * * *", mark("Every minute: look for duplicates among members who are new or changed.")
    ),
    Periodic(tick_holds, "* * * * *", mark("Every minute: end the holds of baskets whose time is over.")),
    Periodic(
        tick_receipts,
        "* * * * *",
        mark("Every minute: confirm receipts that a till has recorded too, and let those lapse that nobody answered."),
    ),
    Periodic(
        tick_statuses,
        "* * * * *",
        mark("Every minute: note which locks and blocks of members are over, and let those of the team in again."),
    ),
    Periodic(
        tick_messages,
        "* * * * * */15",
        mark("Every 15 seconds: send the messages that are due, and those again whose worker died."),
    ),
    Periodic(
        tick_night,
        "0 * * * *",
        mark(
            "Every hour: where it is 02:00 now, keep birthdays, review levels, expire points and unused cards, forget "
            "old files, erase whose cool-off is over, put automatic tags on, count segments, seal what is over and "
            "prove the ledger."
        ),
    ),
    Periodic(retry_stalled_jobs, "*/2 * * * *", mark("Every two minutes: start jobs again whose worker died.")),
    Periodic(
        remove_finished_jobs,
        "30 * * * *",
        mark("Every hour: remove jobs that are done for a day, or failed for a month."),
    ),
)


def register_schedule() -> None:
    """Tell the worker what is periodic; running it twice in a process would do everything twice."""
    for periodic in SCHEDULE:
        app.periodic(cron=periodic.cron, periodic_id=periodic.task.name)(periodic.task)


def defer_once(task: Task, *, schema: str) -> None:
    """Defer a merchant's task, unless the same one is waiting already; two of a kind never run at once."""
    name = f"{task.name}/{schema}"
    try:
        task.configure(lock=name, queueing_lock=name).defer(schema=schema)
    except AlreadyEnqueued:
        return

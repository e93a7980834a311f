"""What the jobs page shows: what waits, runs and failed for this merchant, and what comes by the clock."""

from datetime import datetime

import msgspec
from django.db import connection

from regulars.core.tongue import say
from regulars.jobs.schedule import SCHEDULE
from regulars.platform.rows import fetch

RECENT = 50

# A merchant sees its own jobs, and the ticks that belong to nobody; never another merchant's.
JOBS = """
SELECT job.id, job.task_name, job.status::text, job.attempts,
       (SELECT min(at) FROM procrastinate_events WHERE job_id = job.id AND type = 'deferred'),
       (SELECT max(at) FROM procrastinate_events WHERE job_id = job.id AND type = 'started'),
       (SELECT max(at) FROM procrastinate_events WHERE job_id = job.id AND type IN ('succeeded', 'failed', 'cancelled'))
FROM procrastinate_jobs AS job
WHERE job.args ->> 'schema' = %(schema)s
ORDER BY job.status IN ('todo', 'doing') DESC, job.id DESC
LIMIT %(limit)s
"""

COUNTS = "SELECT status::text, count(*) FROM procrastinate_jobs WHERE args ->> 'schema' = %(schema)s GROUP BY status"

LAST_TICKS = (
    "SELECT task_name, to_timestamp(max(defer_timestamp)) FROM procrastinate_periodic_defers GROUP BY task_name"
)

HEARTBEAT = "SELECT max(last_heartbeat) FROM procrastinate_workers"


class JobRow(msgspec.Struct, frozen=True, kw_only=True):
    """One job; `status` is todo, doing, succeeded, failed, cancelled or aborted."""

    id: int
    task: str
    status: str
    attempts: int
    deferred_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None


class PeriodicRow(msgspec.Struct, frozen=True, kw_only=True):
    """Something periodic, in a sentence, and when it last came up."""

    task: str
    cron: str
    sentence: str
    last_at: datetime | None


class JobsState(msgspec.Struct, frozen=True, kw_only=True):
    """`heartbeat_at`: the last sign of life of a worker; None where none runs."""

    waiting: int
    running: int
    failed: int
    succeeded: int
    heartbeat_at: datetime | None
    recent: tuple[JobRow, ...]
    periodic: tuple[PeriodicRow, ...]


def read_jobs() -> JobsState:
    """Read the state of this merchant's jobs, open ones first, then the newest; at most 50."""
    schema = str(connection.schema_name)  # type: ignore[attr-defined]
    counts = dict(fetch(COUNTS, {"schema": schema}))
    last_ticks = dict(fetch(LAST_TICKS, {}))
    [(heartbeat_at,)] = fetch(HEARTBEAT, {})
    names = JobRow.__struct_fields__
    return JobsState(
        waiting=counts.get("todo", 0),
        running=counts.get("doing", 0),
        failed=counts.get("failed", 0),
        succeeded=counts.get("succeeded", 0),
        heartbeat_at=heartbeat_at,
        recent=tuple(
            JobRow(**dict(zip(names, row, strict=True))) for row in fetch(JOBS, {"schema": schema, "limit": RECENT})
        ),
        periodic=tuple(
            PeriodicRow(
                task=periodic.task.name,
                cron=periodic.cron,
                sentence=say(periodic.sentence),
                last_at=last_ticks.get(periodic.task.name),
            )
            for periodic in SCHEDULE
        ),
    )

"""Back-tests that people ask for: one at a time for each merchant, kept with what they said, until newer ones replace
them.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from django.db import OperationalError, connection, transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.periods import end_of_day, start_of_day
from regulars.core.program.document import ProgramDocument
from regulars.core.refusals import Refusal
from regulars.platform.rows import fetch
from regulars.programs.book import load_book
from regulars.reports.backtest.order import Order, Side
from regulars.reports.backtest.pool import Stopped, Watcher, WorkerDied
from regulars.reports.backtest.result import Result
from regulars.reports.backtest.run import run_order
from regulars.reports.models import BacktestRun

KEPT = 50
"""Older back-tests than these are forgotten."""

OPEN = (BacktestRun.State.WAITING, BacktestRun.State.RUNNING)
State = Literal["waiting", "running", "done", "stopped", "failed"]


class EmptyPeriod(Refusal):
    """The period ends before it begins."""

    code = "empty_period"

    def __init__(self, *, since: date, last: date) -> None:
        self.since = since
        self.last = last


class BacktestRunning(Refusal):
    """A back-test is running already: wait for it, or stop it."""

    code = "backtest_running"

    def __init__(self, *, run: int) -> None:
        self.run = run


class UnknownBacktest(Refusal):
    """There is no such back-test (any more)."""

    code = "unknown_backtest"

    def __init__(self, *, run: int) -> None:
        self.run = run


class Backtest(msgspec.Struct, frozen=True, kw_only=True):
    """A back-test as people see it; `result` when it is done, `fault` when it failed."""

    id: int
    draft: str
    against: str | None
    since: date
    last: date
    state: State
    is_stop_asked: bool
    done: int
    total: int
    created_at: datetime
    created_by: str
    started_at: datetime | None
    finished_at: datetime | None
    fault: str
    result: Result | None = None

    @property
    def is_open(self) -> bool:
        return self.state in ("waiting", "running")

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


def make_order(draft: Side, against: Side | None, *, since: date, last: date) -> Order:
    """Return the order to replay the days from `since` to `last` (both counted, in the program's time zone).

    Refuses: EmptyPeriod.
    """
    if last < since:
        raise EmptyPeriod(since=since, last=last)
    program = load_book().program
    zone = ZoneInfo(program.time_zone)
    [(newest,)] = fetch("SELECT coalesce(max(id), 0) FROM sales_sale", {})
    return Order(
        schema=str(connection.schema_name),  # type: ignore[attr-defined]
        time_zone=program.time_zone,
        currency=program.currency,
        starts_at=start_of_day(since, zone),
        ends_at=end_of_day(last, zone),
        newest_sale=newest,
        sides=(draft,) if against is None else (draft, against),
    )


def days_of_sales(*, at: datetime) -> tuple[date, date]:
    """Return the days of the first and of the last recorded sale; where there is none, that of `at` twice."""
    zone = load_book().zone
    [(first, last)] = fetch("SELECT min(occurred_at), max(occurred_at) FROM sales_sale", {})
    return (first or at).astimezone(zone).date(), (last or at).astimezone(zone).date()


@transaction.atomic
def ask_backtest(draft: Side, against: Side | None, *, since: date, last: date, at: datetime, by: Actor) -> int:
    """Note that a back-test is wanted and return its id; a job runs it. Refuses: EmptyPeriod, BacktestRunning."""
    if last < since:
        raise EmptyPeriod(since=since, last=last)
    # Two people who ask at the same moment: the second sees the first one's.
    fetch("SELECT id FROM programs_program ORDER BY id FOR NO KEY UPDATE", {})
    if running := BacktestRun.objects.filter(state__in=OPEN).first():
        raise BacktestRunning(run=running.pk)
    row = BacktestRun.objects.create(
        draft=msgspec.to_builtins(draft.document),
        draft_label=draft.label[:200],
        against=None if against is None else msgspec.to_builtins(against.document),
        against_label="" if against is None else against.label[:200],
        since=since,
        last=last,
        created_at=at,
        created_by=by.tag,
    )
    old = BacktestRun.objects.order_by("-id").values_list("id", flat=True)[KEPT:]
    BacktestRun.objects.filter(id__in=list(old)).delete()
    facts = {"since": since.isoformat(), "last": last.isoformat()}
    record_event(action="backtest.asked", about="backtest", about_id=row.pk, facts=facts, at=at, by=by)
    return row.pk


@transaction.atomic
def stop_backtest(run: int, *, at: datetime, by: Actor) -> None:
    """Stop a back-test: one that waits at once, one that runs within a second; one that is over stays as it is.

    Refuses: UnknownBacktest.
    """
    row = BacktestRun.objects.select_for_update().filter(pk=run).first()
    if row is None:
        raise UnknownBacktest(run=run)
    if row.state not in OPEN or row.is_stop_asked:
        return
    row.is_stop_asked = True
    if row.state == BacktestRun.State.WAITING:
        row.state, row.finished_at = BacktestRun.State.STOPPED, at
    row.save()
    record_event(action="backtest.stopped", about="backtest", about_id=run, at=at, by=by)


def run_backtest(run: int, *, now: Callable[[], datetime]) -> State:
    """Run a back-test that waits, or one whose worker died; keep how far it is, and what it says in the end."""
    row = BacktestRun.objects.filter(pk=run, state__in=OPEN).first()
    if row is None:
        return "stopped"
    _keep(run, state="running", started_at=now(), done=0, total=0)
    draft = _side(row.draft_label, row.draft)
    against = None if row.against is None else _side(row.against_label, row.against)
    order = make_order(draft, against, since=row.since, last=row.last)
    far = [0, 0]

    def tell(done: int, total: int) -> None:
        far[:] = done, total

    def is_stopped() -> bool:
        _keep(run, done=far[0], total=far[1])
        return BacktestRun.objects.filter(pk=run, is_stop_asked=True).exists()

    ended: dict[str, Any] = {"state": "failed", "fault": "A fault of ours ended it; the worker's log has more."}
    try:
        result = run_order(order, watcher=Watcher(tell, is_stopped))
        ended = {"state": "done", "done": far[0], "total": far[1], "result": msgspec.to_builtins(result)}
    except Stopped:
        ended = {"state": "stopped"}
    except WorkerDied as died:
        ended = {"state": "failed", "fault": str(died)}
    except OperationalError:
        ended = {}  # the job is tried again when the database is back
        raise
    finally:
        if ended:
            _keep(run, finished_at=now(), **ended)
    state: State = ended["state"]
    return state


def read_backtest(run: int) -> Backtest:
    """Return a back-test, with its result if it is done. Refuses: UnknownBacktest."""
    row = BacktestRun.objects.filter(pk=run).first()
    if row is None:
        raise UnknownBacktest(run=run)
    return _read(row, result=None if row.result is None else msgspec.convert(row.result, type=Result))


def list_backtests(*, limit: int = 20) -> list[Backtest]:
    """Return the newest back-tests, without their results."""
    return [_read(row) for row in BacktestRun.objects.defer("result", "draft", "against").order_by("-id")[:limit]]


def _side(label: str, document: object) -> Side:
    return Side(label=label, document=msgspec.convert(document, type=ProgramDocument, str_keys=True))


def _keep(run: int, **facts: Any) -> None:
    BacktestRun.objects.filter(pk=run).update(**facts)


def _read(row: BacktestRun, *, result: Result | None = None) -> Backtest:
    return Backtest(
        id=row.pk,
        draft=row.draft_label,
        against=row.against_label or None,
        since=row.since,
        last=row.last,
        state=row.state,  # type: ignore[arg-type]
        is_stop_asked=row.is_stop_asked,
        done=row.done,
        total=row.total,
        created_at=row.created_at,
        created_by=row.created_by,
        started_at=row.started_at,
        finished_at=row.finished_at,
        fault=row.fault,
        result=result,
    )

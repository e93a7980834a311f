"""Back-tests that people ask for: one at a time, run by a job, stopped, kept with what they say."""

from datetime import UTC, date, datetime, timedelta

import pytest

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM
from regulars.core.program.caps import Cap
from regulars.core.sale import SaleLine
from regulars.programs.versions import read_live
from regulars.reports.backtest.order import Side
from regulars.reports.backtest.runs import (
    KEPT,
    BacktestRunning,
    EmptyPeriod,
    UnknownBacktest,
    ask_backtest,
    days_of_sales,
    list_backtests,
    read_backtest,
    run_backtest,
    stop_backtest,
)
from regulars.reports.backtest.sheets import SHEETS, sheet_names, write_sheet
from regulars.reports.models import BacktestRun
from tests.reports.backtest.programs import a_program, base
from tests.shop import NOON, a_member, a_sale, a_shop, sell

FROM, TO = date(2026, 3, 1), date(2026, 3, 31)
CAPPED = Side(label="=capped", document=a_program(base(Cap(limit=15, period="day"))))


def ask(draft: Side = CAPPED, against: Side | None = None, *, since: date = FROM, last: date = TO) -> int:
    return ask_backtest(draft, against, since=since, last=last, at=NOON, by=SYSTEM)


def clock() -> datetime:
    return NOON + timedelta(hours=1)


@pytest.fixture
def shop(fresh_merchant):
    """Ann buys for 12.34 and 9.99 on one day and 50.00 on the next; Bob for 3.00. All of it is committed."""
    a_shop()
    ann, bob = a_member(), a_member()
    line = SaleLine("1", 1000, 1234, "PASTRY", "Own")
    sell(a_sale(1234, member=ann, lines=(line,)))
    sell(a_sale(999, member=ann))
    sell(a_sale(5000, member=ann, at=NOON + timedelta(days=1)), at=NOON + timedelta(days=1))
    sell(a_sale(300, member=bob))
    sell(a_sale(77_700))
    return ann, bob


def test_a_draft_beside_what_is_live(shop):
    ann, bob = shop
    live = Side(label="live", document=read_live(at=NOON).document)
    run = ask(CAPPED, live)
    assert read_backtest(run).state == "waiting"
    assert run_backtest(run, now=clock) == "done"
    backtest = read_backtest(run)
    result = backtest.result
    assert (backtest.done, backtest.total, backtest.percent, backtest.finished_at) == (4, 4, 100, clock())
    assert (result.sales, result.members, result.total_minor) == (4, 2, 7533)
    assert [total.awarded for total in result.draft.totals] == [15 + 15 + 3]
    assert [total.awarded for total in result.against.totals] == [12 + 9 + 50 + 3]
    assert (result.comparison.up, result.comparison.down, result.comparison.same) == (0, 1, 1)
    [loser] = result.comparison.losers
    assert (loser.member_id, loser.draft_minor, loser.against_minor) == (ann, 30, 71)
    [cap] = result.draft.caps
    assert (cap.sales, cap.held_back, cap.period) == (2, 41, "day")


def test_one_at_a_time(shop):
    run = ask()
    with pytest.raises(BacktestRunning) as refused:
        ask()
    assert refused.value.run == run
    run_backtest(run, now=clock)
    assert ask() > run


def test_one_that_waits_is_stopped_at_once_and_does_not_run(shop):
    run = ask()
    stop_backtest(run, at=NOON, by=SYSTEM)
    assert read_backtest(run).state == "stopped"
    assert run_backtest(run, now=clock) == "stopped"
    assert read_backtest(run).result is None
    actions = Event.objects.filter(about="backtest", about_id=run).order_by("id").values_list("action", flat=True)
    assert list(actions) == ["backtest.asked", "backtest.stopped"]


def test_one_that_is_to_stop_stops(shop, monkeypatch):
    """Asked between two looks: the worker sees it, and what it had is not kept."""
    monkeypatch.setattr("regulars.reports.backtest.pool.LOOK_EVERY", 0.0)
    run = ask()
    BacktestRun.objects.filter(pk=run).update(is_stop_asked=True)
    assert run_backtest(run, now=clock) == "stopped"
    assert (read_backtest(run).state, read_backtest(run).finished_at) == ("stopped", clock())


def test_one_whose_worker_died_runs_again(shop):
    run = ask()
    BacktestRun.objects.filter(pk=run).update(state="running", done=2, total=4)
    assert run_backtest(run, now=clock) == "done"


def test_a_program_that_cannot_be_replayed_fails_and_lets_the_next_one_run(shop, monkeypatch):
    monkeypatch.setattr("regulars.reports.backtest.pool.WORKER", "regulars.no_such_worker")
    run = ask()
    assert run_backtest(run, now=clock) == "failed"
    assert "no_such_worker" in read_backtest(run).fault
    assert ask() > run


@pytest.mark.django_db
def test_periods_and_numbers_that_make_no_sense_are_refused():
    a_shop()
    with pytest.raises(EmptyPeriod):
        ask(since=TO, last=FROM)
    with pytest.raises(UnknownBacktest):
        read_backtest(5)
    with pytest.raises(UnknownBacktest):
        stop_backtest(5, at=NOON, by=SYSTEM)
    assert not BacktestRun.objects.exists()
    assert days_of_sales(at=datetime(2026, 3, 10, 2, tzinfo=UTC)) == (date(2026, 3, 9),) * 2


@pytest.mark.django_db
def test_old_ones_are_forgotten():
    a_shop()
    for _ in range(KEPT + 3):
        BacktestRun.objects.update(state="stopped")
        ask()
    assert len(list_backtests(limit=100)) == BacktestRun.objects.count() == KEPT


def test_its_sheets_have_every_number_and_no_formula(shop):
    live = Side(label="live", document=read_live(at=NOON).document)
    run = ask(CAPPED, live)
    run_backtest(run, now=clock)
    result = read_backtest(run).result
    assert sheet_names(result) == ["totals", "months", "due", "rules", "caps", "members"]
    rows = write_sheet(result, "totals").splitlines()
    assert rows[0].startswith("program,unit,month,sales,desired,awarded,held_back")
    assert rows[1].startswith("'=capped,points,,4,74,33,41")
    assert write_sheet(result, "members").splitlines()[1] == f"{shop[0]},71,30,-41,71,30,-41"
    assert set(sheet_names(result)) <= {*SHEETS, "members"}

"""A back-test of what is live gives what was posted: the same sales, the same engine, in other processes."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from regulars.core.program.caps import Cap
from regulars.demo.program import PROGRAM
from regulars.reports.backtest.order import Order, Side
from regulars.reports.backtest.pool import Stopped, Watcher, WorkerDied, plan
from regulars.reports.backtest.run import run_order
from regulars.reports.backtest.runs import days_of_sales, make_order
from tests.committing import committing_merchant
from tests.demo.a_load import load
from tests.demo.posted import posted_by_rule
from tests.reports.backtest.programs import a_program, base

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
QUIET = Watcher(lambda done, total: None, lambda: False)
EVERYTHING = {"since": date(2025, 1, 1), "last": date(2026, 11, 21)}


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker, small_year, products):
    """A merchant with the small year, really committed: other processes read it."""
    with committing_merchant(django_db_blocker, "backtest") as code:
        load(small_year, at=AT, products=products)
        yield code


def look(question: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(question)
        [(answer,)] = cursor.fetchall()
    return json.dumps(answer)


def given(result) -> dict[str, int]:
    return {rule.rule: rule.awarded for rule in result.draft.rules}


def order_of(*documents) -> Order:
    sides = [Side(label=f"program {place}", document=document) for place, document in enumerate(documents)]
    return make_order(sides[0], sides[1] if len(sides) > 1 else None, **EVERYTHING)


@pytest.mark.parametrize("workers", [1, 3])
def test_live_gives_what_was_posted(loaded, workers):
    result = run_order(order_of(PROGRAM), watcher=QUIET, workers=workers)
    posted = posted_by_rule(look)
    assert given(result) == {rule: posted[rule] for rule in given(result)}
    assert {reward.reward: reward.given for reward in result.draft.rewards} == {
        code: posted[code] for code in ("pastry", "coffee", "hamper") if posted[code]
    }
    assert (result.sales, result.draft.totals[0].outstanding) == (
        700,
        look_at("SELECT sum(balance)::bigint FROM {points}"),
    )
    assert result.draft.cards[0].full == posted["full cards"]
    assert result.draft.totals[1].outstanding == look_at("SELECT sum(balance)::bigint FROM {bakery}")


def look_at(question: str) -> int:
    account = """(SELECT account.balance FROM ledger_account account JOIN ledger_unit unit ON unit.id = account.unit_id
                  WHERE unit.code = '{}' AND account.side = 'member') AS held"""
    return int(json.loads(look(question.format(points=account.format("points"), bakery=account.format("bakery")))))


def test_a_cap_over_all_members_is_replayed_in_the_order_of_time(loaded):
    """It gives what is left to who comes first, and the other side is beside it."""
    capped = a_program(base(Cap(limit=100, period="month", per="program")))
    order = order_of(capped, PROGRAM)
    assert [part.sides for part in plan(order)] == [(0,), (1,)]
    result = run_order(order, watcher=QUIET)
    months = [month for month in result.draft.months if month.awarded]
    assert [month.awarded for month in months] == [100] * len(months)
    assert result.comparison.down > result.comparison.up
    assert {rule.rule: rule.awarded for rule in result.against.rules} == given(
        run_order(order_of(PROGRAM), watcher=QUIET)
    )


def test_a_period_counts_what_lies_in_it_and_remembers_what_was_before(loaded):
    """Two halves are the whole: the second starts with the caps, cards and levels that the first left."""
    whole = run_order(order_of(PROGRAM), watcher=QUIET)
    sides = order_of(PROGRAM).sides
    first_day, last_day = days_of_sales(at=AT)
    halves = [
        run_order(make_order(sides[0], None, since=since, last=until), watcher=QUIET)
        for since, until in ((first_day, first_day), (first_day + timedelta(days=1), last_day))
    ]
    assert all(half.sales for half in halves)
    assert sum(half.sales for half in halves) == whole.sales
    for rule, awarded in given(whole).items():
        assert sum(given(half)[rule] for half in halves) == awarded
    assert halves[1].draft.totals[0].outstanding == whole.draft.totals[0].outstanding


def test_it_tells_how_far_it_is_and_can_be_stopped(loaded):
    told = []
    run_order(order_of(PROGRAM), watcher=Watcher(lambda done, total: told.append((done, total)), lambda: False))
    assert told[0] == (0, 700)
    assert told[-1] == (700, 700)
    assert told == sorted(told)
    with pytest.raises(Stopped):
        run_order(order_of(PROGRAM), watcher=Watcher(lambda done, total: None, lambda: True))


def test_nothing_is_written(loaded):
    tables = ("ledger_entry", "ledger_lot", "audit_event", "programs_tally", "tiers_standing", "rewards_issuedreward")
    counted = "SELECT json_build_array(" + ", ".join(f"(SELECT count(*) FROM {table})" for table in tables) + ")"
    before = look(counted)
    run_order(order_of(a_program(base(Cap(limit=5, period="day")))), watcher=QUIET)
    assert look(counted) == before


def test_what_a_worker_says_last_is_told(loaded):
    order = order_of(PROGRAM)
    broken = Order(**{name: getattr(order, name) for name in order.__struct_fields__} | {"time_zone": "Nowhere/Never"})
    with pytest.raises((WorkerDied, KeyError), match="Nowhere"):
        run_order(broken, watcher=QUIET)

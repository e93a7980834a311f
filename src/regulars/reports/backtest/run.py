"""A whole back-test: the order is replayed over all cores, and summed up."""

from datetime import datetime, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

from regulars.core.compiled import compile_program
from regulars.core.periods import add_months
from regulars.reports.backtest.compare import Comparing
from regulars.reports.backtest.counts import Counts, PartCounts
from regulars.reports.backtest.order import Order
from regulars.reports.backtest.pool import Watcher, run_parts
from regulars.reports.backtest.result import Result
from regulars.reports.backtest.sum_up import sum_up
from regulars.reports.backtest.worker import VERSION


def run_order(order: Order, *, watcher: Watcher, workers: int | None = None) -> Result:
    """Replay an order and return what it says. Writes nothing. Raises Stopped, WorkerDied."""
    began = monotonic()
    sums = Sums(order)
    run_parts(order, take=sums.take, watcher=watcher, workers=workers)
    return sums.result(seconds=round(monotonic() - began, 1))


class Sums:
    """The parts of an order, added up as they come."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.counts = [Counts() for _ in order.sides]
        self.comparing = Comparing()
        self.total_minor = 0
        self.sales = 0

    def take(self, part: PartCounts) -> None:
        for side, counts in part.sides.items():
            self.counts[side].add(counts)
        self.comparing.take(part, is_compared=len(self.order.sides) > 1)
        if 0 in part.sides:
            self.sales += part.sales
            self.total_minor += part.total_minor

    def result(self, *, seconds: float) -> Result:
        order, zone = self.order, ZoneInfo(self.order.time_zone)
        months = _months(order.starts_at.astimezone(zone), order.ends_at.astimezone(zone))
        sides = [
            sum_up(
                side.label,
                compile_program(side.document, version_id=VERSION, zone=zone, currency=order.currency),
                counts,
                months=months,
            )
            for side, counts in zip(order.sides, self.counts, strict=True)
        ]
        return Result(
            since=order.starts_at.astimezone(zone).date(),
            last=(order.ends_at - timedelta(microseconds=1)).astimezone(zone).date(),
            currency=order.currency,
            sales=self.sales,
            members=self.comparing.members,
            total_minor=self.total_minor,
            seconds=seconds,
            draft=sides[0],
            against=sides[1] if len(sides) > 1 else None,
            comparison=self.comparing.result() if len(sides) > 1 else None,
        )


def _months(starts_at: datetime, ends_at: datetime) -> list[str]:
    """Return the months that the period [starts_at, ends_at) touches, in local time."""
    months = []
    month = starts_at.date().replace(day=1)
    last = (ends_at - timedelta(microseconds=1)).date()
    while month <= last:
        months.append(f"{month:%Y-%m}")
        month = add_months(month, 1)
    return months

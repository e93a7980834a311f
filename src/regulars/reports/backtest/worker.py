"""A process that replays parts: it is told the order and then one part after the other, a JSON line each, and answers
with how far it is and what a part came to. It ends when nobody speaks to it any more.

python -m regulars.reports.backtest.worker
"""

import gc
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo

import msgspec

from regulars.core.compiled import Compiled, compile_program
from regulars.reports.backtest.belonging import Membership, read_belonging
from regulars.reports.backtest.counts import MemberCounts, PartCounts
from regulars.reports.backtest.order import Order, Part
from regulars.reports.backtest.recorded import Recorded, read_sales, read_stores, reading
from regulars.reports.backtest.replay import ALONE, Replay

TOLD_EVERY = 1_000
VERSION = 1
"""Whatever id the programs have: a replay knows one version of each."""


class Far(msgspec.Struct, frozen=True, tag="far"):
    """So many more sales went by."""

    sales: int


class Done(msgspec.Struct, frozen=True, tag="done"):
    counts: PartCounts


def replay_part(
    order: Order,
    part: Part,
    number: int,
    sales: Iterable[Recorded],
    *,
    tell: Callable[[int], None],
    belonging: Mapping[int, Membership] = ALONE,
) -> PartCounts:
    """Replay a part's sales by each of its sides; tell now and then how many more went by."""
    replays = {
        side: Replay(program, starts_at=order.starts_at, ends_at=order.ends_at, belonging=belonging)
        for side, program in compile_sides(order, part).items()
    }
    members: dict[int, list[MemberCounts]] = {side: [] for side in part.sides}
    counted = total_minor = told = 0
    present = None
    for went, sale in enumerate(sales, 1):
        if part.first is not None and sale.member_id != present:
            # One member after the other: nobody but this one is in memory.
            _finish(replays, members)
            present = sale.member_id
        if sale.occurred_at >= order.starts_at:
            counted += 1
            total_minor += sale.total_minor
        for replay in replays.values():
            replay.take(sale)
        if went - told == TOLD_EVERY:
            tell(TOLD_EVERY)
            told = went
    _finish(replays, members)
    tell(part.sales - told)
    return PartCounts(
        part=number,
        sales=counted,
        total_minor=total_minor,
        sides={side: replay.counts for side, replay in replays.items()},
        members=members,
    )


def compile_sides(order: Order, part: Part) -> dict[int, Compiled]:
    """Return the programs that a part is replayed by, ready, by side."""
    zone = ZoneInfo(order.time_zone)
    return {
        side: compile_program(order.sides[side].document, version_id=VERSION, zone=zone, currency=order.currency)
        for side in part.sides
    }


def _finish(replays: dict[int, Replay], members: dict[int, list[MemberCounts]]) -> None:
    for side, replay in replays.items():
        members[side] += replay.finish()


def main() -> None:
    """Work until the other side closes the pipe."""
    # Millions of values without cycles: looking for some is a fifth of the time.
    gc.set_threshold(100_000, 50, 50)
    lines: Iterator[bytes] = iter(sys.stdin.buffer.readline, b"")
    order = msgspec.json.decode(next(lines), type=Order)
    with reading(order.schema) as connection:
        stores = read_stores(connection)
        for number, line in enumerate(lines):
            part = msgspec.json.decode(line, type=Part)
            programs = compile_sides(order, part).values()
            belonging = read_belonging(connection, order, part, programs, at=order.ends_at)
            sales = read_sales(connection, order, part, stores)
            counts = replay_part(order, part, number, sales, tell=lambda sales: answer(Far(sales)), belonging=belonging)
            answer(Done(counts))


def answer(message: Far | Done) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(message) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()

"""What the dashboard shows: a shop's days, read from the figures that are kept by day."""

from collections.abc import Collection
from datetime import date

import msgspec

from regulars.platform.rows import fetch

BETWEEN = """
SELECT day, sales, member_sales, total_minor, refunded_minor, active_members, joined, earned, spent, expired,
       outstanding
FROM (
    SELECT figures.*, sum(balance_change) OVER (ORDER BY day)::bigint AS outstanding
    FROM reports_dayfigures AS figures WHERE store_id IS NULL AND day < %(until)s
) AS kept
WHERE day >= %(since)s
ORDER BY day
"""

OF_STORES = """
SELECT day, sum(sales)::bigint, sum(member_sales)::bigint, sum(total_minor)::bigint, sum(refunded_minor)::bigint,
       sum(active_members)::bigint, 0, sum(earned)::bigint, sum(spent)::bigint, 0, 0
FROM reports_dayfigures WHERE store_id = ANY(%(stores)s::bigint[]) AND day >= %(since)s AND day < %(until)s
GROUP BY day ORDER BY day
"""

NEWEST = "SELECT max(day) FROM reports_dayfigures WHERE store_id IS NULL AND sales > 0"


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """One day of the whole merchant, or of some of its stores. `outstanding`: what members hold together at its end,
    less what they owe.
    """

    day: date
    sales: int
    member_sales: int
    total_minor: int
    refunded_minor: int
    active_members: int
    joined: int
    earned: int
    spent: int
    expired: int
    outstanding: int


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """A period of the whole merchant: its days, oldest first, their sums, and what was outstanding at its end.

    `active_members_a_day` is the days' mean, rounded down: people who come twice are not added up.
    """

    days: tuple[Day, ...]
    sales: int
    member_sales: int
    total_minor: int
    refunded_minor: int
    joined: int
    earned: int
    spent: int
    expired: int
    active_members_a_day: int
    outstanding: int


SUMMED = ("sales", "member_sales", "total_minor", "refunded_minor", "joined", "earned", "spent", "expired")


def figures_between(since: date, until: date, stores: Collection[int] | None = None) -> Figures:
    """Return the figures of the days in [since, until), with one statement; days without figures are left out.

    Of some `stores` only: a member who comes to two of them on a day counts as two, and what belongs to no store
    (joined, expired, outstanding) is 0.
    """
    names = Day.__struct_fields__
    period = {"since": since, "until": until}
    rows = fetch(BETWEEN, period) if stores is None else fetch(OF_STORES, period | {"stores": list(stores)})
    days = tuple(Day(**dict(zip(names, row, strict=True))) for row in rows)
    return Figures(
        days=days,
        active_members_a_day=sum(day.active_members for day in days) // max(len(days), 1),
        outstanding=days[-1].outstanding if days else 0,
        **{name: sum(getattr(day, name) for day in days) for name in SUMMED},
    )


def newest_day() -> date | None:
    """Return the newest day that something was sold on; None where nothing was sold yet."""
    [(newest,)] = fetch(NEWEST, {})
    return newest

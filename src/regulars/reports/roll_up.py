"""Figures by day are rebuilt from what happened on that day, as often as anything happens; twice is like once."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from regulars.platform.rows import fetch, run
from regulars.programs.book import load_book

DAYS_AT_ONCE = 31

# One scan each of sales, refunds, entries and joinings over the days from %(first)s to %(last)s.
ROLL_UP = """
WITH span AS (
    SELECT %(first)s::date::timestamp AT TIME ZONE %(zone)s AS starts_at,
           (%(last)s::date + 1)::timestamp AT TIME ZONE %(zone)s AS ends_at
), side AS (
    SELECT account.id FROM ledger_account AS account JOIN ledger_unit AS unit ON unit.id = account.unit_id
    WHERE account.holder_id IS NULL AND unit.code = 'points'
), sold AS (
    SELECT (occurred_at AT TIME ZONE %(zone)s)::date AS day, store_id, count(*) AS sales,
           count(member_id) AS member_sales, sum(total_minor) AS total_minor,
           count(DISTINCT member_id) AS active_members
    FROM sales_sale, span WHERE occurred_at >= starts_at AND occurred_at < ends_at
    GROUP BY GROUPING SETS ((1), (1, 2))
), returned AS (
    SELECT (refund.occurred_at AT TIME ZONE %(zone)s)::date AS day, sale.store_id,
           sum(refund.amount_minor) AS refunded_minor
    FROM span, sales_refund AS refund JOIN sales_sale AS sale ON sale.id = refund.sale_id
    WHERE refund.occurred_at >= starts_at AND refund.occurred_at < ends_at
    GROUP BY GROUPING SETS ((1), (1, 2))
), entry AS (
    SELECT (occurred_at AT TIME ZONE %(zone)s)::date AS day, kind,
           CASE WHEN source_id IN (SELECT id FROM side) THEN amount ELSE -amount END AS gain,
           CASE WHEN key LIKE 'sale/%%' THEN split_part(key, '/', 2)::bigint END AS sale_id
    FROM ledger_entry, span
    WHERE occurred_at >= starts_at AND occurred_at < ends_at
      AND (source_id IN (SELECT id FROM side) OR target_id IN (SELECT id FROM side))
), moved AS (
    SELECT entry.day, sale.store_id,
           sum(gain) FILTER (WHERE kind = 'earn' OR kind = 'adjust' AND gain > 0) AS earned,
           -sum(gain) FILTER (WHERE kind IN ('redeem', 'reverse')) AS spent,
           -sum(gain) FILTER (WHERE kind IN ('expire', 'reinstate')) AS expired,
           sum(gain) AS balance_change
    FROM entry LEFT JOIN sales_sale AS sale ON sale.id = entry.sale_id
    GROUP BY GROUPING SETS ((1), (1, 2)) HAVING GROUPING(sale.store_id) = 1 OR sale.store_id IS NOT NULL
), came AS (
    SELECT (joined_at AT TIME ZONE %(zone)s)::date AS day, count(*) AS joined
    FROM members_member, span WHERE joined_at >= starts_at AND joined_at < ends_at
    GROUP BY 1
), part AS (
    SELECT day, store_id, sales, member_sales, total_minor, active_members, 0 AS refunded_minor, 0 AS joined,
           0 AS earned, 0 AS spent, 0 AS expired, 0 AS balance_change FROM sold
    UNION ALL SELECT day, store_id, 0, 0, 0, 0, refunded_minor, 0, 0, 0, 0, 0 FROM returned
    UNION ALL SELECT day, store_id, 0, 0, 0, 0, 0, 0, earned, spent,
                     CASE WHEN store_id IS NULL THEN expired END, CASE WHEN store_id IS NULL THEN balance_change END
              FROM moved
    UNION ALL SELECT day, NULL, 0, 0, 0, 0, 0, joined, 0, 0, 0, 0 FROM came
    UNION ALL SELECT %(first)s::date + n, NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
              FROM generate_series(0, %(last)s::date - %(first)s::date) AS n
)
INSERT INTO reports_dayfigures (day, store_id, sales, member_sales, total_minor, active_members, refunded_minor, joined,
                                earned, spent, expired, balance_change)
SELECT day, store_id, sum(sales), sum(member_sales), sum(total_minor), sum(active_members), sum(refunded_minor),
       sum(joined), coalesce(sum(earned), 0), coalesce(sum(spent), 0), coalesce(sum(expired), 0),
       coalesce(sum(balance_change), 0)
FROM part GROUP BY day, store_id
ON CONFLICT (day, store_id) DO UPDATE SET
    sales = excluded.sales, member_sales = excluded.member_sales, total_minor = excluded.total_minor,
    active_members = excluded.active_members, refunded_minor = excluded.refunded_minor, joined = excluded.joined,
    earned = excluded.earned, spent = excluded.spent, expired = excluded.expired,
    balance_change = excluded.balance_change
"""

FIRST_MOMENT = """
SELECT least((SELECT min(occurred_at) FROM sales_sale), (SELECT min(occurred_at) FROM ledger_entry),
             (SELECT min(joined_at) FROM members_member))
"""


def roll_up_days(days: Collection[date]) -> int:
    """Rebuild the figures of these days of the program's time zone; how many rows there are for them.

    Days in a row are rebuilt with one statement, at most 31 of them. Two that rebuild the same day at once would leave
    the older look: the caller sees to it that one runs at a time.
    """
    zone = load_book().program.time_zone
    written = 0
    for first, last in _runs(days):
        with transaction.atomic():
            written += run(ROLL_UP, {"first": first, "last": last, "zone": zone})
    return written


def roll_up_everything(*, at: datetime) -> int:
    """Rebuild every day from the first thing that ever happened to the day of `at`: after a load, or to be sure."""
    zone = load_book().zone
    [(first_at,)] = fetch(FIRST_MOMENT, {})
    today = at.astimezone(zone).date()
    first_day = min(first_at.astimezone(zone).date(), today) if first_at else today
    return roll_up_days([first_day + timedelta(days=n) for n in range((today - first_day).days + 1)])


def last_days(count: int, *, at: datetime, zone: ZoneInfo) -> list[date]:
    """Return the day of `at` in this zone and the days before it, `count` in all, the oldest first."""
    today = at.astimezone(zone).date()
    return [today - timedelta(days=n) for n in reversed(range(count))]


def _runs(days: Collection[date]) -> Iterator[tuple[date, date]]:
    """Yield the first and last day of each stretch of consecutive days."""
    ordered = sorted(set(days))
    start = 0
    for place, day in enumerate(ordered):
        is_last = place + 1 == len(ordered) or ordered[place + 1] - day > timedelta(days=1)
        if is_last or place - start + 1 == DAYS_AT_ONCE:
            yield ordered[start], day
            start = place + 1

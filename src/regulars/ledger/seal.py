"""A month that is over is sealed: `verify` sees if anybody changes, adds or removes an entry of it afterwards."""

from datetime import UTC, datetime, timedelta

from regulars.core.periods import add_months
from regulars.platform.rows import fetch, run

# A transaction that began before midnight may still commit after it.
SETTLING = timedelta(days=1)

OLDEST_UNSEALED = """
SELECT coalesce(
    (SELECT max(ends_at) FROM ledger_seal),
    (SELECT date_trunc('month', min(recorded_at), 'UTC') FROM ledger_entry)
)
"""

SEALED = """ROW(entry.id, entry.source_id, entry.target_id, entry.amount, entry.kind, entry.key, entry.occurred_at,
                entry.recorded_at, entry.actor, entry.approver, entry.why)::text"""
"""What of an entry is sealed: everything but people's own words, which an erasure empties."""

SEAL = f"""
INSERT INTO ledger_seal (starts_at, ends_at, entries, mark, sealed_at)
SELECT %(start)s, %(end)s, count(*), coalesce(bit_xor(hashtextextended({SEALED}, 0)), 0), %(at)s
FROM ledger_entry entry WHERE entry.recorded_at >= %(start)s AND entry.recorded_at < %(end)s
ON CONFLICT DO NOTHING
"""  # noqa: S608  our own words


def seal_closed_months(*, at: datetime) -> int:
    """Seal every calendar month (UTC) that ended a day ago or more; return how many. Can run twice."""
    [[start]] = fetch(OLDEST_UNSEALED, {})
    sealed = 0
    while start is not None and (end := _next_month(start)) + SETTLING <= at:
        sealed += run(SEAL, {"start": start, "end": end, "at": at})
        start = end
    return sealed


def _next_month(start: datetime) -> datetime:
    first = start.astimezone(UTC)
    following = add_months(first.date(), 1)
    return first.replace(year=following.year, month=following.month)

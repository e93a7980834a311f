"""What members have spent by day, for units whose spending is capped: read from the ledger, so that what came back in a
refund gives its room back in its own period.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from regulars.core.periods import start_of_day
from regulars.core.program.units import Unit
from regulars.core.refusals import Refusal
from regulars.core.spending import counted_since, tightest
from regulars.platform.rows import Asked, encode_rows

EVER = datetime(1900, 1, 1, tzinfo=UTC)

SPENT = """
SELECT account.holder_id, wanted.code, (entry.occurred_at AT TIME ZONE %(zone)s)::date, sum(left_of.amount)::bigint
FROM json_to_recordset(%(units)s::json) AS wanted(code text, since timestamptz)
JOIN ledger_unit unit ON unit.code = wanted.code
JOIN ledger_account account ON account.unit_id = unit.id AND account.side = 'member'
    AND account.holder_id = ANY(%(members)s::bigint[])
JOIN ledger_entry entry ON entry.source_id = account.id AND entry.kind = 'redeem' AND entry.occurred_at >= wanted.since
CROSS JOIN LATERAL (SELECT sum(amount) AS amount FROM ledger_allocation WHERE debit_id = entry.id) left_of
GROUP BY 1, 2, 3
"""


class SpendLimitReached(Refusal):
    """The program lets a member spend so much in a period: of `limit` there is `room` left. `days` is for rolling."""

    code = "spend_limit"

    def __init__(self, *, unit: str, limit: int, period: str, days: int | None, room: int, wanted: int) -> None:
        self.unit = unit
        self.limit = limit
        self.period = period
        self.days = days
        self.room = room
        self.wanted = wanted


class Spending:
    """What was spent by member, unit and day, as far as caps ask; counts on while a batch is decided."""

    def __init__(self, spent: Mapping[tuple[int, str], Mapping[date, int]], *, zone: ZoneInfo) -> None:
        self._spent = {place: dict(days) for place, days in spent.items()}
        self._zone = zone

    def check(self, member_id: int, unit: Unit, wanted: int, *, at: datetime) -> None:
        """Refuse SpendLimitReached where a payment at `at` is more than the unit's caps leave."""
        spent = self._spent.get((member_id, unit.code), {})
        bound = tightest(unit.spend_caps, spent, on=self._day(at))
        if bound is not None and bound.room < wanted:
            cap = bound.cap
            raise SpendLimitReached(
                unit=unit.code, limit=cap.limit, period=cap.period, days=cap.days, room=bound.room, wanted=wanted
            )

    def count(self, member_id: int, unit: Unit, amount: int, *, at: datetime) -> None:
        """A payment was decided."""
        if unit.spend_caps:
            days = self._spent.setdefault((member_id, unit.code), {})
            days[self._day(at)] = days.get(self._day(at), 0) + amount

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()


def ask_spending(
    member_ids: Collection[int], units: Collection[Unit], *, earliest: datetime, zone: ZoneInfo
) -> Callable[[], Spending]:
    """Ask inside a `together` block, after the locks, what these members spent of the units with caps; `earliest` is
    the first payment that will be judged. Where no unit has caps over time, nothing is asked.
    """
    on = earliest.astimezone(zone).date()
    firsts: dict[str, date] = {}
    for unit in units:
        if (since := counted_since(unit.spend_caps, on=on)) is not None:
            firsts[unit.code] = min(since, firsts.get(unit.code, since))
    if not firsts or not member_ids:
        return lambda: Spending({}, zone=zone)
    wanted = [{"code": code, "since": _start(since, zone)} for code, since in firsts.items()]
    asked = Asked(SPENT, {"members": list(member_ids), "units": encode_rows(wanted), "zone": zone.key})

    def read() -> Spending:
        spent: dict[tuple[int, str], dict[date, int]] = {}
        for member, unit, day, amount in asked.rows():
            spent.setdefault((member, unit), {})[day] = amount
        return Spending(spent, zone=zone)

    return read


def _start(on: date, zone: ZoneInfo) -> datetime:
    return EVER if on == date.min else start_of_day(on, zone)

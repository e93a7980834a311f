"""Which days an event changes: the day a sale happened on, however late its till reported it."""

from collections.abc import Sequence
from datetime import date, datetime

from regulars.audit.relay import Relayed
from regulars.platform.rows import fetch
from regulars.programs.book import load_book

SOLD_AT = "SELECT occurred_at FROM sales_sale WHERE id = ANY(%(ids)s)"


def days_touched(events: Sequence[Relayed]) -> list[date]:
    """Return the days of the program's time zone whose figures these events change, the oldest first.

    That is the day an event was recorded on, the day it says it occurred on, and the day of the sale it is about.
    """
    zone = load_book().zone
    moments = {event.recorded_at for event in events}
    moments |= {datetime.fromisoformat(said) for event in events if (said := event.facts.get("occurred_at"))}
    sales = sorted({event.about_id for event in events if event.about == "sale"})
    if sales:
        moments |= {sold_at for (sold_at,) in fetch(SOLD_AT, {"ids": sales})}
    return sorted({moment.astimezone(zone).date() for moment in moments})

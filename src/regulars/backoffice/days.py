"""Days in the addresses of lists."""

from datetime import date


def read_day(text: str) -> date | None:
    """A day as an address says it; None where it says none, or one that no calendar of a shop has."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 9000 else None

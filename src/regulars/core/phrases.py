"""The small change of plain words: amounts with their unit, lists, moments, days and hours."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo

from regulars.core.program.conditions import WEEKDAYS, Hours, Tags, Weekday
from regulars.core.program.units import Unit

MINUS = "\N{MINUS SIGN}"
MOST_NAMES = 6

_DAY_NAMES = dict(
    zip(WEEKDAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True)
)


def count(amount: int, unit: Unit, *, language: str = "") -> str:
    """Write an amount of a unit's smallest steps: "1 point", "1,240 points", "12.50 cashback" with a precision of 2."""
    words = unit.translations.get(language, unit.name)
    return f"{write_amount(amount, unit)} {words.singular if abs(amount) == 10**unit.decimals else words.plural}"


def write_amount(amount: int, unit: Unit) -> str:
    """Write an amount without its unit's name: 1250 of a unit with two decimals is "12.50"; a minus is a real minus."""
    whole, rest = divmod(abs(amount), 10**unit.decimals)
    sign = MINUS if amount < 0 else ""
    return f"{sign}{whole:,}.{rest:0{unit.decimals}d}" if unit.decimals else f"{sign}{whole:,}"


def some(number: int, singular: str) -> str:
    """Write a number of something: "1 day", "14 days"."""
    return f"{number:,} {singular if number == 1 else f'{singular}s'}"


def either(names: Sequence[str]) -> str:
    """Join a choice: "A", "A or B", "A, B or C"; of a long one, the first few and how many more."""
    return _joined(names, "or")


def every(names: Sequence[str]) -> str:
    """Join what all holds: "A, B and C"; of a long list, the first few and how many more."""
    return _joined(names, "and")


def nth(number: int) -> str:
    """Write an ordinal: "1st", "2nd", "3rd", "11th", "22nd"."""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


def write_day(on: date) -> str:
    """Write a day: "1 December 2026"."""
    return f"{on.day} {on:%B %Y}"


def write_moment(at: datetime, zone: tzinfo) -> str:
    """Write a moment in a zone; midnight is the day alone."""
    local = at.astimezone(zone)
    day = f"{local.day} {local:%b %Y}"
    return day if (local.hour, local.minute, local.second) == (0, 0, 0) else f"{day} {local:%H:%M}"


def write_end(end: datetime, zone: tzinfo) -> str:
    """Say a half-open end as people count: midnight is the end of the day before."""
    local = end.astimezone(zone)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return f"the end of {local - timedelta(days=1):%d %b %Y}"
    return f"{local:%d %b %Y %H:%M}"


def write_hours(hours: Hours) -> str:
    """Say days and hours: "on weekdays before 10:00", "on Saturday or Sunday from 08:00 to 12:00"."""
    return " ".join(part for part in (_say_days(hours.days), _say_clock(hours.since, hours.until)) if part) or "always"


def write_tags(tags: Tags) -> str:
    """Say a choice by tags: "tagged airport or mall, and not tagged outlet"."""
    parts = [
        *([f"tagged {either(tags.any)}"] if tags.any else []),
        *([f"tagged {every(tags.all)}"] if tags.all else []),
        *([f"not tagged {either(tags.none)}"] if tags.none else []),
    ]
    return ", and ".join(parts)


def write_minutes(minutes: int) -> str:
    """Say a span in its largest whole unit: "90 minutes", "2 hours", "1 day"."""
    if minutes % 1_440 == 0:
        return some(minutes // 1_440, "day")
    return some(minutes // 60, "hour") if minutes % 60 == 0 else some(minutes, "minute")


def _joined(names: Sequence[str], word: str) -> str:
    if len(names) > MOST_NAMES:
        return f"{', '.join(names[: MOST_NAMES - 1])} {word} {len(names) - MOST_NAMES + 1} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}" if names else ""


def _say_days(days: Sequence[Weekday]) -> str:
    chosen = [day for day in WEEKDAYS if day in days]
    if chosen == list(WEEKDAYS):
        return ""
    if chosen == list(WEEKDAYS[:5]):
        return "on weekdays"
    if chosen == list(WEEKDAYS[5:]):
        return "at weekends"
    return f"on {either([_DAY_NAMES[day] for day in chosen])}" if chosen else "on no day"


def _say_clock(since: str, until: str) -> str:
    if since == "00:00":
        return "" if until == "24:00" else f"before {until}"
    return f"from {since}" if until == "24:00" else f"from {since} to {until}"

"""The small change of plain words: amounts with their unit, lists, moments, days and hours."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo

from regulars.core import tongue
from regulars.core.program.conditions import WEEKDAYS, Hours, Tags, Weekday
from regulars.core.program.units import Unit, UnitWords
from regulars.core.tongue import mark, say, say_as, say_many

MINUS = "\N{MINUS SIGN}"
MOST_NAMES = 6

_DAY_NAMES: dict[Weekday, str] = {
    "mon": mark("Monday"),
    "tue": mark("Tuesday"),
    "wed": mark("Wednesday"),
    "thu": mark("Thursday"),
    "fri": mark("Friday"),
    "sat": mark("Saturday"),
    "sun": mark("Sunday"),
}


def count(amount: int, unit: Unit, *, language: str = "") -> str:
    """Write an amount of a unit's smallest steps: "1 point", "1,240 points", "12.50 cashback" with a precision of 2."""
    words = unit.translations.get(language, unit.name) if language else unit_words(unit)
    return f"{write_amount(amount, unit)} {words.singular if abs(amount) == 10**unit.decimals else words.plural}"


def unit_words(unit: Unit) -> UnitWords:
    """Return a unit's names in the language of now, "de" where there is no "de-at"; else its own."""
    language = tongue.language()
    return unit.translations.get(language) or unit.translations.get(language.partition("-")[0], unit.name)


def write_amount(amount: int, unit: Unit) -> str:
    """Write an amount without its unit's name: 1250 of a unit with two decimals is "12.50"; a minus is a real minus."""
    whole, rest = divmod(abs(amount), 10**unit.decimals)
    sign = MINUS if amount < 0 else ""
    decimals = f"{tongue.point()}{rest:0{unit.decimals}d}" if unit.decimals else ""
    return f"{sign}{tongue.number(whole)}{decimals}"


def days(number: int) -> str:
    return say_many("%(n)s day", "%(n)s days", n=number)


def months(number: int) -> str:
    return say_many("%(n)s month", "%(n)s months", n=number)


def stamps(number: int) -> str:
    return say_many("%(n)s stamp", "%(n)s stamps", n=number)


def either(names: Sequence[str]) -> str:
    """Join a choice: "A", "A or B", "A, B or C"; of a long one, the first few and how many more."""
    return _joined(names, last=mark("%(names)s or %(last)s"), more=mark("%(names)s or %(n)s more"))


def every(names: Sequence[str]) -> str:
    """Join what all holds: "A, B and C"; of a long list, the first few and how many more."""
    return _joined(names, last=mark("%(names)s and %(last)s"), more=mark("%(names)s and %(n)s more"))


def quoted(name: str) -> str:
    """Put a name into quotation marks: "“Free coffee”"."""
    return say("“%(name)s”", name=name)


def sentence(phrase: str) -> str:
    """Make a phrase a sentence of its own: with a capital and a full stop; nothing stays nothing."""
    return say("%(phrase)s.", phrase=f"{phrase[:1].upper()}{phrase[1:]}") if phrase else ""


def nth(number: int) -> str:
    """Write an ordinal: "1st", "2nd", "3rd", "11th", "22nd"."""
    match 0 if 10 <= number % 100 <= 20 else number % 10:
        case 1:
            return say("%(n)sst", n=number)
        case 2:
            return say("%(n)snd", n=number)
        case 3:
            return say("%(n)srd", n=number)
        case _:
            return say("%(n)sth", n=number)


def write_day(on: date) -> str:
    """Write a day: "1 December 2026"."""
    return tongue.long_day(on)


def write_moment(at: datetime, zone: tzinfo) -> str:
    """Write a moment in a zone; midnight is the day alone."""
    local = at.astimezone(zone)
    day = tongue.day(local.date())
    return day if (local.hour, local.minute, local.second) == (0, 0, 0) else f"{day} {local:%H:%M}"


def write_end(end: datetime, zone: tzinfo) -> str:
    """Say a half-open end as people count: midnight is the end of the day before."""
    local = end.astimezone(zone)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return say("the end of %(day)s", day=tongue.day(local.date() - timedelta(days=1)))
    return f"{tongue.day(local.date())} {local:%H:%M}"


def write_hours(hours: Hours) -> str:
    """Say days and hours: "on weekdays before 10:00", "on Saturday or Sunday from 08:00 to 12:00"."""
    parts = [part for part in (_say_days(hours.days), _say_clock(hours.since, hours.until)) if part]
    if len(parts) == 2:
        return say("%(days)s %(hours)s", days=parts[0], hours=parts[1])
    return parts[0] if parts else say("always")


def write_tags(tags: Tags) -> str:
    """Say a choice by tags: "tagged airport or mall, and not tagged outlet"."""
    parts = [
        *([say("tagged %(tags)s", tags=either(tags.any))] if tags.any else []),
        *([say("tagged %(tags)s", tags=every(tags.all))] if tags.all else []),
        *([say("not tagged %(tags)s", tags=either(tags.none))] if tags.none else []),
    ]
    return say_as("between phrases", ", and ").join(parts)


def write_minutes(minutes: int) -> str:
    """Say a span in its largest whole unit: "90 minutes", "2 hours", "1 day"."""
    if minutes % 1_440 == 0:
        return days(minutes // 1_440)
    if minutes % 60 == 0:
        return say_many("%(n)s hour", "%(n)s hours", n=minutes // 60)
    return say_many("%(n)s minute", "%(n)s minutes", n=minutes)


def _joined(names: Sequence[str], *, last: str, more: str) -> str:
    if len(names) > MOST_NAMES:
        return say(more, names=tongue.names(names[: MOST_NAMES - 1]), n=len(names) - MOST_NAMES + 1)
    if len(names) < 2:
        return names[0] if names else ""
    return say(last, names=tongue.names(names[:-1]), last=names[-1])


def _say_days(days: Sequence[Weekday]) -> str:
    chosen = [day for day in WEEKDAYS if day in days]
    if chosen == list(WEEKDAYS):
        return ""
    if chosen == list(WEEKDAYS[:5]):
        return say("on weekdays")
    if chosen == list(WEEKDAYS[5:]):
        return say("at weekends")
    return say("on %(days)s", days=either([say(_DAY_NAMES[day]) for day in chosen])) if chosen else say("on no day")


def _say_clock(since: str, until: str) -> str:
    if since == "00:00":
        return "" if until == "24:00" else say("before %(time)s", time=until)
    if until == "24:00":
        return say("from %(time)s", time=since)
    return say("from %(since)s to %(until)s", since=since, until=until)

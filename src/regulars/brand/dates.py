"""Days as the merchant writes them, in the language that is spoken: every page and letter writes them by these.

Like a language, the way holds for all that is written within a request or a letter (`days_written`); outside of any,
days are words.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from enum import StrEnum

from django.utils.formats import date_format


class DateStyle(StrEnum):
    """5 Mar 2026, 05/03/2026, 03/05/2026, 2026-03-05 (ISO 8601). The codes are kept and never renamed."""

    WORDS = "words"
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"
    ISO = "iso"


_DAY = {DateStyle.DAY_FIRST: "%d/%m/%Y", DateStyle.MONTH_FIRST: "%m/%d/%Y", DateStyle.ISO: "%Y-%m-%d"}
_MONTH = {DateStyle.DAY_FIRST: "%m/%Y", DateStyle.MONTH_FIRST: "%m/%Y", DateStyle.ISO: "%Y-%m"}
_DAY_OF_YEAR = {DateStyle.DAY_FIRST: "%d/%m", DateStyle.MONTH_FIRST: "%m/%d", DateStyle.ISO: "%m-%d"}

_written: ContextVar[DateStyle] = ContextVar("days_written", default=DateStyle.WORDS)


@contextmanager
def days_written(style: DateStyle) -> Iterator[None]:
    """Write days so within."""
    token = _written.set(style)
    try:
        yield
    finally:
        _written.reset(token)


def style_now() -> DateStyle:
    return _written.get()


def say_day(on: date) -> str:
    """5 Mar 2026, or the same in figures. A moment is said as the day that its own zone has then."""
    return day_in_figures(on) or date_format(on, "DATE_FORMAT")


def say_weekday(on: date) -> str:
    """Thu 5 Mar 2026."""
    return f"{date_format(on, 'D')} {say_day(on)}"


def say_month(on: date) -> str:
    """Mar 2026."""
    return _in_figures(on, _MONTH) or date_format(on, "YEAR_MONTH_FORMAT")


def say_day_of_year(on: date) -> str:
    """5 Mar: where the year is told beside it."""
    return _in_figures(on, _DAY_OF_YEAR) or date_format(on, "MONTH_DAY_FORMAT")


def day_in_figures(on: date) -> str | None:
    """05/03/2026, as the merchant chose; None where days are words."""
    return _in_figures(on, _DAY)


def _in_figures(on: date, formats: dict[DateStyle, str]) -> str | None:
    chosen = formats.get(style_now())
    return None if chosen is None else f"{on:{chosen}}"

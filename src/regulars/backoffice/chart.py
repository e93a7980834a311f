"""Bars of a day each, drawn on the server: readable without JavaScript, printable, in the page's colours."""

from collections.abc import Callable, Sequence
from datetime import date

import msgspec

from regulars.brand.dates import say_day_of_year

HEIGHT = 100


class Bar(msgspec.Struct, frozen=True):
    x: str
    y: str
    width: str
    height: str
    series: str


class Hit(msgspec.Struct, frozen=True):
    """The place over a day, which tells its figures."""

    x: str
    width: str
    tip: str


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """A drawing 1000 wide and 100 high."""

    title: str
    keys: tuple[tuple[str, str], ...]
    bars: tuple[Bar, ...]
    hits: tuple[Hit, ...]
    highest: str
    is_empty: bool
    first: str
    last: str


def draw_bars(
    title: str,
    days: Sequence[tuple[date, tuple[int, ...]]],
    *,
    names: Sequence[str],
    say: Callable[[int], str],
    say_day: Callable[[date], str],
    say_end: Callable[[date], str] = say_day_of_year,
    is_part: bool = False,
) -> Chart:
    """Draw one bar per day and series: side by side, or the first in front where it `is_part` of the second.

    A long period is drawn by weeks: a bar of a pixel says nothing. `say_end` writes the two ends of the axis.
    """
    steps = by_weeks(days) if len(days) > 100 else list(days)
    highest = max((value for _, values in steps for value in values), default=0)
    step = 1000 / max(len(steps), 1)
    bars, hits = [], []
    for place, (day, values) in enumerate(steps):
        width = step * 0.76 / (1 if is_part else len(names))
        for nth, value in sorted(enumerate(values), reverse=is_part):
            height = HEIGHT * value / highest if highest else 0
            x = place * step + step * 0.12 + (0 if is_part else nth * width)
            bars.append(Bar(_plain(x), _plain(HEIGHT - height), _plain(width), _plain(height), "abc"[nth]))
        told = " · ".join(f"{name} {say(value)}" for name, value in zip(names, values, strict=True))
        hits.append(Hit(_plain(place * step), _plain(step), f"{say_day(day)}: {told}"))
    return Chart(
        title=title,
        keys=tuple(zip("abc", names, strict=False)),
        bars=tuple(bars),
        hits=tuple(hits),
        highest=say(highest),
        is_empty=highest == 0,
        first=say_end(days[0][0]) if days else "",
        last=say_end(days[-1][0]) if days else "",
    )


def by_weeks(days: Sequence[tuple[date, tuple[int, ...]]]) -> list[tuple[date, tuple[int, ...]]]:
    """Add up seven days at a time, the newest week whole; each is named by its first day."""
    weeks = []
    for end in range(len(days), 0, -7):
        week = days[max(end - 7, 0) : end]
        weeks.append((week[0][0], tuple(sum(values) for values in zip(*(each for _, each in week), strict=True))))
    return weeks[::-1]


def _plain(length: float) -> str:
    """A length as SVG reads it: never with the separators of the reader's language."""
    return f"{length:.2f}"

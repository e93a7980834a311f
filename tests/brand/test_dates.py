"""Days are written as the merchant chose, and in words in the language that is spoken."""

from datetime import date

import pytest
from django.utils.translation import override

from regulars.brand.dates import DateStyle, days_written, say_day, say_day_of_year, say_month, say_weekday

FIFTH = date(2026, 3, 5)


@pytest.mark.parametrize(
    ("style", "day", "weekday", "month", "short"),
    [
        (DateStyle.WORDS, "5 Mar 2026", "Thu 5 Mar 2026", "Mar 2026", "5 Mar"),
        (DateStyle.DAY_FIRST, "05/03/2026", "Thu 05/03/2026", "03/2026", "05/03"),
        (DateStyle.MONTH_FIRST, "03/05/2026", "Thu 03/05/2026", "03/2026", "03/05"),
        (DateStyle.ISO, "2026-03-05", "Thu 2026-03-05", "2026-03", "03-05"),
    ],
)
def test_each_style_writes_days_its_way(style, day, weekday, month, short):
    with days_written(style):
        assert (say_day(FIFTH), say_weekday(FIFTH)) == (day, weekday)
        assert (say_month(FIFTH), say_day_of_year(FIFTH)) == (month, short)


def test_outside_of_any_style_days_are_words():
    with days_written(DateStyle.ISO), days_written(DateStyle.DAY_FIRST):
        assert say_day(FIFTH) == "05/03/2026"
    assert say_day(FIFTH) == "5 Mar 2026"


def test_a_style_ends_also_where_something_fails():
    with pytest.raises(ZeroDivisionError), days_written(DateStyle.ISO):
        raise ZeroDivisionError
    assert say_day(FIFTH) == "5 Mar 2026"


@pytest.mark.parametrize(("language", "said"), [("vi", "5/3/2026"), ("zh-hans", "2026年3月5日")])
def test_words_are_those_of_the_language_and_figures_are_not(language, said):
    with override(language):
        assert say_day(FIFTH) == said
        with days_written(DateStyle.ISO):
            assert say_day(FIFTH) == "2026-03-05"


@pytest.mark.parametrize("year", [1, 987, 9999])
def test_far_years_are_written_as_well(year):
    with days_written(DateStyle.DAY_FIRST):
        assert say_day(date(year, 3, 5)).startswith("05/03/")

"""Sentences of core, numbers and days in each language, through Django's translations."""

from datetime import date

import pytest
from django.utils.translation import activate, override

from regulars.backoffice.wording import number, quantity
from regulars.core import tongue
from regulars.core.describe.limits import describe_expiry
from regulars.core.expiry import AfterDays, OnDate
from regulars.core.money import write_money
from regulars.core.phrases import every
from regulars.platform.tongues import nearest, plain, spoken, tag_of, tongue_now


@pytest.fixture(autouse=True)
def _english_afterwards():
    yield
    activate("en")


@pytest.mark.parametrize(
    ("language", "life", "money", "names"),
    [
        ("en", "expires 30 days after it was given", "1,234.56 USD", "A, B and C"),
        ("vi", "hết hạn 30 ngày sau khi được tặng", "1.234,56 USD", "A, B và C"),
        ("ms", "luput 30 hari selepas diberi", "1,234.56 USD", "A, B dan C"),
        ("zh-hans", "给予后 30 天过期", "1,234.56 USD", "A、B和C"),
    ],
)
@pytest.mark.parametrize("word", ["store", "branch"])
def test_core_speaks_every_language(language, life, money, names, word):
    with spoken(language, word):
        assert describe_expiry(AfterDays(days=30)) == life
        assert write_money(123456, "USD") == money
        assert every(["A", "B", "C"]) == names
        assert tongue_now() == language


@pytest.mark.parametrize(
    ("language", "short", "life"),
    [
        ("en", "1 Dec 2026", "expires at the end of 1 December 2026"),
        ("vi", "1/12/2026", "hết hạn vào cuối ngày 1/12/2026"),
        ("ms", "1 Dis 2026", "luput pada akhir 1 Disember 2026"),
        ("zh-hans", "2026年12月1日", "在2026年12月1日结束时过期"),
    ],
)
@pytest.mark.parametrize("word", ["store", "clinic"])
def test_days_are_written_as_the_language_does(language, short, life, word):
    with spoken(language, word):
        assert tongue.day(date(2026, 12, 1)) == short
        assert describe_expiry(OnDate(on=date(2026, 12, 1))) == life


def test_numbers_on_pages_are_the_languages_own():
    with override("vi-x-branch"):
        assert number(-1234567) == "\N{MINUS SIGN}1.234.567"
        assert quantity(1500) == "1,5"
    with override("zh-hans"):
        assert number(1234567) == "1,234,567"


@pytest.mark.parametrize(
    ("asked", "ours"),
    [
        ("vi", "vi"),
        ("zh", "zh-hans"),
        ("zh-CN", "zh-hans"),
        ("ms-MY", "ms"),
        ("de", "en"),
        ("", "en"),
        ("x" * 600, "en"),
    ],
)
def test_somebodys_language_is_the_nearest_of_ours(asked, ours):
    assert nearest(asked) == ours


def test_the_word_for_a_store_is_no_part_of_the_language():
    assert (tag_of("vi", "store"), tag_of("vi", "branch"), plain("zh-hans-x-branch")) == (
        "vi",
        "vi-x-branch",
        "zh-hans",
    )

"""Which version a sale earns by: the one that was live when it happened."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from regulars.brand.dates import DateStyle, days_written
from regulars.core.actor import SYSTEM
from regulars.core.expiry import OnDate
from regulars.core.program.rules import RateRule
from regulars.core.program.units import POINTS, Unit, UnitWords
from regulars.programs.book import NoProgram, load_book
from regulars.programs.models import Program, ProgramVersion
from regulars.programs.settings import change_program
from regulars.programs.versions import save_draft
from tests.shop import NOON, OPENED, a_program, a_shop, publish

pytestmark = pytest.mark.django_db

MOMENT = timedelta(microseconds=1)


def day(number: int) -> datetime:
    return datetime(2026, 2, number, tzinfo=UTC)


def points(number: int) -> RateRule:
    return RateRule(code="base", name="Base", points=number, per_minor=100)


@pytest.fixture(autouse=True)
def _shop(db):
    a_shop(points(1))


def points_at(at: datetime) -> int:
    return load_book().compiled_at(at).rules["base"].points


@pytest.mark.parametrize(
    ("at", "number"),
    [
        (datetime(2000, 1, 1, tzinfo=UTC), 1),  # before the first version: the first
        (OPENED, 1),
        (day(20) - MOMENT, 1),
        (day(20), 2),
        (day(25) - MOMENT, 2),
        (day(25), 3),
        (datetime(2100, 1, 1, tzinfo=UTC), 3),
    ],
)
def test_the_newest_version_that_had_started_counts(at, number):
    publish(a_program(points(2)), at=day(20))
    publish(a_program(points(3)), at=day(25))

    assert points_at(at) == number


def test_a_draft_counts_for_nothing():
    save_draft(a_program(points(9)), at=day(1), by=SYSTEM)

    assert points_at(NOON) == 1


def test_a_sale_finds_the_version_it_earned_by_after_it_is_over():
    old = load_book().compiled_at(day(1))
    publish(a_program(points(2)), at=day(20))

    assert load_book().version(old.version_id).document == old.document


def test_one_statement_and_an_unchanged_book_is_not_read_twice(django_assert_num_queries):
    before = load_book()
    compiled = before.compiled_at(NOON)

    with django_assert_num_queries(1):
        assert load_book() is before

    publish(a_program(points(2)))
    after = load_book()
    assert after.compiled_at(NOON) is not compiled
    with django_assert_num_queries(0):
        assert after.compiled_at(day(1)) is compiled


def test_another_time_zone_is_another_calendar():
    assert str(load_book().compiled_at(NOON).zone) == "America/New_York"
    change_program(name="Shop", time_zone="Europe/Riga", at=NOON, by=SYSTEM)
    assert str(load_book().compiled_at(NOON).zone) == "Europe/Riga"


def test_the_book_knows_its_program_and_what_its_units_were_called_last():
    stars = Unit(code="stars", name=UnitWords(singular="star", plural="stars"))
    publish(a_program(points(1), units=(POINTS, stars)), at=day(1))
    publish(a_program(points(1)), at=day(2))
    book = load_book()

    assert (book.program.currency, book.program.country, str(book.zone)) == ("USD", "US", "America/New_York")
    assert set(book.units) == {"points", "stars"}
    assert book.unit("stars") == stars
    assert book.unit("unknown").name.plural == "unknown"
    assert book.say_rule(book.compiled_at(NOON).version_id, "base") == "1 point for each full 1.00 USD"


def test_without_a_program_there_is_no_book():
    ProgramVersion.objects.all().delete()
    Program.objects.all().delete()

    with pytest.raises(NoProgram):
        load_book()


def test_a_rule_is_said_as_each_reader_s_page_writes_days():
    publish(a_program(msgspec.structs.replace(points(1), expiry=OnDate(on=date(2026, 12, 31)))), at=day(20))
    book = load_book()
    version = book.compiled_at(day(21)).version_id
    for style, said in ((DateStyle.WORDS, "31 December 2026"), (DateStyle.ISO, "2026-12-31")) * 2:
        with days_written(style):
            assert said in book.say_rule(version, "base")

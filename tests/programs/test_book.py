"""Which rules a sale earns by: the version in force when it happened."""

from datetime import UTC, datetime, timedelta

import pytest

from regulars.core.actor import SYSTEM
from regulars.core.rules import RateRule
from regulars.core.terms import Terms
from regulars.programs.book import NoProgram, load_book
from regulars.programs.publish import end_rule, publish_rule, save_draft
from regulars.programs.settings import change_terms
from regulars.programs.setup import create_program

pytestmark = pytest.mark.django_db


def day(number: int) -> datetime:
    return datetime(2026, 1, number, tzinfo=UTC)


MOMENT = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def program(db):
    create_program(
        name="P", time_zone="America/New_York", currency="USD", country="US", terms=Terms(), at=day(1), by=SYSTEM
    )


def publish(points: int, *, on: int, rule_id: int | None = None, **more: object) -> int:
    terms = RateRule(points=points, per_minor=100, **more)  # type: ignore[arg-type]
    return publish_rule(rule_id=rule_id, name="Base", terms=terms, at=day(on), by=SYSTEM).rule_id


def points_at(at: datetime) -> list[int]:
    return [rule.terms.points for rule in load_book().in_force(at)]


@pytest.mark.parametrize(
    ("at", "points"),
    [
        (datetime(2000, 1, 1, tzinfo=UTC), [1]),  # before the first publication: the first
        (day(10), [1]),
        (day(20) - MOMENT, [1]),
        (day(20), [2]),
        (day(25) - MOMENT, [2]),
        (day(25), [3]),
        (datetime(2100, 1, 1, tzinfo=UTC), [3]),
    ],
)
def test_the_newest_version_published_by_then_counts(at, points):
    rule = publish(1, on=10)
    publish(2, on=20, rule_id=rule)
    publish(3, on=25, rule_id=rule)

    assert points_at(at) == points


@pytest.mark.parametrize(("at", "points"), [(day(20) - MOMENT, [1]), (day(20), []), (day(30), [])])
def test_a_rule_counts_until_it_is_ended(at, points):
    end_rule(rule_id=publish(1, on=10), at=day(20), by=SYSTEM)

    assert points_at(at) == points


@pytest.mark.parametrize(
    ("at", "points"), [(day(12) - MOMENT, []), (day(12), [1]), (day(15) - MOMENT, [1]), (day(15), [])]
)
def test_a_rule_counts_between_its_own_start_and_end(at, points):
    publish(1, on=10, starts_at=day(12), ends_at=day(15))

    assert points_at(at) == points


def test_a_version_in_force_that_has_not_started_does_not_bring_the_old_one_back():
    rule = publish(1, on=10)
    publish(2, on=11, rule_id=rule, starts_at=day(20))

    assert points_at(day(15)) == []


def test_drafts_count_for_nothing_and_rules_come_in_the_order_they_were_made():
    save_draft(rule_id=None, name="Draft", terms=RateRule(points=9, per_minor=100), at=day(1), by=SYSTEM)
    publish(5, on=20)
    publish(4, on=10)

    assert points_at(day(30)) == [5, 4]


def test_a_sale_finds_the_version_it_earned_by_after_it_is_over():
    rule = publish(1, on=10)
    [old] = load_book().in_force(day(10))
    publish(2, on=11, rule_id=rule)
    end_rule(rule_id=rule, at=day(12), by=SYSTEM)

    assert load_book().version(old.version_id).terms == old.terms


def test_one_statement_and_an_unchanged_book_is_not_read_twice(django_assert_num_queries):
    publish(1, on=10)
    before = load_book()

    with django_assert_num_queries(1):
        assert load_book() is before

    change_terms(terms=Terms(points_per=50), at=day(2), by=SYSTEM)
    assert load_book().terms.points_per == 50


def test_the_book_knows_its_program():
    book = load_book()

    assert (book.program.currency, book.program.country, str(book.zone)) == ("USD", "US", "America/New_York")
    assert list(book.units) == ["points"]
    assert book.terms == Terms()


def test_without_a_program_there_is_no_book():
    from regulars.programs.models import Program

    Program.objects.all().delete()

    with pytest.raises(NoProgram):
        load_book()

"""The check tells who may be there already: by name and birth date, in the program or in the same file."""

from datetime import date

import pytest

from regulars.care.duplicates import MOST_ALIKE, look_for_duplicates
from regulars.imports.models import ImportLine, ImportRun
from regulars.imports.run import AT_ONCE
from tests.imports.files import a_file, bring, check, write
from tests.shop import NOON, a_member, a_shop

pytestmark = pytest.mark.django_db
HEAD = "External id,First name,Last name,Birthday,Tags\n"


@pytest.fixture
def ann() -> int:
    a_shop()
    member = a_member(first_name="Ann", last_name="Smith", birth_on=date(1990, 2, 28), external_id="C-1")
    look_for_duplicates(at=NOON)
    return member


def alike(run: ImportRun) -> list[tuple[int, int | None, int | None]]:
    found = ImportLine.objects.filter(run=run).exclude(like_line=None, like_member_id=None).order_by("line")
    return list(found.values_list("line", "like_line", "like_member_id"))


def test_somebody_new_may_be_a_member_or_stand_in_an_earlier_line(ann):
    run = check(
        a_file(
            HEAD + "C-2,SMITH,Ann,1990-02-28,\n"  # in another order
            "C-3,Ann,Smith,1990-03-01,\n"  # another day
            "C-4,Ann,Smith,,\n"  # a name alone says nothing
            "C-5,Bob,Jones,1980-05-05,\n"
            "C-6,Bob,Jones,1980-05-05,\n"
        )
    )
    assert (run.counts, run.alike) == ({"created": 5}, 2)
    assert alike(run) == [(2, None, ann), (6, 5, None)]


def test_whoever_is_found_or_fails_is_nobody_to_ask_about(ann):
    run = check(
        a_file(
            HEAD + "C-1,Ann,Smith,1990-02-28,\n"  # is found
            "C-7,Ann,Smith,1990-02-28,unknown\n"  # fails
            "C-8,Ann,Smith,1990-02-28,\n"
        )
    )
    assert (run.counts, run.alike) == ({"unchanged": 1, "failed": 1, "created": 1}, 1)
    assert alike(run) == [(4, 2, ann)]


def test_whom_too_many_are_like_is_nobody_in_particular(ann):
    lines = "".join(f"C-{n},No,Name,1970-01-01,\n" for n in range(10, 11 + MOST_ALIKE))
    run = check(a_file(HEAD + lines))
    assert (run.counts, run.alike) == ({"created": MOST_ALIKE + 1}, 0)


def test_they_are_brought_in_all_the_same_and_stay_known(ann):
    run = a_file(HEAD + "C-2,Ann,Smith,1990-02-28,\n")
    check(run)
    run = write(run)
    assert (run.counts, run.alike, alike(run)) == ({"created": 1}, 1, [(2, None, ann)])


def test_looked_at_again_they_are_counted_once(ann, monkeypatch):
    monkeypatch.setattr("regulars.imports.run.AT_ONCE", 2)
    assert AT_ONCE > 2
    text = HEAD + "".join(f"C-{n},Ann,Smith,1990-02-28,\n" for n in range(2, 7))
    assert bring(text, mode="create_only").alike == 5

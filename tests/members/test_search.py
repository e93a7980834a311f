"""The search box finds what people type: beginnings of names, e-mails, cards, ids, and phones from either end."""

import pytest

from regulars.members.enrol import NewMember, enrol_members
from regulars.members.search import search_members
from tests.shop import NOON, a_shop

pytestmark = pytest.mark.django_db

PEOPLE = [
    NewMember(first_name="Ána", last_name="Müller", email="ana.mueller@example.com", cards=("9000000017",)),
    NewMember(first_name="Mary Ann", last_name="O'Brien", phone="(212) 555-0101", external_id="C-77"),
    NewMember(first_name="Bob", last_name="Annan", phone="+44 20 7946 0018", cards=("AB-12",)),
    NewMember(first_name="Zoe", last_name="Smith-Jones", email="zoe@example.org", phone="(646) 555-0199"),
]
ANA, MARY, BOB, ZOE = range(4)


@pytest.fixture(autouse=True)
def shop(db):
    a_shop()
    enrol_members(PEOPLE, at=NOON)


def found(text: str, **how: int) -> set[int]:
    first_names = [new.first_name for new in PEOPLE]
    return {first_names.index(row.first_name) for row in search_members(text, country="US", **how)}


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("ana", {ANA}),
        ("ÁNA mul", {ANA}),
        ("muller a", {ANA}),
        ("mü", {ANA}),
        ("ann", {MARY, BOB}),  # a second first name, and a surname
        ("brien", {MARY}),
        ("o'b", {MARY}),
        ("mary ann o'brien", {MARY}),
        ("brien mary", {MARY}),
        ("jones", {ZOE}),
        ("smith-jones z", {ZOE}),
        ("ana.m", {ANA}),
        ("zoe@", {ZOE}),
        ("ZOE@EXAMPLE.ORG", {ZOE}),
        ("212", {MARY}),
        ("(212) 555", {MARY}),
        ("1 212", {MARY}),
        ("+1212", {MARY}),
        ("0101", {MARY}),
        ("101", {MARY}),
        ("+44 20 79", {BOB}),
        ("0044 20", {BOB}),
        ("4420", {BOB}),
        ("018", {BOB}),
        ("90000", {ANA}),
        ("9000 000017", {ANA}),
        ("ab-1", {BOB}),
        ("C-77", {MARY}),
        ("c-77", set()),  # external ids are the shop's own: as given
        ("555", set()),  # neither end of a phone
        ("01", set()),  # a phone needs three digits
        ("nobody", set()),
        ("ann nobody", set()),
        ("", set()),
        ("a", set()),
        ("%%", set()),
        ("' & |", set()),
        ("\x00ana", set()),
        ("x" * 5000, set()),
    ],
)
def test_typed_and_found(typed, who):
    assert found(typed) == who


def test_national_numbers_are_the_countrys():
    assert [row.first_name for row in search_members("020 79", country="GB")] == ["Bob"]


def test_of_equal_names_the_newest_comes_first_and_no_more_than_asked():
    enrol_members([NewMember(first_name="Ida", last_name="May", email=f"{n}@example.com") for n in range(5)], at=NOON)

    rows = search_members("ida", country="US", limit=3)

    assert [row.email for row in rows] == ["4@example.com", "3@example.com", "2@example.com"]


def test_a_common_first_name_does_not_hide_a_surname():
    enrol_members([NewMember(first_name="Martin", last_name=f"A{n}") for n in range(30)], at=NOON)
    enrol_members([NewMember(first_name="Zed", last_name="Martin")], at=NOON)

    assert "Zed Martin" in [row.name for row in search_members("martin", country="US", limit=4)]


def test_three_statements_at_most(django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        found("ann")

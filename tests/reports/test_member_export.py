"""The list of members as rows: every column says what the member's own page says."""

from datetime import timedelta
from decimal import Decimal

import pytest

from regulars.core.actor import SYSTEM
from regulars.core.attributes import AttributeKind, Choice
from regulars.core.audience import Tagged, write_condition
from regulars.members.attributes import change_values
from regulars.members.define import AttributeWish, save_attributes
from regulars.reports.exports.members import FIXED, MEMBERS, read_cells
from tests.audiences.people import open_shop
from tests.shop import NOON, a_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db) -> dict[str, int]:
    people = open_shop()
    choices = (Choice("s", "Small"), Choice("l", "Large"))
    save_attributes(
        [
            AttributeWish(code="size", label="Size", kind=AttributeKind.CHOICE, choices=choices),
            AttributeWish(code="likes", label="Likes", kind=AttributeKind.CHOICES, choices=choices),
            AttributeWish(code="licence", label="Licence", kind=AttributeKind.TEXT, is_regulated=True),
        ],
        at=NOON,
        by=SYSTEM,
    )
    values = {"size": "s", "likes": "s; l", "licence": "B-77"}
    change_values(member_id=people["ann"], values=values, at=NOON, by=SYSTEM)
    return people


def cells(member: int, *columns: str) -> list[object]:
    [(_, row)] = read_cells([member], columns, at=NOON)
    return row


def test_columns_say_what_is_known(people):
    ann, eva = people["ann"], people["eva"]
    assert cells(ann, "number", "first_name", "email", "tags", "purchases", "spent") == [
        ann,
        "Ann",
        "ann@example.com",
        "vip",
        2,
        Decimal("605.00"),
    ]
    assert cells(ann, "unit:points", "level:club", "field:size", "field:likes") == [
        Decimal(595),
        "gold",
        "Small",
        "Small; Large",
    ]
    assert cells(ann, "last_bought")[0] == NOON - timedelta(days=2)
    assert cells(eva, "card", "tags", "purchases", "last_bought", "unit:points", "level:club", "field:size") == [
        None,
        "",
        0,
        None,
        Decimal(0),
        None,
        None,
    ]


@pytest.mark.parametrize("column", ["field:licence", "field:gone", "unit:gone", "level:gone", "gone"])
def test_what_is_regulated_or_unknown_is_empty(people, column):
    assert cells(people["ann"], column) == [None]


@pytest.mark.parametrize("size", [1, 5, 100])
def test_statements_do_not_grow_with_the_members(people, size, django_assert_max_num_queries):
    members = [a_member() for _ in range(size)]
    columns = [*FIXED, "unit:points", "level:club", "field:size"]
    with django_assert_max_num_queries(9):
        assert len(read_cells(members, columns, at=NOON)) == size


def test_what_is_filtered_or_ticked_is_exported_newest_first(people):
    asked = {"condition": write_condition(Tagged(any=("vip", "staff")))}
    assert MEMBERS.count(asked, NOON) == 3
    rows = [row for batch in MEMBERS.read(asked, ["first_name"], NOON) for row in batch]
    assert rows == [["Cem"], ["Bob"], ["Ann"]]
    ticked = {"members": [people["eva"], people["dee"]]}
    assert [row for batch in MEMBERS.read(ticked, ["first_name"], NOON) for row in batch] == [["Eva"], ["Dee"]]
    assert MEMBERS.count(ticked, NOON) == 2

"""A handle finds by the first thing it names that anybody has: id, card, external id, phone, e-mail."""

import pytest

from regulars.core.identifiers import MemberHandle
from regulars.members.enrol import NewMember, enrol_members
from regulars.members.find import find_members
from tests.shop import NOON, a_shop

pytestmark = pytest.mark.django_db

PEOPLE = {
    "id": NewMember(first_name="Ida"),
    "card": NewMember(cards=("9001",)),
    "external_id": NewMember(external_id="C-1"),
    "phone": NewMember(phone="+12125550101", joined_at=NOON),
    "email": NewMember(email="ann@example.com"),
}


@pytest.fixture
def ids(db) -> dict[str, int]:
    a_shop()
    outcomes = enrol_members(list(PEOPLE.values()), at=NOON)
    return {kind: outcome.member_id for kind, outcome in zip(PEOPLE, outcomes, strict=True)}  # type: ignore[union-attr]


def handle(kinds: list[str], ids: dict[str, int], **other: str) -> MemberHandle:
    known = {
        "id": str(ids["id"]),
        "card": "9001",
        "external_id": "C-1",
        "phone": "(212) 555-0101",
        "email": "Ann@example.com",
    }
    return MemberHandle(**({kind: known[kind] for kind in kinds} | other))


@pytest.mark.parametrize("first", range(5))
def test_the_first_in_order_counts(ids, first):
    kinds = list(PEOPLE)[first:]

    [found] = find_members([handle(kinds, ids)], country="US", at=NOON)

    assert found is not None
    assert found.member_id == ids[kinds[0]]


@pytest.mark.parametrize(
    "unknown",
    [
        {"id": "0"},
        {"id": "x"},
        {"id": "9" * 30},
        {"id": "²"},
        {"card": "1"},
        {"card": "9_1"},
        {"external_id": "C-2"},
        {"external_id": "c-1"},
        {"phone": "212 555 0102"},
        {"phone": "12"},
        {"phone": "020 5550 101"},
        {"email": "bob@example.com"},
        {"email": "\x00"},
        {"card": "\x00"},
    ],
)
def test_what_nobody_has_finds_nobody_and_the_next_thing_counts(ids, unknown):
    alone, with_email = find_members(
        [MemberHandle(**unknown), handle([] if "email" in unknown else ["email"], ids, **unknown)],
        country="US",
        at=NOON,
    )

    assert alone is None
    assert (with_email and with_email.member_id) == (None if "email" in unknown else ids["email"])


@pytest.mark.parametrize("size", [1, 10, 1000])
def test_one_statement_for_any_number_in_order(ids, size, django_assert_num_queries):
    kinds = list(PEOPLE)

    with django_assert_num_queries(1):
        found = find_members([handle([kinds[n % 5]], ids) for n in range(size)], country="US", at=NOON)

    assert [one and one.member_id for one in found] == [ids[kinds[n % 5]] for n in range(size)]


def test_it_says_who_has_joined(ids):
    guest, joined = find_members([handle(["email"], ids), handle(["phone"], ids)], country="US", at=NOON)

    assert guest is not None and joined is not None
    assert (guest.is_joined, joined.is_joined) == (False, True)

"""Where a person's rights hold: the stores they work in, and no others."""

import pytest

from regulars.core.actor import SYSTEM
from regulars.sales.models import Sale
from regulars.staff.models import Grant, Person
from regulars.staff.people import create_person
from regulars.staff.reach import EVERYWHERE, Reach, reach_of
from regulars.staff.rights import Right, can
from regulars.stores.models import Store
from tests.shop import NOON, OPENED, a_sale, a_shop, sell

pytestmark = pytest.mark.django_db


@pytest.fixture
def stores() -> dict[str, int]:
    a_shop(stores=("330", "340", "350"))
    return {store.code: store.pk for store in Store.objects.all()}


def a_person(*stores: int, role: str = "cashier") -> Person:
    person = create_person(email=f"p{Person.objects.count()}@example.com", role=role, at=NOON, by=SYSTEM)
    if stores:
        Person.objects.filter(pk=person.pk).update(all_stores=False)
        person.stores.set(stores)
    return Person.objects.get(pk=person.pk)


def test_somebody_without_stores_of_their_own_works_in_all(stores):
    assert reach_of(a_person()) == EVERYWHERE


def test_somebody_with_stores_reaches_these_and_what_belongs_to_none(stores):
    reach = reach_of(a_person(stores["330"], stores["340"]))

    assert reach == Reach(everything=False, stores=frozenset({stores["330"], stores["340"]}))
    assert [reach.covers(store) for store in (stores["330"], stores["350"], None)] == [True, False, True]


def test_sales_of_another_store_are_not_within_reach(stores):
    for code in ("330", "340", "350"):
        sell(a_sale(store=code))
    reach = reach_of(a_person(stores["330"]))

    assert [sale.store.code for sale in reach.within(Sale.objects.order_by("id"))] == ["330"]


def test_a_grant_for_one_store_holds_there_and_only_where_its_holder_works(stores):
    person = a_person(stores["330"], stores["340"])
    of_two = [stores["340"], stores["350"]]
    Grant.objects.create(
        person=person, feature="activity", level="view", stores=of_two, given_by="system", given_at=OPENED
    )

    assert can(person, Right.SEE_ACTIVITY)
    assert reach_of(person, Right.SEE_ACTIVITY).stores == {stores["340"]}
    assert reach_of(person, Right.SEE_SALES).stores == {stores["330"], stores["340"]}


def test_what_a_person_holds_is_read_once(stores, django_assert_num_queries):
    person = a_person(stores["330"])

    with django_assert_num_queries(0):
        assert can(person, Right.SEE_SALES)
    with django_assert_num_queries(1):
        assert not can(person, Right.SEE_ACTIVITY)
        assert not can(person, Right.CHANGE_KEYS)
        assert reach_of(person).stores == {stores["330"]}

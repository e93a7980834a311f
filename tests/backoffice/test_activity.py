"""The trail can be narrowed, tells from where something was done, and stays within a person's stores."""

from datetime import timedelta

import pytest

from regulars.reports.exports.activity import COLUMNS, Trail
from regulars.reports.exports.source import find_source
from regulars.staff.models import Person, Role
from regulars.stores.models import Store
from tests.backoffice.conftest import NOW, YESTERDAY, sign_in
from tests.shop import a_member, a_sale, a_shop, sell

pytestmark = pytest.mark.django_db


@pytest.fixture
def sales(db) -> dict[str, int]:
    a_shop(stores=("330", "331"))
    ann = a_member(at=YESTERDAY)
    sold = {store: sell(a_sale(1_000, member=ann, store=store, at=YESTERDAY), at=YESTERDAY) for store in ("330", "331")}
    return {"member": ann, **{store: each.id for store, each in sold.items()}}


def links(client, query: str) -> set[str]:
    page = client.get(f"/activity/{query}").content.decode()
    return {link for part in page.split('href="/sales/')[1:] if (link := part.split("/")[0]).isdigit()}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"330", "331"}),
        ("?store=330", {"330"}),
        ("?store=nowhere", {"330", "331"}),
        ("?action=sale.recorded", {"330", "331"}),
        ("?action=member.enrolled", set()),
        ("?member=0", set()),
        ("?from=2020-01-01&to=2020-01-02", set()),
        ("?from=31.02.2020", {"330", "331"}),
        ("?by=staff:999", set()),
    ],
)
def test_the_trail_is_narrowed_by_what_is_asked(sales, query, found):
    assert links(sign_in(Role.OWNER), query) == {str(sales[store]) for store in found}


def test_the_trail_of_a_member_is_that_members(sales):
    stranger = a_member(at=YESTERDAY)
    owner = sign_in(Role.OWNER)
    assert links(owner, f"?member={sales['member']}") == {str(sales["330"]), str(sales["331"])}
    assert links(owner, f"?member={stranger}") == set()


def test_somebody_of_one_store_sees_nothing_of_the_others(sales):
    manager = sign_in(Role.MANAGER)
    person = Person.objects.get(role=Role.MANAGER)
    person.all_stores = False
    person.save(update_fields=["all_stores"])
    person.stores.set(Store.objects.filter(code="330"))
    assert links(manager, "") == links(manager, "?store=331") == {str(sales["330"])}


def test_what_somebody_does_is_told_with_address_and_device(sales):
    owner = sign_in(Role.OWNER)
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    form = {"first_name": "Ann", "last_name": "Smith", "phone": "", "email": "", "birth_on": ""}
    owner.post(f"/members/{sales['member']}/edit/", form, headers={"user-agent": agent})
    page = owner.get("/activity/?action=member.changed").content.decode()
    assert "127.0.0.1, Firefox on Linux" in page


def test_the_trail_is_read_in_batches_for_a_file(sales):
    trail = find_source("activity")
    rows = [row for batch in trail.read({"stores": [], "action": "sale.recorded"}, COLUMNS, NOW) for row in batch]
    assert rows == []
    asked = {"action": "sale.recorded", "since": (YESTERDAY - timedelta(days=1)).isoformat()}
    assert trail.count(asked, NOW) == 2
    [newest, older] = [row for batch in trail.read(asked, ("action", "store", "name", "member"), NOW) for row in batch]
    assert newest == ["sale.recorded", "331", "Regulars", str(sales["member"])]
    assert older == ["sale.recorded", "330", "Regulars", str(sales["member"])]


def test_nothing_narrow_is_asked_by_default():
    assert not Trail().is_narrow
    assert Trail(store=1).is_narrow

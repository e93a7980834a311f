"""Somebody who works in some stores reaches nothing of the others: by page, search, list or guessed address."""

import pytest
from django.test import Client

from regulars.core.sale import NewRefund
from regulars.ledger.models import Entry
from regulars.sales.models import Sale
from regulars.sales.refund import refund_sales
from regulars.staff.models import Person, Role
from regulars.stores.models import Store
from tests.backoffice.conftest import NOW, YESTERDAY, sign_in
from tests.shop import a_member, a_sale, a_shop, points_of, sell

pytestmark = pytest.mark.django_db


@pytest.fixture
def places(db) -> dict[str, int]:
    """A sale at each of two stores by one member, who earned by both."""
    a_shop(stores=("330", "331"))
    ann = a_member(at=YESTERDAY)
    here = sell(a_sale(5_000, member=ann, store="330", receipt="HERE-1", at=YESTERDAY), at=YESTERDAY)
    there = sell(a_sale(7_000, member=ann, store="331", receipt="THERE-1", at=YESTERDAY), at=YESTERDAY)
    stranger = sell(a_sale(3_000, store="331", at=YESTERDAY), at=YESTERDAY)
    [refund] = refund_sales([NewRefund(sale_id=there.id, external_id="R-1", occurred_at=NOW, amount_minor=500)], at=NOW)
    entries = {entry.key.split("/")[1]: entry.pk for entry in Entry.objects.filter(kind="earn")}
    return {
        "member": ann,
        "here": here.id,
        "there": there.id,
        "stranger": stranger.id,
        "refund": refund.id,
        "entry_here": entries[str(here.id)],
        "entry_there": entries[str(there.id)],
    }


def of_store_330(role: Role) -> Client:
    client = sign_in(role)
    person = Person.objects.get(role=role)
    person.all_stores = False
    person.save(update_fields=["all_stores"])
    person.stores.set(Store.objects.filter(code="330"))
    return client


@pytest.mark.parametrize(
    "path",
    [
        "/sales/{there}/",
        "/sales/{stranger}/member/",
        "/sales/{there}/refund/",
        "/sales/{there}/refunds/{refund}/undo/",
        "/entries/{entry_there}/",
    ],
)
def test_what_belongs_to_another_store_is_not_there(places, path):
    owner, manager = sign_in(Role.OWNER), of_store_330(Role.MANAGER)
    assert owner.get(path.format(**places)).status_code == 200
    assert manager.get(path.format(**places)).status_code == 404


@pytest.mark.parametrize("path", ["/sales/{here}/", "/sales/{here}/refund/", "/entries/{entry_here}/"])
def test_what_belongs_to_ones_own_store_opens(places, path):
    assert of_store_330(Role.MANAGER).get(path.format(**places)).status_code == 200


def test_a_refund_at_another_store_moves_nothing(places):
    form = {"how": "rest", "key": "00000000-0000-4000-8000-000000000000", "at": NOW.isoformat(), "reason": "x"}
    before = points_of(places["member"])
    assert of_store_330(Role.MANAGER).post(f"/sales/{places['there']}/refund/", form).status_code == 404
    assert points_of(places["member"]) == before
    assert Sale.objects.get(pk=places["there"]).refunded_minor == 500


@pytest.mark.parametrize("path", ["/sales/", "/sales/?store=331", "/sales/?who=member", "/search/?q=THERE-1", "/"])
@pytest.mark.parametrize("role", [Role.MANAGER, Role.CASHIER])
def test_lists_and_searches_leave_out_other_stores(places, path, role):
    headers = {"HX-Request": "true"} if "search" in path else {}
    answer = of_store_330(role).get(path, headers=headers)
    assert answer.status_code == 200
    link = f"/sales/{places['there']}/"
    assert link not in answer.content.decode()
    assert (link in sign_in(Role.OWNER).get(path, headers=headers).content.decode()) == (path != "/")


@pytest.mark.parametrize("show", ["all", "sales", "points"])
def test_the_member_page_tells_what_happened_in_ones_own_stores(places, show):
    path = f"/members/{places['member']}/?show={show}"
    seen, whole = (client.get(path).content.decode() for client in (of_store_330(Role.CASHIER), sign_in(Role.OWNER)))
    for found in (f"/sales/{places['there']}/", f"/entries/{places['entry_there']}/"):
        assert found not in seen
    assert f"/sales/{places['there']}/" in whole
    assert f"/sales/{places['here']}/" in seen

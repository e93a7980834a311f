"""Long lists are read by key: every row once, and never more statements for more rows."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.core.actor import SYSTEM
from regulars.members.models import Status
from regulars.members.status import change_status
from tests.backoffice.conftest import NOW, YESTERDAY
from tests.shop import a_member, a_sale, sell

pytestmark = pytest.mark.django_db


def statements(client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def all_pages(client, path: str, pattern: str) -> list[str]:
    """Follow "Older" to the end and return what matched, in order."""
    found, url = [], path
    for _ in range(50):
        page = client.get(url).content.decode()
        found += re.findall(pattern, page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        if not older:
            return found
        url = path.split("?")[0] + older[1].replace("&amp;", "&").split("#")[0]
    raise AssertionError("the pages do not end")


def test_every_member_is_on_exactly_one_page_newest_first(owner):
    members = [a_member(at=YESTERDAY) for _ in range(120)]
    shown = all_pages(owner, "/members/", r'class="strong" href="/members/(\d+)/"')
    assert shown == [str(member) for member in reversed(members)]


def test_every_sale_is_on_exactly_one_page_newest_first(owner):
    sales = [sell(a_sale(at=YESTERDAY + timedelta(seconds=n // 3)), at=NOW).id for n in range(110)]
    shown = all_pages(owner, "/sales/", r'class="strong" href="/sales/(\d+)/"')
    assert shown == [str(sale) for sale in reversed(sales)]


@pytest.mark.parametrize("path", ["/members/", "/members/?q=smith", "/sales/", "/activity/", "/", "/search/?q=smith"])
def test_statements_do_not_grow_with_the_rows(owner, path):
    sell(a_sale(member=a_member(at=YESTERDAY), at=YESTERDAY), at=NOW)
    few = statements_of_htmx(owner, path)
    for _ in range(25):
        sell(a_sale(member=a_member(at=YESTERDAY), at=YESTERDAY), at=NOW)
    assert statements_of_htmx(owner, path) <= few


def statements_of_htmx(client, path: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path, headers={"HX-Request": "true"}).status_code == 200
    return len(seen)


def test_the_member_page_reads_the_same_for_one_sale_and_for_many(owner):
    member = a_member(at=YESTERDAY)
    sell(a_sale(member=member, at=YESTERDAY), at=NOW)
    few = statements(owner, f"/members/{member}/")
    for n in range(18):
        sell(a_sale(member=member, at=YESTERDAY + timedelta(minutes=n)), at=NOW)
    assert statements(owner, f"/members/{member}/") == few


def test_a_filter_shows_only_its_own(owner):
    locked, active = a_member(at=YESTERDAY), a_member(at=YESTERDAY)
    change_status(member_id=locked, status=Status.LOCKED, reason="Stolen card", at=NOW, by=SYSTEM)
    page = owner.get("/members/?status=locked").content.decode()
    assert f"/members/{locked}/" in page
    assert f"/members/{active}/" not in page


MANGLED = [
    "/members/?before=x",
    "/members/?status=nobody",
    "/members/?q=%00",
    "/sales/?before=~",
    "/sales/?from=2026-02-31",
    "/sales/?to=0001-01-01",
    "/sales/?store=none",
    "/activity/?before=99999999999999999999",
    "/activity/?day=x",
    "/activity/?from=9999-12-31&to=9999-12-31",
    "/messages/?day=9999-12-31",
    "/messages/?day=0001-01-01",
    "/?days=12",
]


@pytest.mark.parametrize("path", MANGLED)
def test_a_mangled_address_is_answered_with_a_page(owner, path):
    assert owner.get(path).status_code == 200


def test_search_finds_members_receipts_and_stores(owner):
    member = a_member(first_name="Zoë", last_name="Quist", cards=("9777000111",), at=YESTERDAY)
    sale = sell(a_sale(member=member, receipt="R-42", at=YESTERDAY), at=NOW)
    leads = {
        "zoe q": f"/members/{member}/",
        "9777000111": f"/members/{member}/",
        "R-42": f"/sales/{sale.id}/",
        "Store 330": "/stores/at/330/",
    }
    for asked, url in leads.items():
        assert owner.get("/search/", {"q": asked})["Location"] == url
        assert url in owner.get("/search/", {"q": asked}, headers={"HX-Request": "true"}).content.decode()


def test_search_says_what_to_try_when_nothing_is_found(owner):
    assert "Nothing found" in owner.get("/search/", {"q": "xyzzy plugh"}).content.decode()

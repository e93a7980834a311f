"""Two records of one person: found, compared, merged with the effect shown before, and parted again."""

from datetime import date

import pytest

from regulars.care.duplicates import look_for_duplicates
from regulars.care.models import Duplicate, Merge
from regulars.members.models import Member
from regulars.staff.models import Role
from tests.backoffice.conftest import NOW, YESTERDAY, sign_in
from tests.shop import a_member, points_of

pytestmark = pytest.mark.django_db
MAY = date(1990, 5, 1)
KEY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def two(shop) -> tuple[int, int]:
    """Ann twice, with 100 and 60 points."""
    given = {"first_name": "Ann", "last_name": "Miller", "birth_on": MAY, "at": YESTERDAY}
    keeper = a_member(points=100, email="ann@example.com", **given)
    source = a_member(points=60, phone="+12125550199", **given)
    look_for_duplicates(at=NOW)
    return keeper, source


def text(answer) -> str:
    return answer.content.decode()


def test_the_work_list_names_both_and_why(manager, two):
    page = text(manager.get("/duplicates/"))
    assert page.count("Ann Miller") >= 2
    assert "same name and birth date" in page
    assert f"/members/{two[0]}/merge/{two[1]}/" in page


def test_whoever_looked_and_found_two_people_sees_them_no_more_and_can_look_again(manager, two):
    pair = Duplicate.objects.get()
    manager.post(f"/duplicates/{pair.pk}/dismiss/")
    assert "Nobody looks like somebody else" in text(manager.get("/duplicates/"))
    assert "Ann Miller" in text(manager.get("/duplicates/?state=dismissed"))
    manager.post(f"/duplicates/{pair.pk}/reopen/")
    assert "Ann Miller" in text(manager.get("/duplicates/"))


def test_the_other_record_is_one_that_looks_alike_or_one_that_is_typed(manager, two):
    keeper, source = two
    page = text(manager.get(f"/members/{keeper}/merge/"))
    assert f"/members/{keeper}/merge/{source}/" in page
    found = manager.get(f"/members/{keeper}/merge/", {"other": "+12125550199"})
    assert found.url == f"/members/{keeper}/merge/{source}/"
    assert "This is the same record" in text(manager.get(f"/members/{keeper}/merge/", {"other": "ann@example.com"}))
    assert "Nobody is known by this" in text(manager.get(f"/members/{keeper}/merge/", {"other": "nobody"}))


def test_the_effect_is_shown_before_and_the_merge_leads_to_who_stays(manager, two):
    keeper, source = two
    page = text(manager.get(f"/members/{keeper}/merge/{source}/"))
    assert "100 + 60" in page and "160 points" in page
    assert 'name="choose-phone"' in page
    assert Merge.objects.count() == 0
    done = manager.post(
        f"/members/{keeper}/merge/{source}/", {"key": KEY, "reason": "both are Ann", "choose-phone": "source"}
    )
    assert done.url == f"/members/{keeper}/"
    assert points_of(keeper, at=NOW) == 160
    assert manager.get(f"/members/{source}/").url == f"/members/{keeper}/"
    assert f"<code>{source}</code>" in text(manager.get(f"/members/{keeper}/"))
    again = manager.post(f"/members/{keeper}/merge/{source}/", {"key": KEY, "reason": "both are Ann"})
    assert again.url == f"/members/{keeper}/" and Merge.objects.count() == 1


def test_a_merge_needs_a_reason(manager, two):
    keeper, source = two
    assert "This field is required" in text(manager.post(f"/members/{keeper}/merge/{source}/", {"key": KEY}))
    assert Merge.objects.count() == 0


def test_a_merge_is_undone_with_what_that_does_shown_before(manager, two):
    keeper, source = two
    manager.post(f"/members/{keeper}/merge/{source}/", {"key": KEY, "reason": "both are Ann"})
    merged = Merge.objects.get()
    page = text(manager.get(f"/merges/{merged.pk}/"))
    assert "100 points stay" in page and "60 points go back" in page
    manager.post(f"/merges/{merged.pk}/", {"reason": "two Anns"})
    assert (points_of(keeper, at=NOW), points_of(source, at=NOW)) == (100, 60)
    page = text(manager.get(f"/merges/{merged.pk}/"))
    assert "two Anns" in page and "Nothing: each has what was theirs." in page
    assert "undone" in text(manager.get("/duplicates/?state=merged"))


def test_what_cannot_be_merged_is_said_in_place_of_the_effect(manager, two):
    keeper, source = two
    manager.post(f"/members/{keeper}/merge/{source}/", {"key": KEY, "reason": "both are Ann"})
    third = a_member(at=YESTERDAY)
    assert "became part of member" in text(manager.get(f"/members/{third}/merge/{source}/"))


PAGES = ["/duplicates/", "/members/{0}/merge/", "/members/{0}/merge/{1}/"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("role", "status"), [(Role.OWNER, 200), (Role.MANAGER, 200), (Role.CASHIER, 403)])
def test_only_who_may_merge_sees_these_pages(two, path, role, status):
    assert sign_in(role).get(path.format(*two)).status_code == status


def test_without_the_right_nothing_is_merged_or_dismissed(two, cashier):
    keeper, source = two
    pair = Duplicate.objects.get()
    posts = [f"/members/{keeper}/merge/{source}/", f"/duplicates/{pair.pk}/dismiss/", f"/duplicates/{pair.pk}/reopen/"]
    assert [cashier.post(path, {"key": KEY, "reason": "x"}).status_code for path in posts] == [403] * 3
    assert Merge.objects.count() == 0
    assert Duplicate.objects.get().state == "open"


def test_whoever_enrols_somebody_who_looks_like_a_member_is_warned_first(cashier, two):
    form = {"first_name": "Ann", "last_name": "Miller", "birth_on": "1990-05-01"}
    page = text(cashier.post("/members/new/", form))
    assert "This may be somebody you know already." in page and f"/members/{two[0]}/" in page
    assert Member.objects.count() == 2
    assert cashier.post("/members/new/", form | {"sure": "yes"}).status_code == 302
    assert Member.objects.count() == 3

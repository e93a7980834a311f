"""Who may open what, by the table of rights; everybody else is told who can grant it."""

import pytest
from django.test import Client

from regulars.core.actor import SYSTEM
from regulars.sales.models import Sale
from regulars.staff.approval_rules import put_rule
from regulars.staff.grants import give_grant
from regulars.staff.models import Person, Role
from regulars.staff.people import create_person
from regulars.staff.roles import create_role
from tests.backoffice.conftest import YESTERDAY, sign_in
from tests.shop import a_member, a_sale, sell

pytestmark = pytest.mark.django_db

EVERYBODY = {Role.OWNER, Role.MANAGER, Role.CASHIER}
MANAGERS = {Role.OWNER, Role.MANAGER}
OWNERS = {Role.OWNER}

PAGES = [
    ("/", EVERYBODY),
    ("/search/?q=smith", EVERYBODY),
    ("/members/", EVERYBODY),
    ("/members/new/", EVERYBODY),
    ("/members/{member}/", EVERYBODY),
    ("/members/{member}/edit/", EVERYBODY),
    ("/members/{member}/cards/new/", EVERYBODY),
    ("/members/{member}/adjust/", MANAGERS),
    ("/members/{member}/adjust/preview/?amount=5&unit=points", MANAGERS),
    ("/members/{member}/status/", MANAGERS),
    ("/sales/", EVERYBODY),
    ("/sales/{sale}/", EVERYBODY),
    ("/sales/{sale}/refund/", MANAGERS),
    ("/sales/{sale}/member/", EVERYBODY),
    ("/program/", MANAGERS),
    ("/program/earning/", MANAGERS),
    ("/program/units/", MANAGERS),
    ("/program/stamps/", MANAGERS),
    ("/program/tiers/", MANAGERS),
    ("/program/rewards/", MANAGERS),
    ("/program/lists/", MANAGERS),
    ("/program/policies/", MANAGERS),
    ("/program/recipes/", MANAGERS),
    ("/program/draft/", MANAGERS),
    ("/program/versions/", MANAGERS),
    ("/program/versions/1/", MANAGERS),
    ("/program/versions/1/file/", MANAGERS),
    ("/program/import/", MANAGERS),
    ("/program/try/", MANAGERS),
    ("/program/new/rule/", MANAGERS),
    ("/program/rule/base/", MANAGERS),
    ("/program/rule/base/remove/", MANAGERS),
    ("/program/unit/points/", MANAGERS),
    ("/shop/", OWNERS),
    ("/keys/", OWNERS),
    ("/keys/new/", OWNERS),
    ("/activity/", MANAGERS),
    ("/jobs/", OWNERS),
    ("/stores/", EVERYBODY),
    ("/stores/new/", MANAGERS),
    ("/people/", MANAGERS),
    ("/people/new/", OWNERS),
    ("/people/{person}/", MANAGERS),
    ("/people/{person}/name/", OWNERS),
    ("/people/{person}/role/", OWNERS),
    ("/people/{person}/role/preview/?role=auditor", OWNERS),
    ("/people/{person}/stores/", OWNERS),
    ("/people/{person}/grants/new/", OWNERS),
    ("/people/{person}/grants/{grant}/take/", OWNERS),
    ("/people/{person}/lock/", OWNERS),
    ("/people/{person}/let-in/", OWNERS),
    ("/people/{person}/let-go/", OWNERS),
    ("/roles/", MANAGERS),
    ("/roles/new/", OWNERS),
    ("/roles/{role}/", OWNERS),
    ("/roles/{role}/remove/", OWNERS),
    ("/approvals/", EVERYBODY),
    ("/approvals/rules/", OWNERS),
    ("/approvals/rules/{rule}/remove/", OWNERS),
    ("/me/", EVERYBODY),
    ("/me/pin/", EVERYBODY),
    ("/accounts/2fa/", EVERYBODY),
]


@pytest.fixture
def places(shop) -> dict[str, int]:
    member = a_member(at=YESTERDAY)
    sale = sell(a_sale(at=YESTERDAY), at=YESTERDAY)
    return {"member": member, "sale": sale.id, **a_team()}


def a_team() -> dict[str, int]:
    """A colleague with a grant, a role of the shop's own, and a step that needs leave."""
    ida = create_person(email="ida@example.com", role="marketer", at=YESTERDAY, by=SYSTEM).pk
    grant = give_grant(person_id=ida, feature="reports", level="view", at=YESTERDAY, by=SYSTEM).pk
    role = create_role(name="Shift lead", rights=["see_members"], at=YESTERDAY, by=SYSTEM).pk
    rule = put_rule(action="refund_sale", role="", from_amount=0, need="pin", at=YESTERDAY, by=SYSTEM).pk
    return {"person": ida, "grant": grant, "role": role, "rule": rule}


@pytest.mark.parametrize("role", sorted(EVERYBODY))
@pytest.mark.parametrize(("path", "roles"), PAGES, ids=[path for path, _ in PAGES])
def test_a_page_opens_to_the_roles_that_have_its_right(places, path, roles, role):
    answer = sign_in(role).get(path.format(**places))
    allowed = {200, 302} if path.startswith("/search") else {200}
    assert answer.status_code in (allowed if role in roles else {403})


def test_who_is_turned_away_reads_who_can_grant_it(shop):
    sign_in(Role.OWNER)
    answer = sign_in(Role.CASHIER).get("/keys/")
    assert answer.status_code == 403
    assert "owner@example.com" in answer.content.decode()


def test_a_menu_shows_only_doors_that_open(cashier):
    page = cashier.get("/").content.decode()
    assert 'href="/members/"' in page
    for path in ("/keys/", "/program/", "/program/earning/", "/shop/", "/jobs/", "/activity/"):
        assert f'href="{path}"' not in page


@pytest.mark.parametrize("path", ["/", "/members/", "/sales/", "/stores/"])
def test_strangers_are_sent_to_sign_in(shop, path):
    answer = Client(headers={"host": "localhost"}).get(path)
    assert answer.status_code == 302
    assert "/login/" in answer["Location"]


def test_a_refund_that_is_posted_without_the_right_moves_nothing(places, cashier):
    assert cashier.post(f"/sales/{places['sale']}/refund/", {"how": "all"}).status_code == 403
    assert Sale.objects.get(pk=places["sale"]).refunded_minor == 0


def test_no_page_may_load_or_run_anything_from_elsewhere(owner):
    policy = owner.get("/members/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    scripts = next(part for part in policy.split(";") if "script-src" in part)
    assert "unsafe-inline" not in scripts


def test_an_address_that_is_nowhere_says_so_in_our_words(owner):
    answer = owner.get("/nowhere/")
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.content.decode()


def test_nobody_lets_themselves_in(shop):
    stranger = Client(headers={"host": "localhost"})
    before = Person.objects.count()
    asked = {"email": "thief@example.com", "password1": "correct horse 42"}
    assert "closed" in stranger.post("/accounts/signup/", asked).content.decode()
    assert Person.objects.count() == before

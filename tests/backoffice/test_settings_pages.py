"""Rules, settings, keys, stores and the team: what is shown before, what happens, and what the trail says."""

import re

import pytest

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM
from regulars.programs.models import Program, Rule, RuleVersion
from regulars.staff.models import ApiKey, Person, Role
from regulars.staff.people import create_person
from regulars.stores.models import Store
from tests.shop import OPENED

pytestmark = pytest.mark.django_db


def rate(**typed: object) -> dict[str, object]:
    return {"name": "Double", "type": "rate", "points": "2", "unit": "points", "per": "unit", "per_minor": "1.00",
            "rounding": "full", "expiry": "never", "expiry_period": "month", **typed}  # fmt: skip


def item(**typed: object) -> dict[str, object]:
    return rate(**{"type": "item", "categories": "COFFEE, TEA", "points": "5", **typed})


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (rate(), "2 points per full 1.00 USD."),
        (rate(min_spend_minor="10", excluded_categories="TOBACCO"), "except TOBACCO, from 10.00 USD."),
        (item(), "5 points per full unit of COFFEE or TEA."),
        (item(per="amount", per_minor="2.50"), "5 points per full 2.50 USD of COFFEE or TEA."),
        (rate(expiry="end_of", expiry_period="month", expiry_count="12"), "Expires at the end of the month, 12 months"),
        (rate(expiry="days", expiry_count="30"), "Expires 30 days after"),
        (rate(stores="330"), "in store 330."),
    ],
)
def test_the_sentence_follows_what_is_typed(manager, form, said):
    assert said in manager.post("/rules/sentence/", form).content.decode()
    assert Rule.objects.count() == 1


@pytest.mark.parametrize(
    ("form", "field", "said"),
    [
        (rate(per_minor=""), "per_minor", "above 0"),
        (rate(per_minor="0"), "per_minor", "above 0"),
        (rate(points="0"), "points", "greater than or equal"),
        (item(categories=""), "skus", "at least one"),
        (rate(expiry="date"), "expiry_on", "Choose the day"),
        (rate(expiry="days"), "expiry_count", "how many"),
        (rate(starts_at="2027-01-02T00:00", ends_at="2027-01-01T00:00"), "ends_at", "before the start"),
        (rate(name=""), "name", "required"),
    ],
)
def test_a_fault_stands_beside_its_field_and_nothing_is_kept(manager, form, field, said):
    page = manager.post("/rules/new/", form).content.decode()
    fault = re.search(rf'id="id_{field}_error">(.*?)</div>', page, re.DOTALL)
    assert fault
    assert said in fault[1]
    assert Rule.objects.count() == 1


def test_a_draft_is_published_after_its_effect_was_shown(manager):
    manager.post("/rules/new/", rate(publish="1"))
    rule = Rule.objects.get(name="Double")
    assert not rule.versions.exists()
    page = manager.get(f"/rules/{rule.pk}/publish/").content.decode()
    assert "2 points per full 1.00 USD." in page
    assert "keep the version they earned by" in page
    manager.post(f"/rules/{rule.pk}/publish/")
    assert RuleVersion.objects.get(rule=rule).number == 1
    manager.post(f"/rules/{rule.pk}/", rate(points="3", publish="1"))
    page = manager.get(f"/rules/{rule.pk}/publish/").content.decode()
    assert "2 points per" in page
    assert "3 points per" in page
    manager.post(f"/rules/{rule.pk}/publish/")
    assert rule.versions.count() == 2


def test_an_editor_shows_a_rule_as_it_was_typed(manager):
    form = item(brands="Roast", per="amount", per_minor="2.50", stores="330", expiry="end_of", expiry_count="1",
                expiry_period="year", starts_at="2027-01-01T00:00")  # fmt: skip
    manager.post("/rules/new/", form)
    before = Rule.objects.get(name="Double")
    page = manager.get(f"/rules/{before.pk}/").content.decode()
    for value in ("COFFEE, TEA", "Roast", "2.50", "330", "2027-01-01T00:00"):
        assert f'value="{value}"' in page
    manager.post(f"/rules/{before.pk}/", form)
    assert Rule.objects.get(pk=before.pk).draft == before.draft


def test_a_rule_ends_for_good(manager):
    rule = Rule.objects.get()
    manager.post(f"/rules/{rule.pk}/end/")
    rule.refresh_from_db()
    assert rule.ended_at
    assert "Ended" in manager.get("/rules/").content.decode()


def test_settings_are_written_on_the_second_press(owner):
    typed = {"name": "Corner Shop", "time_zone": "America/New_York", "points_per": "100", "minor_per": "2.00",
             "min_points": "50", "shortfall": "debt", "reinstate_grace_days": "14", "max_backdate_days": "30",
             "attach_days": "30"}  # fmt: skip
    first = owner.post("/program/", typed).content.decode()
    assert "This will change" in first
    assert Program.objects.get().terms["minor_per"] == 100
    owner.post("/program/", {**typed, "sure": "1"})
    assert Program.objects.get().terms["minor_per"] == 200
    assert "1.00 USD → 2.00 USD" in owner.get("/activity/").content.decode()


def test_a_key_is_shown_once(owner):
    made = owner.post("/keys/new/", {"name": "Till", "scopes": ["sales:write"], "store": "330"}).content.decode()
    token = re.search(r"rk_test_\d+\.[\w-]{43}", made)
    assert token
    assert token[0] not in owner.get("/keys/").content.decode()
    key = ApiKey.objects.get()
    owner.post(f"/keys/{key.pk}/revoke/")
    assert "Revoked" in owner.get("/keys/").content.decode()


def test_a_third_live_key_of_one_name_is_refused(owner):
    for _ in range(3):
        last = owner.post("/keys/new/", {"name": "Till", "scopes": ["sales:write"]}).content.decode()
    assert "2 live keys already" in last
    assert ApiKey.objects.count() == 2


def test_a_store_is_saved_with_its_tags_and_tills_and_never_deleted(manager):
    form = {"code": "900", "name": "Pier", "time_zone": "Europe/Oslo", "is_open": "on"}
    form |= {"tag_names": "sea, summer", "till_codes": "1, 2"}
    assert manager.post("/office/stores/store/add/", form).status_code == 302
    store = Store.objects.get(code="900")
    assert sorted(store.tags.values_list("name", flat=True)) == ["sea", "summer"]
    change = f"/office/stores/store/{store.pk}/change/"
    assert manager.post(change, {**form, "name": "Old Pier", "tag_names": "sea", "till_codes": "2"}).status_code == 302
    assert Store.objects.get(code="900").name == "Old Pier"
    assert [till.code for till in store.tills.all()] == ["2"]
    assert "is not a time zone" in manager.post(change, {**form, "time_zone": "Moon"}).content.decode()
    assert manager.get(f"/office/stores/store/{store.pk}/delete/").status_code == 403
    assert Event.objects.filter(about="store", about_id=store.pk, action="store.changed").exists()


def test_people_join_change_role_and_leave(owner):
    form = {"email": "Kim@Example.com", "first_name": "Kim", "last_name": "Oh", "role": "cashier", "password": ""}
    assert owner.post("/office/staff/person/add/", form).status_code == 302
    kim = Person.objects.get(email="kim@example.com")
    assert kim.is_staff
    change = f"/office/staff/person/{kim.pk}/change/"
    owner.post(change, {"role": "manager", "is_active": "on"})
    assert Person.objects.get(pk=kim.pk).role == Role.MANAGER
    owner.post(change, {"role": "manager"})
    assert not Person.objects.get(pk=kim.pk).is_active
    done = Event.objects.filter(about="person", about_id=kim.pk).order_by("id").values_list("action", flat=True)
    assert list(done) == ["person.created", "person.role_changed", "person.deactivated"]


def test_the_last_owner_stays(owner):
    me = Person.objects.get(role=Role.OWNER)
    page = owner.post(f"/office/staff/person/{me.pk}/change/", {"role": "cashier", "is_active": "on"}).content.decode()
    assert "last owner" in page
    assert Person.objects.get(pk=me.pk).role == Role.OWNER


def test_an_address_is_taken_once(owner):
    create_person(email="kim@example.com", role=Role.CASHIER, at=OPENED, by=SYSTEM)
    page = owner.post("/office/staff/person/add/", {"email": "kim@example.com", "role": "cashier"}).content.decode()
    assert "already" in page
    assert Person.objects.filter(email="kim@example.com").count() == 1


def test_the_trail_says_who_did_what(owner):
    owner.post("/members/new/", {"first_name": "Ann"})
    page = owner.get("/activity/").content.decode()
    assert "enrolled a member" in page
    assert "Owner" in page
    assert "enrolled a member</a>" not in owner.get("/activity/?action=key.created").content.decode()

"""The team's pages: people join, get a role, stores and grants, are locked, leave; and one's own account."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from regulars.audiences.models import View
from regulars.audiences.views import save_view
from regulars.audit.models import Event
from regulars.core.actor import SYSTEM
from regulars.staff.grants import give_grant
from regulars.staff.keys import create_key
from regulars.staff.models import OwnRole, Person, Role, RolePolicy, SignIn
from regulars.staff.people import change_stores, create_person
from regulars.staff.pins import check_pin
from regulars.stores.models import Store
from tests.backoffice.conftest import NOW, YESTERDAY, sign_in
from tests.shop import OPENED, a_store

pytestmark = pytest.mark.django_db
PASSWORD = "correct-horse-battery"


@pytest.fixture
def kim(shop) -> Person:
    return create_person(email="kim@example.com", role="cashier", first_name="Kim", at=OPENED, by=SYSTEM)


def join(**typed: object) -> dict[str, object]:
    usual = {"email": "Lea@Example.com", "first_name": "Lea", "last_name": "", "role": "cashier", "where": "all"}
    return usual | {"stores": "", "enter_by": "password", "password": PASSWORD} | typed


def enter(email: str, password: str) -> Client:
    client = Client(headers={"host": "localhost"})
    client.post("/accounts/login/", {"login": email, "password": password})
    return client


def is_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


def test_somebody_joins_with_a_first_password_and_gets_in(owner):
    answer = owner.post("/people/new/", join())

    lea = Person.objects.get(email="lea@example.com")
    assert answer.headers["Location"] == f"/people/{lea.pk}/"
    assert is_in(enter("lea@example.com", PASSWORD))
    assert (lea.role, lea.all_stores, str(lea.added_by)) == ("cashier", True, "Owner")


def test_somebody_joins_by_an_invitation_and_chooses_the_password(owner):
    owner.post("/people/new/", join(enter_by="invitation", password=""))

    [letter] = mail.outbox
    assert letter.to == ["lea@example.com"]
    link = re.search(r"http://\S+(/accounts/\S+)", letter.body)
    assert link
    client = Client(headers={"host": "localhost"})
    page = client.get(link[1], follow=True)
    client.post(page.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    assert is_in(enter("lea@example.com", PASSWORD))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"email": "kim@example.com"}, "already"),
        ({"email": "kim"}, "not an e-mail address"),
        ({"password": ""}, "Choose a password"),
        ({"password": "1234"}, "Choose another password"),
        ({"where": "some"}, "Name at least one store"),
        ({"where": "some", "stores": "999"}, "no such store or tag: 999"),
        ({"role": "pilot"}, "not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_nobody_joins(owner, kim, wrong, said):
    assert said in owner.post("/people/new/", join(**wrong)).content.decode()
    assert Person.objects.count() == 2


def test_stores_are_named_by_code_or_tag(owner, kim):
    a_store("340", tags=("mall",))
    a_store("350", tags=("mall",))
    owner.post(f"/people/{kim.pk}/stores/", {"where": "some", "stores": "330, mall"})

    assert set(Person.objects.get(pk=kim.pk).stores.values_list("code", flat=True)) == {"330", "340", "350"}
    assert "330, 340, 350" in owner.get("/people/").content.decode()


def test_a_role_is_changed_after_its_effect_was_shown(owner, kim):
    preview = owner.get(f"/people/{kim.pk}/role/preview/?role=auditor").content.decode()
    assert re.search(r"Gains:.*see who did what", preview)
    assert re.search(r"Loses:.*key in sales by hand", preview)

    owner.post(f"/people/{kim.pk}/role/", {"role": "manager"})

    assert Person.objects.get(pk=kim.pk).role == Role.MANAGER
    page = owner.get(f"/people/{kim.pk}/").content.decode()
    assert "gave somebody another role" in page


def test_the_last_owner_stays(owner):
    me = Person.objects.get(role=Role.OWNER)

    assert "last owner" in owner.post(f"/people/{me.pk}/role/", {"role": "cashier"}).content.decode()
    assert Person.objects.get(pk=me.pk).role == Role.OWNER


def test_more_than_the_role_is_given_with_its_origin_and_taken_back_from_all(owner, kim):
    owner.post(f"/people/{kim.pk}/grants/new/", {"feature": "people", "level": "edit", "where": "all", "stores": ""})
    given = {"feature": "reports", "level": "view", "where": "all", "stores": "", "inherits": "on"}
    owner.post(f"/people/{kim.pk}/grants/new/", given)
    kims = Client(headers={"host": "localhost"})
    kims.force_login(kim, backend="allauth.account.auth_backends.AuthenticationBackend")
    kims.post("/people/new/", join())
    lea = Person.objects.get(email="lea@example.com")

    page = owner.get(f"/people/{lea.pk}/").content.decode()
    assert "came from Kim" in page
    assert "given by Kim" in page
    grant = kim.grants.get(feature="reports")
    assert "1 person has it through this one" in owner.get(f"/people/{kim.pk}/grants/{grant.pk}/take/").content.decode()
    owner.post(f"/people/{kim.pk}/grants/{grant.pk}/take/", {"cascades": "on"})
    assert not lea.grants.exists()


def test_who_may_add_people_gives_no_more_than_they_hold(kim):
    give_grant(person_id=kim.pk, feature="people", level="edit", at=OPENED, by=SYSTEM)
    kims = Client(headers={"host": "localhost"})
    kims.force_login(kim, backend="allauth.account.auth_backends.AuthenticationBackend")

    page = kims.get("/people/new/").content.decode()
    assert "Cashier</option>" in page
    assert "Owner</option>" not in page
    assert "Store manager</option>" not in page
    zoe = create_person(email="zoe@example.com", role="owner", at=OPENED, by=SYSTEM)
    for path, form in [
        ("role", {"role": "cashier"}),
        ("lock", {"reason": "x"}),
        ("sign-out", {}),
        ("pin/remove", {}),
    ]:
        kims.post(f"/people/{zoe.pk}/{path}/", form)
    zoe.refresh_from_db()
    assert (zoe.role, zoe.state) == ("owner", "active")
    assert "Change role" not in kims.get(f"/people/{zoe.pk}/").content.decode()


def test_a_manager_of_one_store_sees_who_works_there_and_nobody_else(manager, kim):
    a_store("340")
    here, there = (Store.objects.get(code=code).pk for code in ("330", "340"))
    change_stores(person_id=Person.objects.get(role="manager").pk, stores=[here], at=OPENED, by=SYSTEM)
    lea = create_person(email="lea@example.com", role="cashier", stores=[there], at=OPENED, by=SYSTEM)

    page = manager.get("/people/").content.decode()
    assert "kim@example.com" in page
    assert "lea@example.com" not in page
    assert manager.get(f"/people/{kim.pk}/").status_code == 200
    assert manager.get(f"/people/{lea.pk}/").status_code == 404


def test_a_lock_cuts_the_next_click_and_letting_in_opens_again(owner, kim):
    kim.set_password(PASSWORD)
    kim.save()
    kims = enter("kim@example.com", PASSWORD)
    assert is_in(kims)
    assert SignIn.objects.filter(person=kim).count() == 1
    assert "just now" in owner.get("/people/?q=kim").content.decode()

    owner.post(f"/people/{kim.pk}/lock/", {"reason": "Refunds nobody asked for", "until": ""})
    assert not is_in(kims)
    assert not is_in(enter("kim@example.com", PASSWORD))
    assert "Refunds nobody asked for" in owner.get(f"/people/{kim.pk}/").content.decode()

    owner.post(f"/people/{kim.pk}/let-in/", {"reason": "A mix-up"})
    page = owner.get(f"/people/{kim.pk}/").content.decode()
    assert "A mix-up" in page
    assert "Refunds nobody asked for" in page  # the history keeps it
    assert not is_in(kims)  # the old session stays cut
    assert is_in(enter("kim@example.com", PASSWORD))


def test_a_lock_that_is_over_keeps_nobody_out(owner, kim):
    kim.set_password(PASSWORD)
    kim.save()
    owner.post(f"/people/{kim.pk}/lock/", {"reason": "On leave", "until": NOW.date().isoformat()})
    assert not is_in(enter("kim@example.com", PASSWORD))
    Person.objects.filter(pk=kim.pk).update(state_until=YESTERDAY)

    assert is_in(enter("kim@example.com", PASSWORD))


def test_who_leaves_is_shown_as_left_and_their_name_stays(owner, kim):
    owner.post(f"/people/{kim.pk}/let-go/", {"reason": "Moved away", "successor": ""})

    assert Person.objects.get(pk=kim.pk).state == "inactive"
    assert "Kim" in owner.get("/people/?state=inactive").content.decode()
    assert "kim@example.com" not in owner.get("/people/?state=active").content.decode()
    done = Event.objects.filter(about="person", about_id=kim.pk).order_by("id").values_list("action", flat=True)
    assert list(done) == ["person.created", "person.deactivated"]


def test_a_successor_gets_the_views_that_were_shared(owner, kim):
    lea = create_person(email="lea@example.com", role="cashier", first_name="Lea", at=OPENED, by=SYSTEM)
    for person, name, is_shared in ((kim, "Vips", True), (kim, "Mine", False), (kim, "New", True), (lea, "New", False)):
        save_view(of="members", name=name, query="", owner=person, is_shared=is_shared, at=OPENED, by=SYSTEM)

    owner.post(f"/people/{kim.pk}/let-go/", {"reason": "Moved away", "successor": str(lea.pk)})

    kept = View.objects.order_by("id").values_list("owner__first_name", "name")
    assert list(kept) == [("Lea", "Vips"), ("Kim", "Mine"), ("Kim", "New"), ("Lea", "New")]


def test_browsers_are_signed_out_from_elsewhere(shop, kim):
    kim.set_password(PASSWORD)
    kim.save()
    one, two = enter("kim@example.com", PASSWORD), enter("kim@example.com", PASSWORD)
    assert is_in(one)
    assert is_in(two)

    one.post("/me/sign-out/")

    assert is_in(one)
    assert not is_in(two)


def test_everybody_sets_their_own_pin_with_their_password(owner, kim):
    kim.set_password(PASSWORD)
    kim.save()
    kims = enter("kim@example.com", PASSWORD)
    typed = {"password": PASSWORD, "pin": "7305", "again": "7305"}

    for wrong, said in (
        ({"password": "x"}, "not your password"),
        ({"again": "7306"}, "not the same"),
        ({"pin": "1234", "again": "1234"}, "not in a row"),
    ):
        assert said in kims.post("/me/pin/", typed | wrong).content.decode()
    assert kims.post("/me/pin/", typed).status_code == 302
    check_pin(person_id=kim.pk, pin="7305", at=NOW)

    owner.post(f"/people/{kim.pk}/pin/remove/")
    assert not hasattr(Person.objects.get(pk=kim.pk), "pin")


def test_a_role_of_ones_own_is_made_from_another_changed_and_removed(owner, kim):
    page = owner.get("/roles/new/?like=cashier").content.decode()
    assert re.search(r'value="see_members"[^>]* checked', page)
    assert not re.search(r'value="change_keys"[^>]* checked', page)

    owner.post("/roles/new/", {"name": "Shift lead", "rights": ["see_members", "refund_sales"]})
    lead = OwnRole.objects.get()
    owner.post(f"/people/{kim.pk}/role/", {"role": lead.code})
    assert "Shift lead" in owner.get(f"/people/{kim.pk}/").content.decode()

    owner.post(f"/roles/{lead.pk}/", {"name": "Lead", "rights": ["see_members"]})
    assert OwnRole.objects.get().rights == ["see_members"]
    assert "Give them another one first" in owner.post(f"/roles/{lead.pk}/remove/").content.decode()
    owner.post(f"/people/{kim.pk}/role/", {"role": "cashier"})
    assert owner.post(f"/roles/{lead.pk}/remove/").status_code == 302
    assert not OwnRole.objects.exists()


def test_a_role_that_needs_a_second_factor_opens_nothing_before_it_is_set_up(owner, kim):
    kims = sign_in(Role.CASHIER)
    assert kims.get("/members/").status_code == 200

    owner.post("/roles/second-factor/", {"role": "cashier", "needed": "yes"})
    for path in ("/", "/members/", "/me/", "/people/"):
        answer = kims.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/2fa/totp/activate/")
    assert kims.post("/members/new/", {"first_name": "Ann"}).status_code == 302
    assert owner.get("/members/").status_code == 200
    assert kims.get("/accounts/2fa/totp/activate/").status_code in (200, 302)  # or it asks for the password again

    Authenticator.objects.create(user=Person.objects.get(role="cashier"), type="totp", data={"secret": "x"})
    assert kims.get("/members/").status_code == 200
    owner.post("/roles/second-factor/", {"role": "cashier", "needed": "no"})
    assert not RolePolicy.objects.get().needs_second_factor


def test_keys_of_other_stores_are_not_there_for_who_works_in_one(owner, kim):
    a_store("340")
    stores = {store.code: store for store in Store.objects.all()}
    keys = [
        create_key(name=name, scopes=["sales:write"], store=stores.get(name), at=OPENED, by=SYSTEM)[0].pk
        for name in ("330", "340", "all")
    ]
    give_grant(person_id=kim.pk, feature="keys", level="edit", at=OPENED, by=SYSTEM)
    change_stores(person_id=kim.pk, stores=[stores["330"].pk], at=OPENED, by=SYSTEM)
    kims = Client(headers={"host": "localhost"})
    kims.force_login(kim, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert [kims.get(f"/keys/{key}/revoke/").status_code for key in keys] == [200, 404, 404]
    page = kims.get("/keys/").content.decode()
    assert f"/keys/{keys[0]}/revoke/" in page
    assert f"/keys/{keys[1]}/revoke/" not in page
    typed = {"name": "Mine", "scopes": ["sales:write"], "store": "340", "expires_at": ""}
    assert "more than you may do" in kims.post("/keys/new/", typed).content.decode()

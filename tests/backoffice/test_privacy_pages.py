"""What people are asked, what they decided and how their data goes, as the team sees and does it."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from regulars.audit.models import Event
from regulars.care.erase import erase_due
from regulars.care.erasures import ask_erasure
from regulars.care.holds import place_hold
from regulars.consents.models import Asker, Consent, Erasure, PolicyText, PolicyVersion, Purpose, RetentionHold
from regulars.consents.policies import make_policy
from regulars.consents.presets import apply_preset
from regulars.consents.terms import Terms, change_terms, load_terms
from regulars.core.actor import SYSTEM
from regulars.members.models import Member
from regulars.staff.models import Role
from tests.backoffice.conftest import NOW, YESTERDAY, sign_in
from tests.consents.desk import a_notice, may_contact
from tests.shop import OPENED, a_member, a_sale, sell

pytestmark = pytest.mark.django_db

OWNERS = {Role.OWNER}
MANAGERS = {Role.OWNER, Role.MANAGER}
EVERYBODY = set(Role)
EXPORTERS = {Role.OWNER, Role.MANAGER, Role.MARKETER, Role.AUDITOR}
PAGES = [
    ("/members/{member}/consents/", EVERYBODY),
    ("/members/{member}/export/", EXPORTERS),
    ("/members/{member}/erase/", OWNERS),
    ("/members/{member}/hold/", OWNERS),
    ("/privacy/", OWNERS),
    ("/privacy/terms/", OWNERS),
    ("/privacy/presets/pdpa_my/", OWNERS),
    ("/privacy/purposes/new/", OWNERS),
    ("/privacy/purposes/marketing/", OWNERS),
    ("/privacy/purposes/marketing/retire/", OWNERS),
    ("/privacy/policies/new/", OWNERS),
    ("/privacy/policies/privacy/", OWNERS),
    ("/privacy/policies/privacy/publish/", OWNERS),
    ("/privacy/versions/{version}/language/", OWNERS),
    ("/erasures/", OWNERS),
    ("/erasures/?state=all", OWNERS),
    ("/erasures/{erasure}/", OWNERS),
    ("/holds/", OWNERS),
]


@pytest.fixture
def places(shop) -> dict[str, int]:
    apply_preset("gdpr", at=OPENED, by=SYSTEM)
    version = a_notice(at=OPENED)
    member = a_member(points=50, at=YESTERDAY)
    leaving = a_member(at=YESTERDAY)
    erasure = Erasure.objects.create(member_id=leaving, asker="member", asked_at=NOW, asked_by="system", due_at=NOW)
    hold = place_hold(member_id=leaving, reason="court", at=NOW, by=SYSTEM)
    return {"member": member, "version": version, "erasure": erasure.pk, "hold": hold.pk, "leaving": leaving}


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_a_page_opens_to_the_roles_that_have_its_right(places, role):
    client = sign_in(role)
    for path, roles in PAGES:
        assert client.get(path.format(**places)).status_code == (200 if role in roles else 403), path


def test_what_is_posted_without_the_right_moves_nothing(places):
    cashier, auditor = sign_in(Role.CASHIER), sign_in(Role.AUDITOR)
    before = (Consent.objects.count(), Erasure.objects.count(), RetentionHold.objects.filter(lifted_at=None).count())
    yes = {"purpose": "marketing", "channel": "", "decision": "yes", "source": "counter"}
    assert auditor.post(f"/members/{places['member']}/consents/", yes).status_code == 403
    erase = {"asker": "member", "settling": "forfeit", "sure": "on"}
    assert cashier.post(f"/members/{places['member']}/erase/", erase).status_code == 403
    assert cashier.post(f"/holds/{places['hold']}/lift/").status_code == 403
    assert cashier.post(f"/erasures/{places['erasure']}/withdraw/").status_code == 403
    assert cashier.post("/privacy/presets/pdpa_my/").status_code == 403
    now = (Consent.objects.count(), Erasure.objects.count(), RetentionHold.objects.filter(lifted_at=None).count())
    assert now == before


def test_a_cashier_notes_what_a_member_says(places):
    cashier, member = sign_in(Role.CASHIER), places["member"]
    path = f"/members/{member}/consents/"
    form = {"purpose": "marketing", "channel": "", "decision": "yes", "source": "counter"}
    assert cashier.post(path, form).status_code == 302
    assert cashier.post(path, form | {"channel": "sms", "decision": "no"}).status_code == 302
    assert may_contact(member, purpose="marketing", channel="email")
    assert not may_contact(member, purpose="marketing", channel="sms")
    page = cashier.get(path).content.decode()
    assert "version 1" in page and "At the counter" in page
    earlier = {"decision": "no", "given_on": (NOW - timedelta(days=400)).date().isoformat()}
    cashier.post(path, form | earlier)
    assert may_contact(member, purpose="marketing", channel="email")
    assert cashier.post(path, form | {"purpose": "personal", "channel": "sms"}).status_code == 200  # refused, in words


def test_the_member_page_says_what_is_allowed_and_what_is_to_go(places, owner):
    page = owner.get(f"/members/{places['leaving']}/").content.decode()
    assert "This member is to be erased." in page and "court" in page
    assert f"/erasures/{places['erasure']}/" in page
    shown = sign_in(Role.CASHIER).get(f"/members/{places['member']}/").content.decode()
    assert "News and offers" in shown and "/erase/" not in shown


def test_a_member_is_erased_with_a_certificate(places, owner):
    member = places["member"]
    sell(a_sale(1000, member=member, at=YESTERDAY), at=YESTERDAY)
    page = owner.get(f"/members/{member}/erase/").content.decode()
    assert "60 points" in page and "2 sales" in page
    form = {"asker": "shop", "settling": "forfeit"}
    assert owner.post(f"/members/{member}/erase/", form).status_code == 200  # not sure
    assert owner.post(f"/members/{member}/erase/", form | {"sure": "on"}).status_code == 200  # no reason
    assert owner.post(f"/members/{member}/erase/", form | {"sure": "on", "reason": "a test"}).status_code == 302
    asked = Erasure.objects.get(member=member)
    assert (asked.due_at - asked.asked_at, asked.asked_by[:6]) == (timedelta(days=30), "staff:")
    assert list(erase_due(at=NOW + timedelta(days=31))) == ["blocked", "done"]
    certificate = owner.get(f"/erasures/{asked.pk}/").content.decode()
    assert "Certificate of erasure" in certificate and "60 points" in certificate
    assert "Erased" in owner.get(f"/members/{member}/").content.decode()
    assert Member.objects.get(pk=member).last_name == ""


def test_an_erasure_is_withdrawn_and_a_hold_lifted(places, owner):
    assert owner.post(f"/erasures/{places['erasure']}/withdraw/").status_code == 302
    assert Erasure.objects.get().state == "withdrawn"
    assert owner.post(f"/members/{places['member']}/hold/", {"reason": "tax"}).status_code == 302
    assert owner.post(f"/holds/{places['hold']}/lift/", {"from": "list"}).status_code == 302
    assert [hold.reason for hold in RetentionHold.objects.filter(lifted_at=None)] == ["tax"]


def test_a_member_s_data_is_saved_and_the_look_is_kept(places):
    manager = sign_in(Role.MANAGER)
    page = manager.get(f"/members/{places['member']}/export/")
    assert "Smith" in page.content.decode()
    saved = manager.get(f"/members/{places['member']}/export/?format=json")
    assert saved["Content-Type"] == "application/json"
    assert saved.json()["member_id"] == str(places["member"])
    assert Event.objects.filter(action="member.exported").count() == 2
    assert manager.get("/members/999999/export/").status_code == 404


def test_purposes_are_made_changed_and_retired(places, owner):
    form = {
        "name": "Birthday letter",
        "code": "birthday",
        "about": "We write on your birthday.",
        "basis": "consent",
        "channels": ["email"],
        "policy": "privacy",
        "at_signup": "on",
    }
    assert owner.post("/privacy/purposes/new/", form).status_code == 302
    assert owner.post("/privacy/purposes/new/", form).status_code == 200
    assert owner.post("/privacy/purposes/birthday/", form | {"channels": ["email", "sms"]}).status_code == 302
    assert Purpose.objects.get(code="birthday").channels == ["email", "sms"]
    assert owner.post("/privacy/purposes/birthday/retire/").status_code == 302
    assert owner.get("/privacy/purposes/birthday/").status_code == 404


def test_policies_are_published_as_words_or_files_and_said_in_other_languages(shop, owner):
    make_policy(code="privacy", name="Privacy notice", at=OPENED, by=SYSTEM)
    pdf = SimpleUploadedFile("notice.pdf", b"%PDF-1.4\nnotice\n%%EOF\n")
    first = {"language": "en", "title": "Privacy notice", "body": "", "upload": pdf}
    assert owner.post("/privacy/policies/privacy/publish/", first).status_code == 302
    version = PolicyVersion.objects.get()
    more = {"language": "ms", "title": "Notis", "body": "Kami menyimpan …"}
    assert owner.post(f"/privacy/versions/{version.pk}/language/", more).status_code == 302
    assert owner.post(f"/privacy/versions/{version.pk}/language/", more).status_code == 200
    picture = SimpleUploadedFile("notice.png", b"\x89PNG\r\n\x1a\n" + b"0" * 50)
    assert owner.post("/privacy/policies/privacy/publish/", first | {"upload": picture}).status_code == 200
    texts = {text.language: text for text in PolicyText.objects.all()}
    assert set(texts) == {"en", "ms"}
    assert owner.get(f"/files/{texts['en'].file_id}/").status_code == 200
    assert "Kami menyimpan" in owner.get("/privacy/policies/privacy/").content.decode()


def test_a_law_is_taken_over_and_terms_are_changed(places, owner):
    assert owner.post("/privacy/presets/pdpa_my/").status_code == 302
    assert (load_terms().answer_days, load_terms().languages) == (21, ("ms", "en"))
    assert "not in ms" in owner.get("/privacy/").content.decode()
    form = {"answer_days": "14", "cool_off_days": "7", "age_of_consent": "18", "languages": "en"}
    assert owner.post("/privacy/terms/", form).status_code == 302
    assert (load_terms().cool_off_days, load_terms().preset) == (7, "pdpa_my")
    assert owner.post("/privacy/terms/", form | {"languages": "english!"}).status_code == 200


def test_who_joins_at_the_counter_says_yes_there_and_a_child_does_not(places):
    cashier = sign_in(Role.CASHIER)
    assert "News and offers" in cashier.get("/members/new/").content.decode()
    form = {"first_name": "Kim", "last_name": "New", "phone": "2125550134", "consents": ["marketing"]}
    assert cashier.post("/members/new/", form).status_code == 302
    kim = Member.objects.get(first_name="Kim")
    assert may_contact(kim.pk, purpose="marketing", channel="sms")
    assert not may_contact(kim.pk, purpose="personal", channel="email")
    assert Consent.objects.get().source == "counter"
    child = {"first_name": "Lee", "birth_on": YESTERDAY.date().replace(year=YESTERDAY.year - 9).isoformat()}
    assert cashier.post("/members/new/", child | {"consents": ["marketing"]}).status_code == 200
    assert not Member.objects.filter(first_name="Lee").exists()


def test_somebody_who_was_erased_and_joins_again_is_told_where_marks_are_kept(places, owner):
    change_terms(Terms(keeps_marks=True, cool_off_days=0), at=NOW, by=SYSTEM)
    first = a_member(phone="+12125550177", at=YESTERDAY)
    ask_erasure(member_id=first, asker=Asker.MEMBER, at=YESTERDAY, by=SYSTEM)
    assert "done" in list(erase_due(at=NOW))
    again = owner.post("/members/new/", {"first_name": "Ann", "phone": "2125550177"}, follow=True)
    assert "was a member before, and was erased on" in again.content.decode()

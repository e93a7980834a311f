"""What the team knows and does about a person: own fields, notes, regulated fields, verified addresses, leaving."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM
from regulars.core.attributes import Choice
from regulars.files.keep import path_of
from regulars.files.models import KeptFile
from regulars.members.addresses import make_address_code, verify_address
from regulars.members.attributes import change_values, load_definitions, read_values
from regulars.members.define import AttributeWish, save_attribute
from regulars.members.models import AddressCode, Attribute, Identifier, IdentifierKind, Member, MemberNote
from regulars.members.notes import write_note
from regulars.members.status import remove_member
from tests.backoffice.conftest import NOW, YESTERDAY
from tests.letters import post_letters
from tests.shop import a_member, points_of

pytestmark = pytest.mark.django_db

SIZES = (Choice("s", "Small"), Choice("l", "Large"))
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def an_attribute(code: str, kind: str = "text", **given: object) -> None:
    save_attribute(AttributeWish(code=code, label=code.title(), kind=kind, **given), at=YESTERDAY, by=SYSTEM)


def values_of(member: int) -> dict[str, object]:
    return dict(read_values([member], load_definitions(), with_regulated=True)[member])


@pytest.fixture
def ann(shop) -> int:
    return a_member(at=YESTERDAY, phone="212 555 0101", email="ann@example.com", points=100)


def test_a_field_is_made_changed_moved_and_asked_for_no_more(owner):
    made = {"label": "Shoe size", "kind": "choice", "choices": "s: Small\nLarge", "at_signup": "on"}
    assert owner.post("/fields/new/", made).url == "/fields/"
    owner.post("/fields/new/", {"label": "Motto", "kind": "text"})
    field = load_definitions().find("shoe_size")
    assert [(choice.code, choice.label) for choice in field.choices] == [("s", "Small"), ("large", "Large")]

    changed = {"label": "Shoe", "choices": "s: Small\nlarge: Big", "help": "In any country's sizes"}
    assert owner.post("/fields/shoe_size/", changed).status_code == 302
    assert load_definitions().find("shoe_size").label_of("large") == "Big"
    owner.post("/fields/motto/move/", {"to": "up"})
    assert [each.code for each in load_definitions().live] == ["motto", "shoe_size"]
    owner.post("/fields/motto/retire/")
    page = owner.get("/fields/").content.decode()
    assert "Asked for no more" in page
    assert [each.code for each in load_definitions().live] == ["shoe_size"]


def test_a_fault_of_a_field_stands_beside_it_and_nothing_is_made(owner):
    page = owner.post("/fields/new/", {"label": "Size", "kind": "choice", "choices": ""})
    assert page.status_code == 200
    assert page.context["form"].errors.keys() == {"choices"}
    assert not Attribute.objects.exists()


def test_a_set_for_a_trade_is_shown_and_then_added(owner):
    assert "Usual drink" in owner.get("/fields/sets/cafe/").content.decode()
    assert not Attribute.objects.exists()
    owner.post("/fields/sets/cafe/")
    assert {"usual_drink", "allergies"} <= set(Attribute.objects.values_list("code", flat=True))
    assert owner.get("/fields/sets/nothing/").status_code == 404


def test_joining_asks_what_the_shop_wants_to_know(cashier):
    an_attribute("size", "choice", choices=SIZES, at_signup=True)
    an_attribute("badge", is_required=True, is_unique=True)
    an_attribute("motto")
    an_attribute("allergy", at_signup=True, is_regulated=True)
    page = cashier.get("/members/new/")
    assert [field.name for field in page.context["fields"]] == ["attribute_size", "attribute_badge"]

    typed = {"first_name": "Bo", "attribute_size": "l", "language": "en", "home_store": "330"}
    assert cashier.post("/members/new/", typed).context["form"].errors.keys() == {"attribute_badge"}
    assert cashier.post("/members/new/", typed | {"attribute_badge": "B-1"}).status_code == 302
    bo = Member.objects.select_related("home_store").latest("id")
    assert (bo.language, bo.home_store and bo.home_store.code) == ("en", "330")
    assert values_of(bo.pk) == {"size": "l", "badge": "B-1"}

    again = cashier.post("/members/new/", {"first_name": "Cy", "attribute_badge": "b-1"})
    assert again.context["form"].errors.keys() == {"attribute_badge"}
    assert again.context["holder"] == bo.pk
    assert Member.objects.count() == 1


def test_every_kind_of_field_is_edited_and_shown(cashier, ann):
    for kind in ("text", "number", "date", "yes_no", "file"):
        an_attribute(f"a_{kind}", kind)
    an_attribute("a_choice", "choice", choices=SIZES)
    an_attribute("a_choices", "choices", choices=SIZES)
    typed = {
        "first_name": "Ann",
        "last_name": "Lee",
        "attribute_a_text": "Two words",
        "attribute_a_number": "1234.50",
        "attribute_a_date": "2026-02-28",
        "attribute_a_yes_no": "no",
        "attribute_a_choice": "l",
        "attribute_a_choices": ["s", "l"],
        "attribute_a_file": SimpleUploadedFile("consent.pdf", PDF, content_type="application/pdf"),
    }
    assert cashier.post(f"/members/{ann}/edit/", typed).status_code == 302
    page = cashier.get(f"/members/{ann}/").content.decode()
    for said in ("Two words", "1,234.5", "28 Feb 2026", "no", "Large", "Small, Large", "consent.pdf"):
        assert said in page
    kept = KeptFile.objects.get()
    assert b"".join(cashier.get(f"/files/{kept.pk}/").streaming_content) == PDF

    typed = {"first_name": "Ann", "last_name": "Lee", "attribute_a_file__away": "on"}
    cashier.post(f"/members/{ann}/edit/", typed)
    assert values_of(ann) == {}
    assert not KeptFile.objects.exists()


def test_a_wrong_value_or_file_stands_beside_its_field_and_saves_nothing(cashier, ann):
    an_attribute("a_number", "number")
    an_attribute("a_file", "file")
    page = cashier.post(f"/members/{ann}/edit/", {"last_name": "Kay", "attribute_a_number": "lots"})
    assert page.context["form"].errors.keys() == {"attribute_a_number"}
    page = cashier.post(
        f"/members/{ann}/edit/", {"last_name": "Kay", "attribute_a_file": SimpleUploadedFile("a", b"MZ")}
    )
    assert page.context["form"].errors.keys() == {"attribute_a_file"}
    assert Member.objects.get(pk=ann).last_name != "Kay"


def test_regulated_values_are_opened_with_a_press_that_is_kept(manager, cashier, ann):
    an_attribute("allergy", is_regulated=True)
    manager.post(f"/members/{ann}/regulated/edit/", {"attribute_allergy": "Planted peanuts"})
    assert values_of(ann) == {"allergy": "Planted peanuts"}

    for path in (f"/members/{ann}/", f"/members/{ann}/edit/", f"/members/{ann}/regulated/"):
        assert "Planted" not in manager.get(path).content.decode()
    assert not Event.objects.filter(action="regulated.seen").exists()
    shown = manager.post(f"/members/{ann}/regulated/").content.decode()
    assert "Planted peanuts" in shown
    assert "Manager" in shown  # who looked
    assert Event.objects.filter(action="regulated.seen", member_id=ann).count() == 1
    assert "Planted" in manager.get(f"/members/{ann}/regulated/edit/").content.decode()
    assert Event.objects.filter(action="regulated.seen").count() == 2

    for path in ("regulated/", "regulated/edit/"):
        assert cashier.get(f"/members/{ann}/{path}").status_code == 403
        assert cashier.post(f"/members/{ann}/{path}", {"attribute_allergy": "x"}).status_code == 403
    assert "/regulated/" not in cashier.get(f"/members/{ann}/").content.decode()


def test_a_regulated_file_is_sealed_and_each_opening_of_it_is_kept(manager, cashier, ann):
    an_attribute("licence", "file", is_regulated=True)
    upload = SimpleUploadedFile("licence.pdf", PDF, content_type="application/pdf")
    manager.post(f"/members/{ann}/regulated/edit/", {"attribute_licence": upload})
    kept = KeptFile.objects.get()
    assert PDF[:20] not in path_of(kept.place).read_bytes()

    assert "licence.pdf" in manager.post(f"/members/{ann}/regulated/").content.decode()
    path = f"/members/{ann}/regulated/files/{kept.pk}/"
    assert b"".join(manager.get(path).streaming_content) == PDF
    assert Event.objects.filter(action="regulated.seen", member_id=ann).count() == 2
    assert manager.get(f"/files/{kept.pk}/").status_code == 404
    assert manager.get(f"/members/{a_member()}/regulated/files/{kept.pk}/").status_code == 404
    assert cashier.get(path).status_code == 403


def test_notes_are_written_kept_on_top_and_removed(cashier, ann):
    assert cashier.post(f"/members/{ann}/notes/", {"text": "Sits at the window"}).status_code == 302
    note = MemberNote.objects.get()
    assert "Sits at the window" in cashier.get(f"/members/{ann}/").content.decode()
    cashier.post(f"/members/{ann}/notes/{note.pk}/", {"to": "pin"})
    assert "on top" in cashier.get(f"/members/{ann}/notes/").content.decode()
    cashier.post(f"/members/{ann}/notes/{note.pk}/", {"to": "remove"})
    assert not MemberNote.objects.exists()
    assert cashier.post(f"/members/{ann}/notes/", {"text": " "}).context["form"].errors


def test_many_notes_are_read_page_by_page(cashier, ann):
    for number in range(25):
        write_note(member_id=ann, text=f"Note number {number}", at=NOW, by=SYSTEM)
    first = cashier.get(f"/members/{ann}/notes/").content.decode()
    older = re.search(r"\?before=(\d+)", first)
    assert older is not None
    second = cashier.get(f"/members/{ann}/notes/?before={older[1]}").content.decode()
    shown = re.findall(r"Note number (\d+)", first + second)
    assert sorted(map(int, shown)) == list(range(25))


def test_an_email_is_verified_by_a_code_and_undone_with_a_reason(cashier, ann):
    assert "Send another code" in cashier.post(f"/members/{ann}/email/verify/").content.decode()
    post_letters()
    [letter] = mail.outbox
    assert letter.to == ["ann@example.com"]
    code = re.search(r"\d{6}", letter.body)
    assert code is not None

    wrong = cashier.post(f"/members/{ann}/email/verify/", {"code": f"{(int(code[0]) + 1) % 10**6:06}"})
    assert "Tries left: 4" in wrong.content.decode()
    assert cashier.post(f"/members/{ann}/email/verify/", {"code": code[0]}).status_code == 302
    assert "verified" in cashier.get(f"/members/{ann}/").content.decode()

    assert cashier.post(f"/members/{ann}/email/verify/undo/", {"reason": ""}).status_code == 200
    cashier.post(f"/members/{ann}/email/verify/undo/", {"reason": "A stranger answered"})
    assert Identifier.objects.get(member=ann, kind="email").verified_at is None
    assert "A stranger answered" in cashier.get(f"/members/{ann}/").content.decode()


def test_what_no_channel_reaches_is_said_and_no_code_is_made(cashier, ann):
    page = cashier.post(f"/members/{ann}/phone/verify/")
    assert "Nothing is set up yet" in page.content.decode()
    assert not AddressCode.objects.exists()
    assert cashier.get(f"/members/{ann}/external_id/verify/").status_code == 404


def test_what_came_with_a_merge_is_shown_and_dropped(cashier, ann):
    came = Identifier.objects.create(member_id=ann, kind="phone", value="+12125550199", is_main=False)
    main = Identifier.objects.get(member=ann, kind="phone", is_main=True)
    assert "+12125550199" in cashier.get(f"/members/{ann}/").content.decode()
    assert "no more" in cashier.get(f"/members/{ann}/identifiers/{came.pk}/drop/").content.decode()
    assert Identifier.objects.filter(pk=came.pk).exists()

    cashier.post(f"/members/{ann}/identifiers/{came.pk}/drop/")
    assert not Identifier.objects.filter(pk=came.pk).exists()
    assert cashier.post(f"/members/{ann}/identifiers/{main.pk}/drop/").status_code == 404
    assert Identifier.objects.filter(pk=main.pk).exists()


def test_a_member_is_removed_from_the_program_and_comes_back(manager, ann):
    page = manager.get(f"/members/{ann}/leave/").content.decode()
    assert "100 points stay" in page
    assert manager.post(f"/members/{ann}/leave/", {"reason": ""}).status_code == 200
    manager.post(f"/members/{ann}/leave/", {"reason": "Asked on the phone"})

    page = manager.get(f"/members/{ann}/").content.decode()
    assert "Not in the program" in page
    assert "Asked on the phone" in page
    assert points_of(ann, at=NOW) == 100
    manager.post(f"/members/{ann}/join/")
    assert Member.objects.get(pk=ann).left_at is None


def test_a_block_ends_by_itself_after_its_last_day(manager, ann):
    day = (NOW + timedelta(days=3)).date()
    manager.post(f"/members/{ann}/status/", {"status": "blocked", "reason": "Card shared", "until": day.isoformat()})
    row = Member.objects.get(pk=ann)
    assert row.status_until is not None
    assert (row.status, row.status_until.date() - day) == ("blocked", timedelta(days=1))
    assert "Card shared" in manager.get(f"/members/{ann}/").content.decode()
    past = {"status": "locked", "reason": "x", "until": "2020-01-01"}
    assert manager.post(f"/members/{ann}/status/", past).context["form"].errors.keys() == {"until"}

    Member.objects.filter(pk=ann).update(status_until=YESTERDAY)
    assert "Card shared" not in manager.get(f"/members/{ann}/").content.decode()


def test_the_page_is_made_with_as_many_statements_for_much_as_for_little(manager, ann, django_assert_max_num_queries):
    for number in range(12):
        an_attribute(f"a_{number}")
        change_values(member_id=ann, values={f"a_{number}": "x"}, at=NOW, by=SYSTEM)
        write_note(member_id=ann, text="x", at=NOW, by=SYSTEM)
    made = make_address_code(member_id=ann, kind=IdentifierKind.PHONE, at=NOW, by=SYSTEM)
    verify_address(member_id=ann, kind=IdentifierKind.PHONE, code=made.code, at=NOW, by=SYSTEM)
    remove_member(member_id=ann, reason="x", at=NOW, by=SYSTEM)
    with django_assert_max_num_queries(60):
        assert manager.get(f"/members/{ann}/").status_code == 200

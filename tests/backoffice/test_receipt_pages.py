"""Keying a receipt, checking it, the member's code, corrections and disputes, as the team does them in the browser."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile

from regulars.core.actor import SYSTEM
from regulars.core.program.policies import Policies
from regulars.files.models import KeptFile
from regulars.ledger.statement import balance_of
from regulars.members.cards import issue_card
from regulars.receipts.models import Dispute, Receipt
from regulars.sales.models import Sale
from regulars.staff.models import Person, Role
from regulars.stores.models import Store
from tests.backoffice.conftest import NOW, YESTERDAY, sign_in
from tests.letters import post_letters
from tests.receipts.desk import PHOTO
from tests.shop import a_member, a_program, a_sale, a_store, publish, sell

pytestmark = pytest.mark.django_db

FORM = "00000000-0000-4000-8000-00000000000{}"


@pytest.fixture
def ana(shop) -> int:
    return a_member(first_name="Ana", last_name="Lee", email="ana@example.com", at=YESTERDAY)


def typed(whose: int, nth: int = 1, **given) -> dict[str, str]:
    local = YESTERDAY.astimezone().strftime("%Y-%m-%dT%H:%M")
    usual = {"key": FORM.format(nth), "kind": "entry", "member": str(whose), "store": "330", "number": "P-1"}
    return usual | {"at": local, "total_minor": "80.00", "note": ""} | given


def photo(content: bytes = PHOTO) -> SimpleUploadedFile:
    return SimpleUploadedFile("receipt.jpg", content, content_type="image/jpeg")


def parts(member: int) -> tuple[int, int]:
    balance = balance_of(member, at=NOW + timedelta(hours=1))
    return balance.available, balance.pending


def keyed(client, whose: int, nth: int = 1, **given) -> Receipt:
    answer = client.post("/receipts/new/", typed(whose, nth, **given))
    assert answer.status_code == 302, answer.content.decode()
    return Receipt.objects.latest("pk")


def test_a_cashier_keys_a_sale_and_a_manager_confirms_it(ana, cashier, manager):
    shown = cashier.get("/receipts/new/preview/", typed(ana)).content.decode()
    assert "+80 points" in shown and "Pending until" in shown
    receipt = keyed(cashier, ana)
    assert parts(ana) == (0, 80)

    page = manager.get("/receipts/").content.decode()
    assert "P-1" in page and "Ana Lee" in page and "80.00 USD" in page
    one = manager.get(f"/receipts/{receipt.pk}/").content.decode()
    assert f"/receipts/{receipt.pk}/confirm/" in one and "+80 points" in one

    done = manager.post(f"/receipts/{receipt.pk}/confirm/", follow=True)
    assert "Confirmed. The sale is recorded. +80 points" in done.content.decode()
    assert parts(ana) == (80, 0)
    assert Sale.objects.get().external_id == "P-1"


def test_who_keyed_is_offered_everything_but_confirming(ana, manager):
    receipt = keyed(manager, ana)
    page = manager.get(f"/receipts/{receipt.pk}/").content.decode()
    assert f"/receipts/{receipt.pk}/confirm/" not in page
    assert f"/receipts/{receipt.pk}/code/" in page and "Take it back" in page
    refused = manager.post(f"/receipts/{receipt.pk}/confirm/", follow=True).content.decode()
    assert "Who keyed a receipt never confirms it" in refused
    assert parts(ana) == (0, 80)


def test_the_form_sent_twice_is_one_receipt_with_one_picture(ana, cashier):
    for _ in range(2):
        answer = cashier.post("/receipts/new/", typed(ana, kind="claim") | {"photo": photo()})
        assert answer.status_code == 302
    assert Receipt.objects.count() == KeptFile.objects.count() == 1
    assert parts(ana) == (0, 80)


def test_a_picture_is_kept_shown_and_told_when_it_comes_again(ana, cashier, manager):
    cashier.post("/receipts/new/", typed(ana, kind="claim") | {"photo": photo()})
    cashier.post("/receipts/new/", typed(ana, 2, kind="claim", number="P-2") | {"photo": photo()})
    first, second = Receipt.objects.order_by("pk")
    page = manager.get(f"/receipts/{second.pk}/").content.decode()
    assert f"The very same picture came with receipt {first.pk}" in page
    picture = manager.get(f"/receipts/{second.pk}/proofs/{second.proofs.get().pk}/")
    assert b"".join(picture) == PHOTO
    assert picture["Content-Type"] == "image/jpeg"
    assert manager.get(f"/receipts/{first.pk}/proofs/{second.proofs.get().pk}/").status_code == 404


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"member": "nobody"}, "Nobody is known by this"),
        ({"number": ""}, "Type the number"),
        ({"total_minor": ""}, "Type the total"),
        ({"total_minor": "-1"}, "greater than or equal to 0"),
        ({"store": "999"}, "Select a valid choice"),
        ({"at": "yesterday"}, "Enter a valid date/time"),
        ({"at": "0001-01-01T00:00"}, "Check the year."),
    ],
)
def test_what_cannot_be_kept_is_said_beside_its_field(ana, cashier, given, said):
    answer = cashier.post("/receipts/new/", typed(ana, **given))
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert Receipt.objects.count() == 0


@pytest.mark.parametrize("content", [b"<svg onload='alert(1)'/>", b"MZ\x90\x00", b"a,b\n1,2\n"])
def test_what_is_no_picture_is_refused_and_nothing_is_kept(ana, cashier, content):
    answer = cashier.post("/receipts/new/", typed(ana) | {"photo": photo(content)})
    assert answer.status_code == 200
    assert "The file is not what its name says" in answer.content.decode()
    assert Receipt.objects.count() == KeptFile.objects.count() == 0


def test_a_draft_is_kept_and_finished(ana, cashier, manager):
    cashier.post("/receipts/new/", typed(ana, number="", total_minor="", draft="1") | {"photo": photo()})
    draft = Receipt.objects.get()
    assert (draft.state, parts(ana)) == ("draft", (0, 0))
    assert "/finish/" in cashier.get(f"/receipts/{draft.pk}/").content.decode()
    assert cashier.get(f"/receipts/{draft.pk}/finish/").status_code == 200
    done = cashier.post(f"/receipts/{draft.pk}/finish/", typed(ana, 2))
    assert done.status_code == 302
    draft.refresh_from_db()
    assert (draft.state, parts(ana)) == ("awaiting", (0, 80))


def test_articles_are_listed_and_their_sum_is_the_total(ana, cashier):
    lines = {"lines-0-category": "TEA", "lines-0-sku": "1", "lines-0-quantity": "2", "lines-0-amount_minor": "30.00"}
    lines |= {"lines-1-category": "CUP", "lines-1-sku": "2", "lines-1-quantity": "1", "lines-1-amount_minor": "50.00"}
    receipt = keyed(cashier, ana, total_minor="", **lines)
    assert receipt.total_minor == 8_000
    assert [line["quantity_milli"] for line in receipt.lines] == [2_000, 1_000]


def test_a_sale_counts_at_once_where_the_policy_says_so(ana, cashier):
    publish(a_program(policies=Policies(confirm_above_minor=None)), at=YESTERDAY - timedelta(hours=1))
    assert "It counts at once" in cashier.get("/receipts/new/preview/", typed(ana)).content.decode()
    assert keyed(cashier, ana).state == "confirmed"
    assert parts(ana) == (80, 0)


def test_points_pay_where_the_sale_counts_at_once(ana, cashier):
    sell(a_sale(30_000, member=ana, at=YESTERDAY - timedelta(hours=1)), at=YESTERDAY - timedelta(hours=1))
    refused = cashier.post("/receipts/new/", typed(ana, points="200"))
    assert "Points pay only in a sale that counts at once" in refused.content.decode()
    publish(a_program(policies=Policies(confirm_above_minor=None)), at=YESTERDAY - timedelta(minutes=1))
    shown = cashier.get("/receipts/new/preview/", typed(ana, points="200")).content.decode()
    assert "200 points pay 2.00 USD" in " ".join(shown.split())
    keyed(cashier, ana, points="200")
    assert Sale.objects.latest("pk").points_minor == 200


def test_what_is_keyed_is_found_by_its_number_and_told_on_the_members_page(ana, cashier, manager):
    receipt = keyed(cashier, ana)
    found = manager.get("/search/?q=P-1", headers={"HX-Request": "true"}).content.decode()
    assert f"/receipts/{receipt.pk}/" in found
    assert "keyed a receipt" in manager.get(f"/members/{ana}/?show=changes").content.decode()


def test_a_receipt_is_rejected_with_a_reason_or_taken_back(ana, cashier, manager):
    receipt = keyed(cashier, ana)
    page = manager.get(f"/receipts/{receipt.pk}/reject/").content.decode()
    assert "80 points" in page
    assert manager.post(f"/receipts/{receipt.pk}/reject/", {"reason": ""}).status_code == 200
    manager.post(f"/receipts/{receipt.pk}/reject/", {"reason": "Not in the roll"})
    assert parts(ana) == (0, 0)
    assert "Not in the roll" in manager.get(f"/receipts/{receipt.pk}/").content.decode()

    own = keyed(cashier, ana, 2)
    assert cashier.post(f"/receipts/{own.pk}/reject/", {"reason": "Mistyped"}).status_code == 302
    others = keyed(manager, ana, 3)
    assert cashier.post(f"/receipts/{others.pk}/reject/", {"reason": "No"}).status_code in (403, 404)
    assert parts(ana) == (0, 80)


def test_the_members_code_confirms(ana, cashier):
    receipt = keyed(cashier, ana)
    path = f"/receipts/{receipt.pk}/code/"
    assert "a**@example.com" in cashier.get(path).content.decode()
    mail.outbox.clear()
    assert cashier.post(path, {"send": "email"}).status_code == 302
    post_letters()
    [code] = re.findall(r"^\d{6}", mail.outbox[0].subject)
    wrong = "000000" if code != "000000" else "111111"
    assert cashier.post(path, {"code": wrong}).status_code == 200
    assert parts(ana) == (0, 80)
    done = cashier.post(path, {"code": code}, follow=True)
    assert "Confirmed." in done.content.decode()
    assert parts(ana) == (80, 0)


def test_a_wrong_sale_is_corrected_by_two_people(ana, cashier, manager):
    sale = sell(a_sale(1_000, member=ana, at=YESTERDAY, receipt="R-7"), at=YESTERDAY).id
    assert f"/sales/{sale}/correct/" in cashier.get(f"/sales/{sale}/").content.decode()
    page = cashier.get(f"/sales/{sale}/correct/").content.decode()
    at = re.findall(r'name="at" value="([^"]+)"', page)[0]
    form = {"key": FORM.format(9), "total_minor": "100.00", "at": at, "member": str(ana), "reason": "Mistyped"}
    shown = cashier.get(f"/sales/{sale}/correct/", form, headers={"HX-Request": "true"}).content.decode()
    assert "\N{MINUS SIGN}10 points" in shown and "+100 points" in shown
    assert cashier.post(f"/sales/{sale}/correct/", form).status_code == 302
    receipt = Receipt.objects.get()
    assert (receipt.kind, receipt.corrects_id, parts(ana)) == ("correction", sale, (10, 0))
    manager.post(f"/receipts/{receipt.pk}/confirm/")
    assert parts(ana) == (100, 0)
    old = manager.get(f"/sales/{sale}/").content.decode()
    assert "R-7-C1" in old


def test_a_dispute_is_noted_and_answered(ana, cashier, manager):
    sale = sell(a_sale(1_000, member=ana, at=YESTERDAY), at=YESTERDAY).id
    path = f"/members/{ana}/disputes/new/?sale={sale}"
    assert cashier.get(path).status_code == 200
    assert cashier.post(path, {"complaint": "amount", "said": "I paid 100.00"}).status_code == 302
    dispute = Dispute.objects.get()
    assert "I paid 100.00" in cashier.get(f"/disputes/{dispute.pk}/").content.decode()
    assert "Ana Lee" in manager.get("/disputes/").content.decode()
    assert cashier.post(f"/disputes/{dispute.pk}/", {"upheld": "no", "answer": "No"}).status_code == 404
    manager.post(f"/disputes/{dispute.pk}/", {"upheld": "no", "answer": "The roll says 10.00"})
    dispute.refresh_from_db()
    assert (dispute.state, dispute.answer) == ("declined", "The roll says 10.00")
    assert "The roll says 10.00" in manager.get(f"/disputes/{dispute.pk}/").content.decode()
    assert manager.get(f"/members/{a_member()}/disputes/new/?sale={sale}").status_code == 404


def test_people_of_one_store_neither_see_nor_key_receipts_of_another(ana, cashier):
    a_store("331")
    receipt = keyed(cashier, ana)
    dispute = Dispute.objects.create(
        complaint="other", member_id=ana, store_id=receipt.store_id, said="x", opened_at=NOW, opened_by="system"
    )
    client = sign_in(Role.MANAGER)
    person = Person.objects.get(role=Role.MANAGER)
    person.all_stores = False
    person.save()
    person.stores.set(Store.objects.filter(code="331"))
    for path in ("", "confirm/", "reject/", "code/", "finish/", "proofs/1/"):
        method = client.post if path == "confirm/" else client.get
        assert method(f"/receipts/{receipt.pk}/{path}").status_code == 404, path
    assert client.get(f"/disputes/{dispute.pk}/").status_code == 404
    assert "P-1" not in client.get("/receipts/").content.decode()
    assert "Ana Lee" not in client.get("/disputes/").content.decode()
    assert client.post("/receipts/new/", typed(ana, 5, store="330", number="P-9")).status_code == 200
    assert parts(ana) == (0, 80)


def test_pending_points_of_a_receipt_lead_to_it_and_are_not_released_by_hand(ana, cashier, manager):
    receipt = keyed(cashier, ana)
    page = manager.get(f"/members/{ana}/").content.decode()
    assert f"/receipts/{receipt.pk}/" in page
    assert "/pending/" not in page


def test_a_member_is_found_by_card_as_at_the_till(ana, cashier):
    issue_card(member_id=ana, number="A1", at=NOW, by=SYSTEM)
    assert keyed(cashier, ana, member="A1").member_id == ana

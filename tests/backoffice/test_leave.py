"""Steps that need leave: by a PIN at the counter, or by a second person from the list."""

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client

from regulars.backoffice.effects.foresee import foresee_kept
from regulars.core.actor import SYSTEM
from regulars.core.program.rewards import Reward
from regulars.core.program.stamp_cards import ByHand, StampCard
from regulars.core.program.units import POINTS, Unit, UnitWords
from regulars.ledger.models import Entry
from regulars.staff.models import Approval, ApprovalRule, Person, Role
from regulars.staff.people import change_stores
from regulars.staff.pins import set_pin
from regulars.stores.models import Store
from tests.backoffice.conftest import NOW, YESTERDAY, sign_in
from tests.shop import OPENED, a_member, a_program, a_sale, points_of, publish, sell

pytestmark = pytest.mark.django_db

COINS = Unit(code="coins", kind="cashback", precision=2, name=UnitWords(singular="coin", plural="coins"))
MUG = Reward(code="mug", name="Mug")
CARD = StampCard(code="coffee", name="Coffee", size=9, earn=ByHand(), final="mug")


@pytest.fixture
def ann(shop) -> int:
    return a_member(points=100, at=YESTERDAY)


def an_adjustment(amount: int = 500) -> dict[str, str]:
    typed = {"unit": "points", "amount": str(amount), "reason": "Goodwill", "comment": ""}
    return typed | {"key": str(uuid.uuid4())}


def person(role: Role) -> Person:
    return Person.objects.get(role=role)


def second_from(amount: int, action: str = "adjust_points") -> None:
    ApprovalRule.objects.create(action=action, role="", from_amount=amount, need="second")


def hidden(page: str, *, action: str) -> dict[str, str]:
    """The fields that a form of the page sends."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', page, re.DOTALL)
    assert form, page
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[1]))


def approve(approver: Client, approval: Approval) -> str:
    """Press Approve on the page; what the answer says."""
    path = f"/approvals/{approval.pk}/"
    page = approver.get(path).content.decode()
    return approver.post(path, hidden(page, action=path), follow=True).content.decode()


def test_below_the_threshold_it_is_done_at_once(ann, manager):
    second_from(500)

    assert manager.post(f"/members/{ann}/adjust/", an_adjustment(499)).status_code == 302
    assert points_of(ann, at=NOW + timedelta(hours=1)) == 599


def test_a_second_person_approves_from_the_list_and_it_is_carried_out_as_it_was_typed(ann, manager, owner):
    second_from(500)
    typed = an_adjustment()
    question = manager.post(f"/members/{ann}/adjust/", typed)
    assert "second person" in question.content.decode()
    assert not Entry.objects.filter(kind="adjust").exists()

    asked = manager.post(f"/members/{ann}/adjust/", typed | {"leave-ask": "1"})
    approval = Approval.objects.get()
    assert asked.headers["Location"] == f"/approvals/{approval.pk}/"
    assert "1 step waits for your leave" in owner.get("/").content.decode()
    assert "Adjust a balance" in owner.get("/approvals/").content.decode()
    shown = owner.get(f"/approvals/{approval.pk}/").content.decode()
    for fact in ("500 points", "Goodwill", "Manager"):
        assert fact in shown
    approve(owner, approval)

    page = manager.get(f"/approvals/{approval.pk}/").content.decode()
    done = manager.post(approval.path, hidden(page, action=approval.path))
    assert done.headers["Location"] == f"/members/{ann}/"
    entry = Entry.objects.get(kind="adjust")
    assert (entry.amount, entry.actor, entry.approver) == (
        500,
        f"staff:{person(Role.MANAGER).pk}",
        f"staff:{person(Role.OWNER).pk}",
    )
    assert "Owner" in manager.get(f"/entries/{entry.pk}/").content.decode()


def test_what_was_approved_is_not_something_else(ann, manager, owner):
    second_from(500)
    typed = an_adjustment()
    manager.post(f"/members/{ann}/adjust/", typed | {"leave-ask": "1"})
    approve(owner, Approval.objects.get())

    for other in ({"amount": "501"}, {"reason": "Other"}, {"key": str(uuid.uuid4())}):
        assert "second person" in manager.post(f"/members/{ann}/adjust/", typed | other).content.decode()
    assert not Entry.objects.filter(kind="adjust").exists()
    assert manager.post(f"/members/{ann}/adjust/", typed).status_code == 302
    assert manager.post(f"/members/{ann}/adjust/", typed).status_code == 302  # sent twice, done once
    assert Entry.objects.filter(kind="adjust").count() == 1


def test_a_refusal_of_the_step_itself_uses_no_leave_up(ann, manager, owner):
    second_from(500)
    typed = an_adjustment(-500)
    manager.post(f"/members/{ann}/adjust/", typed | {"leave-ask": "1"})
    approve(owner, Approval.objects.get())

    assert "Not enough" in manager.post(f"/members/{ann}/adjust/", typed).content.decode()
    assert Approval.objects.get().state == "approved"


def test_a_manager_gives_their_pin_at_the_cashiers_screen(ann, cashier, manager):
    ApprovalRule.objects.create(action="refund_sale", role="manager", from_amount=2_000, need="pin")
    set_pin(person_id=person(Role.MANAGER).pk, pin="7305", at=OPENED, by=SYSTEM)
    sale = sell(a_sale(5000, member=ann, at=YESTERDAY), at=YESTERDAY).id
    path = f"/sales/{sale}/refund/"
    page = manager.get(path).content.decode()
    typed = {"how": "all", "key": f"office-{uuid.uuid4().hex}", "at": re.search(r'name="at" value="([^"]+)"', page)[1]}
    manager.post(path, typed)
    mine = str(person(Role.MANAGER).pk)

    wrong = manager.post(path, typed | {"leave-approver": mine, "leave-pin": "7306"})
    assert (wrong.status_code, "Tries left: 4" in wrong.content.decode()) == (200, True)
    assert not Entry.objects.filter(kind="clawback").exists()
    assert manager.post(path, typed | {"leave-approver": mine, "leave-pin": "7305"}).status_code == 302
    assert Entry.objects.get(kind="clawback").approver == f"staff:{mine}"


def test_a_pin_of_a_second_person_is_not_ones_own(ann, manager, owner):
    second_from(500)
    for role in (Role.MANAGER, Role.OWNER):
        set_pin(person_id=person(role).pk, pin="7305", at=OPENED, by=SYSTEM)
    typed = an_adjustment()
    page = manager.post(f"/members/{ann}/adjust/", typed).content.decode()
    assert "Owner</option>" in page
    assert "Manager</option>" not in page

    own = {"leave-approver": str(person(Role.MANAGER).pk), "leave-pin": "7305"}
    assert "Only somebody else" in manager.post(f"/members/{ann}/adjust/", typed | own).content.decode()
    others = {"leave-approver": str(person(Role.OWNER).pk), "leave-pin": "7305"}
    assert manager.post(f"/members/{ann}/adjust/", typed | others).status_code == 302


def test_a_no_is_said_with_its_reason(ann, manager, owner):
    second_from(500)
    manager.post(f"/members/{ann}/adjust/", an_adjustment() | {"leave-ask": "1"})
    path = f"/approvals/{Approval.objects.get().pk}/"

    assert "Say why" in owner.post(path, {"do": "reject", "note": ""}).content.decode()
    owner.post(path, {"do": "reject", "note": "Show me the receipt"})
    page = manager.get(path).content.decode()
    assert "Show me the receipt" in page
    assert "Carry it out" not in page


def test_others_requests_are_not_there_for_those_who_may_not_approve(ann, manager, cashier, owner):
    second_from(500)
    manager.post(f"/members/{ann}/adjust/", an_adjustment() | {"leave-ask": "1"})
    path = f"/approvals/{Approval.objects.get().pk}/"

    assert cashier.get(path).status_code == 404
    assert "Adjust a balance" not in cashier.get("/approvals/?show=all").content.decode()
    cannot = manager.post(path, {"do": "approve", "seen": foresee_kept(Approval.objects.get().deed, at=NOW).mark})
    assert "Only somebody else" in cannot.content.decode()
    assert Approval.objects.get().state == "waiting"


def test_a_refund_of_another_store_is_not_theirs_to_approve(ann, owner, manager):
    second_from(2_000, action="refund_sale")
    sale = sell(a_sale(5000, member=ann, at=YESTERDAY), at=YESTERDAY).id
    page = owner.get(f"/sales/{sale}/refund/").content.decode()
    typed = {"how": "all", "key": f"office-{uuid.uuid4().hex}", "at": re.search(r'name="at" value="([^"]+)"', page)[1]}
    owner.post(f"/sales/{sale}/refund/", typed | {"leave-ask": "1"})
    path = f"/approvals/{Approval.objects.get().pk}/"
    assert manager.get(path).status_code == 200

    Store.objects.create(code="340", name="Other", time_zone="UTC")
    other = Store.objects.get(code="340").pk
    change_stores(person_id=person(Role.MANAGER).pk, stores=[other], at=OPENED, by=SYSTEM)
    assert sign_in(Role.MANAGER).get(path).status_code == 404


def test_a_shop_begins_with_the_usual_thresholds_and_keeps_its_own(owner):
    second_from(300)
    for _ in range(2):
        owner.post("/approvals/rules/suggested/")

    kept = ApprovalRule.objects.order_by("id").values_list("action", "role", "from_amount", "need")
    assert list(kept) == [
        ("adjust_points", "", 300, "second"),
        ("mass_adjust", "", 0, "second"),
        ("merge_members", "", 0, "pin"),
        ("erase_member", "", 0, "second"),
    ]


def test_an_owner_says_what_needs_leave(owner):
    rules = "/approvals/rules/"
    owner.post(rules, {"action": "refund_sale", "role": "cashier", "from_amount": "12.50", "need": "second"})
    owner.post(rules, {"action": "adjust_points", "role": "", "from_amount": "", "need": "pin"})
    wrong = owner.post(rules, {"action": "adjust_points", "role": "", "from_amount": "0.5", "need": "pin"})

    assert "without so many decimals" in wrong.content.decode()
    kept = ApprovalRule.objects.order_by("id").values_list("action", "role", "from_amount", "need")
    assert list(kept) == [("refund_sale", "cashier", 1250, "second"), ("adjust_points", "", 0, "pin")]
    page = owner.get(rules).content.decode()
    assert "12.50 USD" in page
    rule = ApprovalRule.objects.get(action="adjust_points")
    owner.post(f"{rules}{rule.pk}/remove/")
    assert ApprovalRule.objects.count() == 1


def test_a_threshold_is_for_one_unit_or_for_all(owner, ann):
    rules = "/approvals/rules/"
    publish(a_program(units=(POINTS, COINS), stamp_cards=(CARD,), rewards=(MUG,)), at=YESTERDAY)
    right = [
        {"action": "adjust_points", "role": "", "unit": "coins", "from_amount": "12.50", "need": "pin"},
        {"action": "adjust_points", "role": "key", "unit": "", "from_amount": "500", "need": "pin"},
        {"action": "adjust_stamps", "role": "", "unit": "coffee", "from_amount": "3", "need": "second"},
        {"action": "spend_points", "role": "", "unit": "points", "from_amount": "", "need": "pin"},
        {"action": "remove_reward", "role": "key", "unit": "", "from_amount": "", "need": "pin"},
    ]
    for typed in right:
        assert owner.post(rules, typed).status_code == 302
    kept = ApprovalRule.objects.order_by("id").values_list("action", "role", "unit", "from_amount")
    assert list(kept) == [
        ("adjust_points", "", "coins", 1250),
        ("adjust_points", "key", "", 500),
        ("adjust_stamps", "", "coffee", 3),
        ("spend_points", "", "points", 0),
        ("remove_reward", "key", "", 0),
    ]
    page = owner.get(rules).content.decode()
    for said in ("12.50 coins", "500 of any unit", "any amount of points", "stamps of “Coffee”"):
        assert said in page

    wrong = [
        ({"action": "adjust_points", "unit": "coffee"}, "does not move this unit"),
        ({"action": "adjust_stamps", "unit": "points"}, "does not move this unit"),
        ({"action": "refund_sale", "unit": "points"}, "does not move this unit"),
        ({"action": "merge_members", "unit": "points"}, "does not move this unit"),
        ({"action": "adjust_points", "unit": "nothing"}, "Select a valid choice"),
        ({"action": "adjust_points", "unit": "", "from_amount": "0.5"}, "without so many decimals"),
        ({"action": "adjust_points", "unit": "coins", "from_amount": "0.005"}, "without so many decimals"),
        ({"action": "send_many", "role": "key"}, "cannot do this"),
        ({"action": "adjust_points", "from_amount": "-1"}, "greater than or equal"),
        ({"action": "adjust_points", "from_amount": "1e400"}, "Ensure"),
    ]
    for typed, said in wrong:
        answer = owner.post(rules, {"role": "", "unit": "", "from_amount": "", "need": "pin"} | typed)
        assert said in answer.content.decode(), typed
    assert ApprovalRule.objects.count() == len(right)


def test_one_of_what_is_counted_is_said_as_one(owner):
    for action in ("adjust_stamps", "mass_adjust", "send_many"):
        second_from(1, action=action)
    page = owner.get("/approvals/rules/").content.decode()
    for said in ("1 stamp", "1 row", "1 member"):
        assert re.search(rf"\b{said}\b", page), said


def test_so_many_of_one_unit_need_leave_and_of_another_do_not(owner, ann):
    publish(a_program(units=(POINTS, COINS)), at=YESTERDAY)
    ApprovalRule.objects.create(action="adjust_points", unit="coins", from_amount=1_000, need="second")
    path = f"/members/{ann}/adjust/"

    assert owner.post(path, an_adjustment(5_000)).status_code == 302
    assert owner.post(path, an_adjustment(9) | {"unit": "coins"}).status_code == 302
    assert "second person" in owner.post(path, an_adjustment(10) | {"unit": "coins"}).content.decode()

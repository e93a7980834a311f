"""One leave lets one step through, however many browsers send it, and one no is final, however many say yes."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction

from regulars.core.actor import SYSTEM
from regulars.core.approval import Action
from regulars.core.refusals import Refusal
from regulars.staff.approvals import ApprovalClosed, ApprovalNeeded, Ask, approve, ask_for_approval, ask_leave, reject
from regulars.staff.models import Approval, ApprovalRule, Person
from regulars.staff.people import LastOwner, change_role, create_person
from tests.shop import NOON

ASK = Ask(action=Action.MERGE_MEMBERS, payload={"keeper": 1, "source": 2}, about="member", about_id=1)


def at_once(merchant, calls):
    """Run these calls in threads of their own, and answer what each raised or returned."""

    def run(call):
        connection.set_tenant(merchant)
        try:
            return call()
        except Refusal as error:
            return type(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def a_person(name: str, role: str) -> Person:
    return create_person(email=f"{name}@example.com", role=role, at=NOON, by=SYSTEM)


def test_eight_browsers_use_one_leave_once(fresh_merchant):
    max_, zoe = a_person("max", "manager"), a_person("zoe", "owner")
    ApprovalRule.objects.create(action="merge_members", need="second")
    asked = ask_for_approval(ASK, person=max_, path="/", form={}, at=NOON)
    approve(approval_id=asked.pk, approver=zoe, at=NOON)

    def do() -> str:
        with transaction.atomic():
            return ask_leave(ASK, person=max_, at=NOON).approver or ""

    outcomes = at_once(fresh_merchant, [do] * 8)

    assert outcomes.count(f"staff:{zoe.pk}") == 1
    assert outcomes.count(ApprovalNeeded) == 7


def test_of_a_yes_and_a_no_at_once_one_holds(fresh_merchant):
    max_, zoe, ida = a_person("max", "manager"), a_person("zoe", "owner"), a_person("ida", "owner")
    ApprovalRule.objects.create(action="merge_members", need="second")
    asked = ask_for_approval(ASK, person=max_, path="/", form={}, at=NOON).pk

    outcomes = at_once(
        fresh_merchant,
        [
            lambda: approve(approval_id=asked, approver=zoe, at=NOON).state,
            lambda: reject(approval_id=asked, note="No", approver=ida, at=NOON).state,
        ]
        * 3,
    )

    assert outcomes.count(ApprovalClosed) == 5
    [kept] = [each for each in outcomes if each is not ApprovalClosed]
    assert Approval.objects.get().state == kept


def test_two_owners_who_demote_each_other_at_once_leave_one(fresh_merchant):
    zoe, ida = a_person("zoe", "owner"), a_person("ida", "owner")

    outcomes = at_once(
        fresh_merchant,
        [
            lambda: change_role(person_id=zoe.pk, role="cashier", at=NOON, by=SYSTEM).role,
            lambda: change_role(person_id=ida.pk, role="cashier", at=NOON, by=SYSTEM).role,
        ],
    )

    assert sorted(map(str, outcomes)) == sorted(["cashier", str(LastOwner)])
    assert Person.objects.filter(role="owner").count() == 1
